/** The file store on a disc that is really full, and in a process that is really killed. Needs root for the small disc. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { openFileStore } from "#glance/stores/file/file-store.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { exec, start } from "#platform/exec/exec.ts";
import { systemIds } from "#platform/ids/ids.ts";

let folder = "";
const parts = (name: string) => ({ folder: path.join(folder, name), clock: systemClock(), ids: systemIds() });

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cumulet-image-store-"));
});
after(() => rm(folder, { recursive: true }));

test("a full disc is the store's own error, and the room is given back", async () => {
  const small = path.join(folder, "small");
  await exec(["mkdir", small]);
  await exec(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small]);
  try {
    const store = await openFileStore(parts("small"));
    const source = async function* (megabytes: number): AsyncGenerator<Buffer> {
      for (let count = 0; count < megabytes; count += 1) yield Buffer.alloc(1024 * 1024, 1);
    };
    await assert.rejects(store.write("large", source(16)), { name: "StoreError", code: "store_full" });
    assert.deepEqual(await readdir(path.join(small, ".incoming")), []);
    assert.equal((await store.write("fits", source(3))).size_bytes, 3 * 1024 * 1024);
  } finally {
    await exec(["umount", small]);
  }
});

const writer = `
const { openFileStore } = await import("#glance/stores/file/file-store.ts");
const { systemClock } = await import("#platform/clock/clock.ts");
const { systemIds } = await import("#platform/ids/ids.ts");
const store = await openFileStore({ folder: process.argv[1], clock: systemClock(), ids: systemIds() });
async function* endless() { for (;;) yield Buffer.alloc(65536); }
await store.write("victim", endless(), { limit_bytes: 1e9 });
`;

test("a killed writer leaves one unfinished file, which is no image and is swept", async () => {
  const store = await openFileStore(parts("crash"));
  const incoming = path.join(folder, "crash", ".incoming");
  const argv = ["--input-type=module", "-e", writer, path.join(folder, "crash")];
  const cwd = path.resolve(import.meta.dirname, "../..");
  const child = start([process.execPath, ...argv], { cwd, stdio: "inherit", env: process.env });
  const exited = once(child, "exit");
  const begun = async (): Promise<true | undefined> => ((await readdir(incoming)).length > 0 ? true : undefined);
  await until(systemClock(), begun, { limit_ms: 20_000, what: "the writer to begin" });
  child.kill("SIGKILL");
  await exited;
  const listed: string[] = [];
  for await (const entry of store.list()) listed.push(entry.id);
  assert.deepEqual(listed, []);
  assert.equal(await store.sweep(0), 1);
  assert.deepEqual(await readdir(incoming), []);
});
