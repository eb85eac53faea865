/** Parts of the guest image that can be tried without booting it, with the very busybox that is inside it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { makeCpio } from "#cloud/guest-image/cpio.ts";
import { fetchSources, resolveSources } from "#cloud/guest-image/sources.ts";
import { exec } from "#platform/exec/exec.ts";

const work_dir = path.join(tmpdir(), "cumulet-guest-image", "work");
const script = path.resolve(import.meta.dirname, "../../src/cloud/guest-image/rootfs/usr/share/cumulet/json.awk");
let folder = "";
let busybox = "";

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cumulet-guest-parts-"));
  busybox = path.join((await fetchSources(work_dir, await resolveSources(work_dir))).busybox, "bin/busybox");
});
after(() => rm(folder, { recursive: true }));

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What the script has to print, told by JavaScript. */
function flatten(value: Json, at: string): string[] {
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([name, inner]) =>
      flatten(inner, at === "" ? printed(name) : `${at}.${printed(name)}`),
    );
  }
  return [`${at}\t${typeof value === "string" ? printed(value) : String(value)}`];
}

const printed = (text: string): string => Array.from(text, (mark) => (mark < " " ? " " : mark)).join("");

test("the guest's JSON reader agrees with JavaScript and never lets a value look like another line", async () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("a\nuuid\tforged", 'q"\\/', "ü€", "\u0001", ""));
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(
        text.filter((name) => name !== "" && name !== "__proto__"),
        tie("tree"),
        { maxKeys: 4 },
      ),
    ),
  }));
  const property = fc.asyncProperty(
    fc.dictionary(fc.constantFrom("uuid", "name", "keys"), tree),
    fc.boolean(),
    async (value, pretty) => {
      const { stdout } = await exec([busybox, "awk", "-f", script], {
        input: JSON.stringify(value, null, pretty ? 2 : 0),
      });
      assert.deepEqual(stdout.split("\n").slice(0, -1), flatten(value, ""));
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

test("escapes of other writers are read, and what is no JSON is refused", async () => {
  const read = (input: string) => exec([busybox, "awk", "-f", script], { input });
  assert.equal((await read('{"name": "\\u0041\\u00fc\\u20ac\\u000a\\/"}')).stdout, "name\tAü€ /\n");
  for (const wrong of ["", "{", '{"a"}', '{"a": 1} x', '{"a": "b', "<html>404</html>", '["a",]'])
    await assert.rejects(read(wrong));
});

test("the initrd archive is read back by cpio", async () => {
  const archive = path.join(folder, "archive");
  const bytes = makeCpio([
    { name: "bin", kind: "folder" },
    { name: "bin/tool", kind: "file", content: "odd", executable: true },
    { name: "bin/link", kind: "link", content: "tool" },
    { name: "empty", kind: "file" },
  ]);
  await writeFile(archive, bytes);
  await exec([busybox, "cpio", "-i", "-F", archive], { cwd: folder });
  assert.equal(await readFile(path.join(folder, "bin/tool"), "utf8"), "odd");
  assert.equal(await readlink(path.join(folder, "bin/link")), "tool");
  await exec(["test", "-x", path.join(folder, "bin/tool")]);
  assert.equal((await readFile(path.join(folder, "empty"))).length, 0);
});
