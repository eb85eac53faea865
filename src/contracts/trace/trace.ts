/** Traces of servers: the spans that components send to the collector, and what users see of them. */
import { Type, type Static } from "typebox";
import { defineMessage } from "../kit/message.ts";
import { defineResource, operation } from "../kit/resource.ts";

/** Address of the collector. */
export const traceAddress = "trace";

/** One step of the flow, as the component that did it saw it. */
export const Span = Type.Object({
  trace_id: Type.String(),
  span_id: Type.String(),
  parent_id: Type.Union([Type.String(), Type.Null()]),
  component: Type.String(),
  step: Type.Integer(),
  /** Milliseconds since the epoch, with a fraction. */
  start_ms: Type.Number(),
  duration_ms: Type.Number(),
  status: Type.Enum(["ok", "error"]),
  detail: Type.Optional(Type.String()),
  attributes: Type.Record(Type.String(), Type.String()),
});
export type Span = Static<typeof Span>;

export const recordSpans = defineMessage({
  name: "trace.record_spans",
  version: 1,
  body: Type.Object({ spans: Type.Array(Span) }),
});

export const TraceStep = Type.Object({
  step: Type.Integer(),
  component: Type.String(),
  from: Type.String(),
  to: Type.String(),
  name: Type.String(),
  /** ISO 8601 with microseconds. */
  start: Type.String(),
  /** Milliseconds after step 3; steps 1 and 2 happened at log-in, so theirs count from step 1. */
  offset_ms: Type.Number(),
  duration_ms: Type.Number(),
  status: Type.Enum(["ok", "error"]),
  detail: Type.Optional(Type.String()),
});
export type TraceStep = Static<typeof TraceStep>;

export const ServerTrace = Type.Object({
  server_id: Type.String(),
  state: Type.Enum(["running", "complete"]),
  steps: Type.Array(TraceStep),
  /** Steps that this server does not have. */
  skipped: Type.Array(Type.Integer()),
});
export type ServerTrace = Static<typeof ServerTrace>;

export const serverTrace = defineResource({
  name: "server trace",
  operations: {
    show: operation({
      method: "GET",
      path: "/v1/servers/{server_id}",
      // Whoever may see the server may see its trace: the handler asks Nova with the caller's own token.
      policy: { name: "trace:servers:show", rule: "@" },
      status: 200,
      response: ServerTrace,
    }),
  },
});
