/** Runs one stage's test files with Node's own runner, whose output passes through, and counts what came of it. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runThrough } from "../run.ts";
import type { Counts } from "./count-reporter.ts";
import { stageOf, type Stage } from "./stages.ts";

/** All test files of the checkout that belong to the stage. */
export function filesOf(stage: Stage): string[] {
  const patterns = stage.folders.map((folder) => `${folder}/**/*.test.ts`);
  const built = (path: string) => path === "node_modules" || path === "dist";
  return globSync(patterns, { cwd: root, exclude: built })
    .filter((path) => stageOf(path) === stage)
    .sort();
}

/** Counts of the run. A runner that ended without counts, or failed without saying which test, counts as one failure. */
export async function runStage(stage: Stage, files: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "cumulet-test-"));
  const counted = join(folder, "counts");
  try {
    const code = await runThrough(command(stage, files, counted));
    const counts = readCounts(counted);
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function command(stage: Stage, files: readonly string[], counted: string): [string, ...string[]] {
  const reporters = [
    ["--test-reporter=spec", "--test-reporter-destination=stdout"],
    [`--test-reporter=${join(import.meta.dirname, "count-reporter.ts")}`, `--test-reporter-destination=${counted}`],
  ];
  const processes = stage.process === "shared" ? "--test-isolation=none" : "--test-concurrency=1";
  // Forced: a test that went beyond its limit would be waited for all the same.
  const limits = [`--test-timeout=${stage.limit_ms}`, "--test-force-exit"];
  return [process.execPath, "--test", processes, ...limits, ...reporters.flat(), ...files];
}

function readCounts(counted: string): Counts {
  try {
    return JSON.parse(readFileSync(counted, "utf8").trim().split("\n").at(-1) ?? "") as Counts;
  } catch {
    console.error("The test runner ended without a summary.");
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
