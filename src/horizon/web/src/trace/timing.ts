/** What the recorded times say. The clock of the flow starts with the click, which is step 3; logging in came before. */
import type { Trace, TraceStep } from "../api/types.ts";
import { phases, steps, type Phase } from "./steps.ts";

export interface TimedStep extends TraceStep {
  /** Milliseconds after the click; negative for the steps of the login. */
  at_ms: number;
}

export interface Timing {
  byStep: Map<number, TimedStep>;
  /** From the click to the end of the last step so far. */
  total_ms: number;
  slowest?: TimedStep;
  failed?: TimedStep;
  /** Milliseconds of each phase after the login, and of the pauses between steps. Adds up to the total. */
  shares: { phase: Phase | "between"; duration_ms: number }[];
}

const atLogin = (step: number) => step < 3;

export function timing(trace: Pick<Trace, "steps">): Timing {
  const click = trace.steps.find((step) => !atLogin(step.step)) ?? trace.steps[0];
  const zero = click ? Date.parse(click.start) : 0;
  const zeroOffset = click?.offset_ms ?? 0;
  // offset_ms has the fractions that Date.parse drops; across traces (login) only the dates compare.
  const at = (step: TraceStep) => (atLogin(step.step) ? Date.parse(step.start) - zero : step.offset_ms - zeroOffset);
  const timed = trace.steps.map((step) => ({ ...step, at_ms: at(step) }));
  const after = timed.filter((step) => !atLogin(step.step));
  const total_ms = Math.max(0, ...after.map((step) => step.at_ms + step.duration_ms));
  const slowest = after.reduce<TimedStep | undefined>(
    (a, b) => (a && a.duration_ms >= b.duration_ms ? a : b),
    undefined,
  );
  const failed = timed.find((step) => step.status === "error");
  return {
    byStep: new Map(timed.map((step) => [step.step, step])),
    total_ms,
    shares: shares(after, total_ms),
    ...(slowest ? { slowest } : {}),
    ...(failed ? { failed } : {}),
  };
}

/** Steps may overlap (a question lasts until its answer), so each moment is counted once, for the latest step begun. */
function shares(after: TimedStep[], total_ms: number): Timing["shares"] {
  const sums = new Map<Phase | "between", number>();
  const add = (name: Phase | "between", value: number) => sums.set(name, (sums.get(name) ?? 0) + value);
  const phaseOf = new Map<number, Phase>(steps.map((step) => [step.step, step.phase]));
  const edges = [...new Set(after.flatMap((step) => [step.at_ms, step.at_ms + step.duration_ms]))].sort(
    (a, b) => a - b,
  );
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1];
    if (to === undefined) break;
    const covering = after.filter((step) => step.at_ms <= from && step.at_ms + step.duration_ms >= to);
    const latest = covering.reduce<TimedStep | undefined>((a, b) => (a && a.step > b.step ? a : b), undefined);
    add((latest && phaseOf.get(latest.step)) ?? "between", to - from);
  }
  const names: (Phase | "between")[] = [...phases, "between"];
  const found = names.map((phase) => ({ phase, duration_ms: sums.get(phase) ?? 0 }));
  return total_ms === 0 ? [] : found.filter((share) => share.duration_ms > 0);
}
