/** The trace of a server that a person made in the dashboard, held against the flow. */
import assert from "node:assert/strict";
import { flow, volumeSteps } from "#contracts/flow.ts";
import type { ServerTrace } from "#contracts/trace/trace.ts";
import type { SeenStep, Visit } from "./pages.ts";

/** As the pages read it: through the dashboard's own server, with the session of the person. */
export async function askTrace({ page }: Visit, id: string): Promise<ServerTrace> {
  // Text, because the pages' own types are not this program's.
  const program = `fetch("/dashboard/api/trace/v1/servers/${id}", { headers: { "X-Cumulet-Dashboard": "1" } }).then((answer) => answer.json())`;
  return page.evaluate<ServerTrace>(program);
}

/** Steps 1 to 29, each a span of its own component (step 1 is the dashboard's: it posted the password), in order. */
export function assertWholeTrace(trace: ServerTrace, options: { volumes: boolean }): void {
  const expected = flow.filter(({ step }) => options.volumes || !volumeSteps.includes(step));
  assert.deepEqual(
    trace.steps.map(({ step, component, status }) => ({ step, component, status })),
    expected.map(({ step, component }) => ({ step, component, status: "ok" })),
  );
  assert.deepEqual(trace.skipped, options.volumes ? [] : volumeSteps);
  assert.equal(trace.state, "complete");
  const starts = trace.steps.map(({ start }) => start);
  assert.deepEqual(starts, starts.toSorted(), "steps did not begin in the order of the flow");
}

/** The drawing says the same: every step done, those about volumes skipped, with the reason, when there are none. */
export function assertWholeTimeline(seen: readonly SeenStep[], { say }: Visit, options: { volumes: boolean }): void {
  const stateOf = (step: number) => (!options.volumes && volumeSteps.includes(step) ? "skipped" : "done");
  assert.deepEqual(
    seen.map(({ step, state }) => ({ step, state })),
    flow.map(({ step }) => ({ step, state: stateOf(step) })),
  );
  for (const { step, state, text } of seen) {
    if (state === "skipped") assert.ok(text.includes(say("trace.skipped")), `step ${step}: ${text}`);
    else assert.match(text, /\d (ms|s)/, `step ${step} has no duration`);
  }
}
