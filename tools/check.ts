/** `npm run check`: everything that can be said about the source without running it, in seconds. */
import { checks, type Check } from "./checks.ts";
import { runKeeping } from "./run.ts";

export interface CheckSummary {
  passed: number;
  failed: number;
}

/** More at once would only take the processor from each other. */
const lanes = 2;

/** Runs all checks, two at a time, and prints each as it ends. */
export async function runChecks(): Promise<CheckSummary> {
  const waiting = [...checks];
  const failed: string[] = [];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift())
      if (!(await runCheck(check))) failed.push(check.name);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  console.log(failed.length === 0 ? `check: all ${checks.length} kept` : `check: failed: ${failed.join(", ")}`);
  return { passed: checks.length - failed.length, failed: failed.length };
}

async function runCheck({ name, argv, help }: Check): Promise<boolean> {
  const started = performance.now();
  const { code, output } = await runKeeping(argv);
  const time = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${code === 0 ? "✔" : "✖"} ${name.padEnd(20)} ${time.padStart(7)}   ${argv.join(" ")}`);
  if (code !== 0) console.log(`\n${output.trim()}\n${help === "" ? "" : `${help}\n`}`);
  return code === 0;
}

if (import.meta.main) process.exitCode = (await runChecks()).failed === 0 ? 0 : 1;
