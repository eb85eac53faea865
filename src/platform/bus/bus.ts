/**
 * The queue between components. A `cast` is a poke: what it is about stands in a row, and whoever owns the row pokes
 * again. A `call` waits for a reply. Addresses are a role (`nova-conductor`: one of those who serve it takes the
 * message) or a role on a host (`nova-compute.host1`).
 */
import type { MessageBody, MessageReply, MessageSpec } from "#contracts/kit/message.ts";

export interface Bus {
  cast<M extends MessageSpec>(address: string, message: M, body: MessageBody<M>): Promise<void>;
  /** Rejects with {@link BusError} when nobody answers in time or the other side failed. */
  call<M extends MessageSpec>(
    address: string,
    message: M,
    body: MessageBody<M>,
    options?: CallOptions,
  ): Promise<MessageReply<M>>;
  /** Serves an address; two handlers of one message on one address are refused. Resolves to a function that stops it. */
  serve(address: string, handlers: readonly BusHandler[]): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Default 30 000. */
  timeout_ms?: number;
}

export interface BusHandler {
  message: MessageSpec;
  handle(body: unknown): Promise<unknown>;
}

/** Ties a handler to its message's types. */
export function on<M extends MessageSpec>(
  message: M,
  handle: (body: MessageBody<M>) => Promise<MessageReply<M>>,
): BusHandler {
  return { message, handle: (body) => handle(body as MessageBody<M>) }; // the transport has validated the body
}

export type BusErrorCode = "timeout" | "remote" | "refused" | "closed";

/** `remote` carries the other side's code and message, never its stack. */
export class BusError extends Error {
  readonly code: BusErrorCode;
  readonly remote_code: string | undefined;
  constructor(code: BusErrorCode, message: string, remote_code?: string) {
    super(message);
    this.name = "BusError";
    this.code = code;
    this.remote_code = remote_code;
  }
}
