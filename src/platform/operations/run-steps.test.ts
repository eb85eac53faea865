import assert from "node:assert/strict";
import { test } from "node:test";
import type { Journal, Step } from "./operation.ts";
import { runSteps, StepFailed, undoSteps } from "./run-steps.ts";

const signal = new AbortController().signal;

function scenario(failAt?: string) {
  const done: string[] = [];
  const journal: Journal = {};
  const keeper = { record: async () => undefined };
  const steps: Step[] = ["a", "b", "c"].map((name) => ({
    name,
    run: async () => {
      if (name === failAt) throw new Error(`${name} is broken`);
      done.push(name);
      return { made: name };
    },
    undo: async () => void done.push(`-${name}`),
  }));
  return { done, journal, keeper, steps };
}

test("steps run once each, in order, and a second run does nothing", async () => {
  const { done, journal, keeper, steps } = scenario();
  await runSteps(steps, journal, keeper, signal);
  await runSteps(steps, journal, keeper, signal);
  assert.deepEqual(done, ["a", "b", "c"]);
});

test("a failure names its step; undo begins with the half-done step and goes back; twice is harmless", async () => {
  for (const [failAt, expected] of [
    ["a", ["-a"]],
    ["b", ["a", "-b", "-a"]],
    ["c", ["a", "b", "-c", "-b", "-a"]],
  ] as const) {
    const { done, journal, keeper, steps } = scenario(failAt);
    await assert.rejects(
      runSteps(steps, journal, keeper, signal),
      (error) => error instanceof StepFailed && error.step === failAt,
    );
    await undoSteps(steps, journal, keeper, signal);
    assert.deepEqual(done, expected);
    await undoSteps(steps, journal, keeper, signal);
    assert.deepEqual(done, expected);
  }
});

test("an aborted operation does not begin its next step", async () => {
  const { done, journal, keeper, steps } = scenario();
  await assert.rejects(runSteps(steps, journal, keeper, AbortSignal.abort(new Error("cancelled"))), /cancelled/);
  assert.deepEqual(done, []);
});
