/**
 * `./cumulet test [stage…]`: the checks, then all tests, stage by stage. `check` and the stages of testing/stages.ts can
 * be named, as can single test files. Nothing is left out because something else failed; the last line sums all up.
 */
import { relative, resolve } from "node:path";
import { runChecks } from "./check.ts";
import { root } from "./run.ts";
import type { Counts } from "./testing/count-reporter.ts";
import { prepare } from "./testing/prepare.ts";
import { filesOf, runStage } from "./testing/run-stage.ts";
import { stageOf, stages, type Stage } from "./testing/stages.ts";

interface Job {
  name: string;
  what: string;
  run(): Promise<Counts>;
}

const check: Job = {
  name: "check",
  what: "what can be said without running anything",
  run: async () => ({ ...(await runChecks()), skipped: 0 }),
};

function jobOf(stage: Stage, files: readonly string[]): Job {
  const run = async (): Promise<Counts> => {
    if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
    await prepare(stage);
    return runStage(stage, files);
  };
  return { name: stage.name, what: stage.what, run };
}

/** The jobs asked for, in the order of the table; all of them when nothing is named. */
function choose(words: readonly string[]): Job[] {
  const names = new Set(words.filter((word) => !word.endsWith(".test.ts")));
  const files = words.filter((word) => word.endsWith(".test.ts")).map((word) => relative(root, resolve(word)));
  const all = words.length === 0;
  const unknown = [...names].filter((name) => name !== "check" && !stages.some((stage) => stage.name === name));
  const lost = files.filter((file) => !stageOf(file));
  if (unknown.length + lost.length > 0) {
    const known = ["check", ...stages.map((stage) => stage.name)].join(", ");
    throw new Error(
      `no such tests: ${[...unknown, ...lost].join(", ")}. There are: ${known}, and files named *.test.ts`,
    );
  }
  const jobs = all || names.has("check") ? [check] : [];
  for (const stage of stages) {
    const chosen = all || names.has(stage.name) ? filesOf(stage) : files.filter((file) => stageOf(file) === stage);
    if (chosen.length > 0) jobs.push(jobOf(stage, chosen));
  }
  return jobs;
}

async function runJob({ name, what, run }: Job): Promise<Counts> {
  console.log(`\n── ${name}: ${what}`);
  try {
    return await run();
  } catch (error) {
    console.error(`✖ ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function main(words: readonly string[]): Promise<void> {
  const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const job of choose(words)) {
    const started = performance.now();
    const { passed, failed, skipped } = await runJob(job);
    const time = `${((performance.now() - started) / 1000).toFixed(0)} s`;
    lines.push(`${failed === 0 ? "✔" : "✖"} ${job.name.padEnd(8)} ${said({ passed, failed, skipped })}, ${time}`);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  process.exitCode = sum.failed === 0 ? 0 : 1;
  console.log(`\n${lines.join("\n")}\n${said(sum)}`);
}

function said({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
