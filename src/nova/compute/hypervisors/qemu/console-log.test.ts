import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { boundLog, readTail } from "./console-log.ts";

const folder = mkdtempSync(join(tmpdir(), "cumulet-log-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "console.log");

describe("console log", () => {
  it("is read from its end, in whole characters", async () => {
    writeFileSync(path, "abcäöü");
    assert.equal(await readTail(path, 100), "abcäöü");
    assert.equal(await readTail(path, 4), "öü");
    assert.equal(await readTail(path, 3), "ü");
    assert.equal(await readTail(path, 0), "");
    assert.equal(await readTail(join(folder, "none"), 10), "");
  });

  it("keeps its newer half when it is too long, and is left alone when it is not", async () => {
    writeFileSync(path, "0123456789");
    await boundLog(path, 10);
    assert.equal(readFileSync(path, "utf8"), "0123456789");
    await boundLog(path, 8);
    assert.equal(readFileSync(path, "utf8"), "6789");
    await boundLog(join(folder, "none"), 8);
  });
});
