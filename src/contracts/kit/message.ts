/**
 * A message that crosses the queue: a name, a version and a schema, so that both ends agree and a change of shape is
 * seen. `cast` messages are pokes (the row is the truth); `call` messages have a reply.
 */
import type { Static, TSchema } from "typebox";

export interface MessageSpec<Body extends TSchema = TSchema, Reply extends TSchema = TSchema> {
  /** Dotted name: `nova.build_server`. */
  name: string;
  version: number;
  body: Body;
  /** Present for calls. */
  reply?: Reply;
}

export function defineMessage<Body extends TSchema, Reply extends TSchema>(
  spec: MessageSpec<Body, Reply>,
): MessageSpec<Body, Reply> {
  return spec;
}

export type MessageBody<M> = M extends MessageSpec<infer B, TSchema> ? Static<B> : never;
export type MessageReply<M> = M extends MessageSpec<TSchema, infer R> ? Static<R> : never;
