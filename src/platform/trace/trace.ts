/**
 * Spans of the flow. The context (W3C trace id, parent span, request id, and which step of the flow the current call
 * is) follows the work through awaits, HTTP headers and messages; each component records its own steps.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../clock/clock.ts";
import type { Ids } from "../ids/ids.ts";

export interface TraceContext {
  /** 32 hexadecimal digits. */
  trace_id: string;
  /** 16 hexadecimal digits. */
  span_id: string;
  request_id?: string;
  /** The step that the call now under way is, if it is one: the callee records its answer. */
  step?: number;
}

export interface SpanRecord {
  trace_id: string;
  span_id: string;
  parent_id: string | null;
  component: string;
  step: number;
  /** Milliseconds since the epoch, with a fraction. */
  start_ms: number;
  duration_ms: number;
  status: "ok" | "error";
  detail?: string;
  /** What the span is about (`server_id`, `audit_id`): never secrets. */
  attributes: Record<string, string>;
}

export type SpanSink = (span: SpanRecord) => void;

export interface OpenSpan {
  attributes: Record<string, string>;
  context: TraceContext;
  end(error?: unknown): void;
}

export interface Tracer {
  /** Records `work` as one step; what `work` calls knows that it is called in this step. */
  step<T>(step: number, attributes: Record<string, string>, work: () => Promise<T>): Promise<T>;
  /** Starts a step that the caller ends. */
  open(step: number, attributes?: Record<string, string>, context?: TraceContext): OpenSpan;
}

// The one ambient thing in the house: what the current work belongs to. It carries no behaviour.
const ambient = new AsyncLocalStorage<TraceContext>();

export function currentTrace(): TraceContext | undefined {
  return ambient.getStore();
}

export function withTrace<T>(context: TraceContext, work: () => T): T {
  return ambient.run(context, work);
}

/** Runs `work` as part of the same trace but not as a step: calls in it are not answered as steps. */
export function withoutStep<T>(work: () => T): T {
  const context = currentTrace();
  if (!context?.step) return work();
  const { step: _step, ...rest } = context;
  return ambient.run(rest, work);
}

export function newTrace(ids: Ids, request_id?: string): TraceContext {
  const context: TraceContext = { trace_id: ids.bytes(16).toString("hex"), span_id: ids.bytes(8).toString("hex") };
  return request_id === undefined ? context : { ...context, request_id };
}

export interface TracerParts {
  clock: Clock;
  ids: Ids;
  sink: SpanSink;
}

export function makeTracer(component: string, parts: TracerParts): Tracer {
  const open: Tracer["open"] = (step, attributes = {}, context = currentTrace() ?? newTrace(parts.ids)) => {
    const span_id = parts.ids.bytes(8).toString("hex");
    const start_ms = parts.clock.precise();
    const span: OpenSpan = {
      attributes: { ...attributes },
      context: { ...context, span_id, step },
      end(error) {
        const failed = error !== undefined;
        parts.sink({
          trace_id: context.trace_id,
          span_id,
          parent_id: context.span_id,
          component,
          step,
          start_ms,
          duration_ms: parts.clock.precise() - start_ms,
          status: failed ? "error" : "ok",
          ...(failed ? { detail: error instanceof Error ? error.message : String(error) } : {}),
          attributes: span.attributes,
        });
      },
    };
    return span;
  };
  return {
    open,
    async step(step, attributes, work) {
      const span = open(step, attributes);
      try {
        const result = await withTrace(span.context, work);
        span.end();
        return result;
      } catch (error) {
        span.end(error);
        throw error;
      }
    },
  };
}

/** W3C headers of the current context, for a request to another service. */
export function traceHeaders(context: TraceContext | undefined = currentTrace()): Record<string, string> {
  if (!context) return {};
  return {
    traceparent: `00-${context.trace_id}-${context.span_id}-01`,
    ...(context.step === undefined ? {} : { tracestate: `cumulet=${context.step}` }),
    ...(context.request_id ? { "x-openstack-request-id": context.request_id } : {}),
  };
}

/** The context that a request brings, or undefined when it brings none or a malformed one. */
export function traceFromHeaders(get: (name: string) => string | null | undefined): TraceContext | undefined {
  const parent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(get("traceparent") ?? "");
  if (!parent?.[1] || !parent[2]) return undefined;
  const step = /(?:^|,)cumulet=(\d{1,2})(?:,|$)/.exec(get("tracestate") ?? "")?.[1];
  return { trace_id: parent[1], span_id: parent[2], ...(step ? { step: Number(step) } : {}) };
}
