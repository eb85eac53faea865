import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemIds } from "#platform/ids/ids.ts";
import { makeCheckedBefore } from "./checked-before.ts";

test("only the very same passwords and hashes count as checked, and the file tells nobody a password", async () => {
  const dir = mkdtempSync(join(tmpdir(), "cumulet-checked-"));
  const file = join(dir, "passwords-checked");
  const checked = makeCheckedBefore(dir, systemIds());
  const all = [
    { name: "nova", password: "secret-1", hash: "h1" },
    { name: "neutron", password: "secret-2", hash: "h2" },
  ];
  const [nova, neutron] = all as [(typeof all)[0], (typeof all)[0]];
  assert.equal(await checked.were(all), false);
  await checked.keep(all);
  assert.equal(await checked.were(all), true);
  assert.equal(await checked.were([{ ...nova, password: "secret-3" }, neutron]), false);
  assert.equal(await checked.were([nova, { ...neutron, hash: "h3" }]), false);
  assert.equal(await checked.were([nova, { ...neutron, hash: undefined }]), false);
  assert.equal(await checked.were([...all, { name: "new", password: "p", hash: undefined }]), false);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(file, "utf8"), /secret|h1/);
  writeFileSync(file, "half a li");
  assert.equal(await checked.were(all), false);
  rmSync(dir, { recursive: true });
});
