/** What both transports share: the form of a message on the wire, its validation, and the trace that it carries. */
import type { MessageSpec } from "#contracts/kit/message.ts";
import type { Ids } from "../ids/ids.ts";
import type { Log } from "../log/log.ts";
import { currentTrace, newTrace, withTrace, type TraceContext } from "../trace/trace.ts";
import { makeValidator, type Validator } from "../http/validate.ts";
import { sentenceOf } from "../http/sentences.ts";
import { BusError, type BusHandler } from "./bus.ts";

export interface Wire {
  name: string;
  version: number;
  trace: TraceContext | undefined;
  body: unknown;
}

export type WireReply = { ok: true; body: unknown } | { ok: false; code: string; message: string };

/** The text of a message; a body that breaks its own contract is refused at the sender. */
export function encode(validator: Validator, message: MessageSpec, body: unknown): string {
  const wrong = validator.breaches(message.body, body, undefined);
  if (wrong) throw new BusError("refused", `${message.name}: ${sentenceOf(wrong)}`);
  const wire: Wire = { name: message.name, version: message.version, trace: currentTrace(), body };
  return JSON.stringify(wire);
}

export interface Inbox {
  /** Handles one message's text; never throws. */
  deliver(text: string): Promise<WireReply>;
}

export function makeInbox(address: string, handlers: readonly BusHandler[], parts: { ids: Ids; log: Log }): Inbox {
  const byName = new Map<string, BusHandler>();
  for (const handler of handlers) {
    if (byName.has(handler.message.name)) throw new Error(`${address} has two handlers for ${handler.message.name}`);
    byName.set(handler.message.name, handler);
  }
  const validator = makeValidator({ coerce: false });
  return {
    async deliver(text) {
      const wire = JSON.parse(text) as Wire;
      const handler = byName.get(wire.name);
      if (!handler) return { ok: false, code: "no_handler", message: `${address} does not know ${wire.name}` };
      const wrong = validator.breaches(handler.message.body, wire.body, undefined);
      if (wrong) return { ok: false, code: "bad_body", message: `${wire.name}: ${sentenceOf(wrong)}` };
      try {
        return { ok: true, body: await withTrace(wire.trace ?? newTrace(parts.ids), () => handler.handle(wire.body)) };
      } catch (error) {
        parts.log.error({ address, message: wire.name, err: error }, "a message could not be handled");
        return failure(error);
      }
    },
  };
}

function failure(error: unknown): WireReply {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";
  return { ok: false, code, message: error instanceof Error ? error.message : String(error) };
}

/** The reply's body, or the other side's failure thrown here. */
export function opened(message: MessageSpec, reply: WireReply): unknown {
  if (reply.ok) return reply.body;
  throw new BusError("remote", `${message.name}: ${reply.message}`, reply.code);
}
