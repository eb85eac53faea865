/** The runner counts what came of tests, and calls a run failed that did not end well. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runKeeping } from "../run.ts";
import { stageOf, stages } from "./stages.ts";

const folder = mkdtempSync(join(tmpdir(), "cumulet-runner-"));
after(() => rmSync(folder, { recursive: true }));

const head = 'import { test } from "node:test";\n';
const samples = {
  good: `${head}test("a", () => {}); test("b", () => {});`,
  bad: `${head}test("a", () => {}); test("b", () => { throw new Error("no"); });`,
  left: `${head}test("a", { skip: true }, () => {});`,
  dead: `${head}test("a", () => process.kill(process.pid, "SIGKILL"));`,
  broken: "this is no program",
  slow: `${head}test("a", () => new Promise((resolve) => setTimeout(resolve, 60_000)));`,
};

/** Runs samples as a stage would, in a process of its own so that its output stays out of this one. */
async function counts(kind: "shared" | "own", ...names: (keyof typeof samples)[]): Promise<string> {
  const files = names.map((name) => join(folder, `${name}.test.mjs`));
  names.forEach((name, index) => writeFileSync(files[index] ?? "", samples[name]));
  const stage = { ...stages[0], process: kind, limit_ms: 2000 };
  const script = `import { runStage } from ${JSON.stringify(join(import.meta.dirname, "run-stage.ts"))};
    console.log("\\n" + JSON.stringify(await runStage(${JSON.stringify(stage)}, ${JSON.stringify(files)})));`;
  const { output } = await runKeeping([process.execPath, "--input-type=module", "--eval", script]);
  return output.trim().split("\n").at(-1) ?? "";
}

for (const kind of ["shared", "own"] as const) {
  test(`${kind} process: counts are summed over files`, async () => {
    assert.equal(await counts(kind, "good", "bad", "left"), '{"passed":3,"failed":1,"skipped":1}');
  });
  test(`${kind} process: a file that cannot be loaded has failed`, async () => {
    assert.match(await counts(kind, "broken"), /"failed":1/);
  });
  test(`${kind} process: a run that is killed has failed`, async () => {
    assert.match(await counts(kind, "dead"), /"failed":1/);
  });
}

test("a test that goes beyond its limit has failed", async () => {
  assert.match(await counts("own", "slow"), /"failed":[12]/);
});

test("each stage has a name, a folder has one stage", () => {
  const names = stages.map(({ name }) => name);
  const folders = stages.flatMap((stage) => stage.folders);
  assert.deepEqual(names, [...new Set(names)]);
  assert.deepEqual(folders, [...new Set(folders)]);
  assert.equal(stageOf("tests/guests/a.test.ts")?.name, "guests");
  assert.equal(stageOf("tests/elsewhere/a.test.ts"), undefined);
});
