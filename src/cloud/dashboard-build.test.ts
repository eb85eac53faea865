import assert from "node:assert/strict";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isFresh, pageSources } from "./dashboard-build.ts";

const root = join(import.meta.dirname, "..", "..");
const out = mkdtempSync(join(tmpdir(), "cumulet-pages-"));
after(() => rmSync(out, { recursive: true }));

/** What a file of the pages takes from outside them, with what that takes in turn. */
function contractsOf(path: string, seen = new Set<string>()): Set<string> {
  for (const [, name = ""] of readFileSync(join(root, path), "utf8").matchAll(/from "#(\w+\/[^"]+)"/g)) {
    if (seen.has(`src/${name}`)) continue;
    seen.add(`src/${name}`);
    contractsOf(`src/${name}`, seen);
  }
  return seen;
}

test("every file that the pages import is looked at", () => {
  const files = globSync("src/horizon/web/src/**/*.{ts,tsx}", { cwd: root });
  const imported = new Set(files.flatMap((path) => [...contractsOf(path)]));
  assert.ok(imported.size >= 2);
  assert.deepEqual(
    [...imported].filter((path) => !pageSources.includes(path)),
    [],
  );
  for (const path of pageSources) assert.ok(existsSync(join(root, path)), path);
});

test("pages are built again when they are missing or older than a source", () => {
  assert.equal(isFresh(out), false);
  const page = join(out, "index.html");
  writeFileSync(page, "");
  const [past, future] = [new Date("2001-01-01"), new Date("2101-01-01")];
  utimesSync(page, past, past);
  assert.equal(isFresh(out), false);
  utimesSync(page, future, future);
  assert.equal(isFresh(out), true);
});
