/** The trace of a server out of its spans: one row for each step of the flow, the first that happened. Pure. */
import { flow, volumeSteps } from "#contracts/flow.ts";
import type { ServerTrace, Span, TraceStep } from "#contracts/trace/trace.ts";

export interface TraceFacts {
  server_id: string;
  /** True while the server is being built. */
  building: boolean;
  has_volumes: boolean;
  spans: readonly Span[];
  now_ms: number;
}

/** Spans travel through the queue, each component's by itself: after so long a silence no more will come. */
const silence_ms = 2000;

export function traceView(facts: TraceFacts): ServerTrace {
  const { server_id, has_volumes, spans } = facts;
  const first = firstOfEach(spans);
  const request_ms = first.get(3)?.start_ms ?? 0;
  const login_ms = first.get(1)?.start_ms ?? 0;
  const steps = flow.flatMap((row): TraceStep[] => {
    const span = first.get(row.step);
    if (!span) return [];
    const base_ms = row.step < 3 ? login_ms : request_ms;
    return [
      {
        step: row.step,
        component: span.component,
        from: row.from,
        to: row.to,
        name: row.text,
        start: isoOf(span.start_ms),
        offset_ms: rounded(span.start_ms - base_ms),
        duration_ms: rounded(span.duration_ms),
        status: span.status,
        ...(span.detail === undefined ? {} : { detail: span.detail }),
      },
    ];
  });
  const complete = isComplete(facts, first);
  const skipped = complete
    ? flow.map((row) => row.step).filter((step) => !first.has(step))
    : has_volumes
      ? []
      : [...volumeSteps];
  return { server_id, state: complete ? "complete" : "running", steps, skipped };
}

/** All steps are there, or the building is over (it failed, or a component died with its spans) and nothing more comes. */
function isComplete({ building, has_volumes, spans, now_ms }: TraceFacts, first: ReadonlyMap<number, Span>): boolean {
  const all = flow.every(({ step }) => first.has(step) || (!has_volumes && volumeSteps.includes(step)));
  const last_ms = Math.max(0, ...spans.map((span) => span.start_ms + span.duration_ms));
  return all || (!building && now_ms - last_ms > silence_ms);
}

/** A step may happen again (a second request to Neutron, a second host); the first is the one the flow means. */
function firstOfEach(spans: readonly Span[]): Map<number, Span> {
  const first = new Map<number, Span>();
  for (const span of spans) {
    const known = first.get(span.step);
    if (!known || span.start_ms < known.start_ms) first.set(span.step, span);
  }
  return first;
}

function rounded(duration_ms: number): number {
  return Math.round(duration_ms * 1000) / 1000;
}

/** ISO 8601 with microseconds. */
function isoOf(at_ms: number): string {
  const micros = Math.round((at_ms % 1) * 1000);
  return `${new Date(Math.floor(at_ms)).toISOString().slice(0, 23)}${String(Math.min(micros, 999)).padStart(3, "0")}Z`;
}
