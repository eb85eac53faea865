import assert from "node:assert/strict";
import { test } from "node:test";
import { flow, volumeSteps } from "#contracts/flow.ts";
import type { Span } from "#contracts/trace/trace.ts";
import { traceView } from "./view.ts";

const all = flow.map(({ step }) => step);
const without = (...missing: number[]) => all.filter((step) => !missing.includes(step));

/** Each step begins a hundredth of a second after the one before; the last ends at 300. */
function spansOf(steps: readonly number[]): Span[] {
  return steps.map((step) => ({
    trace_id: "t",
    span_id: `s${step}`,
    parent_id: null,
    component: flow[step - 1]?.component ?? "",
    step,
    start_ms: step * 10,
    duration_ms: 10,
    status: "ok",
    attributes: {},
  }));
}

const view = (steps: readonly number[], facts: { building?: boolean; has_volumes?: boolean; now_ms?: number } = {}) =>
  traceView({ server_id: "one", building: false, has_volumes: false, now_ms: 400, spans: spansOf(steps), ...facts });

test("complete when every step is there, with those of volumes where there are volumes", () => {
  assert.equal(view(all, { has_volumes: true, building: true }).state, "complete");
  const plain = view(without(...volumeSteps));
  assert.equal(plain.state, "complete");
  assert.deepEqual(plain.skipped, volumeSteps);
});

test("the last step may come before others: then the trace still runs, and what is missing is not called skipped", () => {
  for (const missing of [22, 23]) {
    const early = view(without(missing, ...volumeSteps));
    assert.equal(early.state, "running");
    assert.deepEqual(early.skipped, volumeSteps);
  }
  const cut = view(without(27), { has_volumes: true });
  assert.deepEqual([cut.state, cut.skipped], ["running", []]);
});

test("what was lost is not waited for for ever", () => {
  const lost = view(without(23, ...volumeSteps), { now_ms: 2400 });
  assert.deepEqual([lost.state, lost.skipped], ["complete", [23, ...volumeSteps]]);
  assert.equal(view(all.slice(0, 11), { now_ms: 60_000, building: true }).state, "running");
  assert.equal(view(all.slice(0, 11), { now_ms: 60_000 }).state, "complete");
});

test("a step that happened twice is shown as it was first", () => {
  const again = { ...spansOf([23])[0], span_id: "again", start_ms: 900, component: "nova-compute" } as Span;
  const { steps } = traceView({
    server_id: "one",
    building: false,
    has_volumes: true,
    now_ms: 0,
    spans: [again, ...spansOf(all)],
  });
  assert.equal(steps[22]?.duration_ms, 10);
  assert.equal(steps[22]?.offset_ms, 200);
});
