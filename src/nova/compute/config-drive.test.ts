/** Config drives come and go with their servers; what a crash leaves half made is swept. Packing is seen with real guests. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ServerOrder } from "#contracts/nova/order.ts";
import { makeConfigDrives } from "./config-drive.ts";

const folder = mkdtempSync(join(tmpdir(), "cumulet-drives-"));
after(() => rmSync(folder, { recursive: true }));

const orderOf = (id: string) => ({ id }) as ServerOrder; // the content is the test's own

test("a drive is made, listed, and removed with everything of it", async () => {
  const dir = join(folder, "drives");
  const content = ({ id }: ServerOrder) => ({ "openstack/latest/meta_data.json": id });
  const drives = makeConfigDrives({ dir, content, guests_are_real: false });
  assert.deepEqual(await drives.list(), []);
  await drives.sweep();
  assert.equal(await drives.make(orderOf("a"), []), join(dir, "a.iso"));
  await drives.make(orderOf("b"), []);
  assert.deepEqual((await drives.list()).toSorted(), ["a", "b"]);
  await drives.remove("a");
  await drives.remove("a");
  assert.deepEqual(readdirSync(dir), ["b.iso"]);
});

test("what a crash left is found: a half-packed drive by its server, a folder by the sweep", async () => {
  const dir = join(folder, "crashed");
  mkdirSync(join(dir, "making-xyz", "openstack"), { recursive: true });
  writeFileSync(join(dir, "c.iso.part"), "half");
  const drives = makeConfigDrives({ dir, content: () => ({}), guests_are_real: false });
  await drives.sweep();
  assert.deepEqual(readdirSync(dir), ["c.iso.part"]);
  assert.deepEqual(await drives.list(), ["c"]);
  await drives.remove("c");
  assert.deepEqual(readdirSync(dir), []);
});

test("a drive that cannot be made leaves no secrets in a folder", async () => {
  const dir = join(folder, "failed");
  const content = () => {
    throw new Error("no content");
  };
  const drives = makeConfigDrives({ dir, content, guests_are_real: false });
  await assert.rejects(drives.make(orderOf("d"), []), /no content/);
  assert.deepEqual(readdirSync(dir), []);
});
