/**
 * The queue over NATS, for roles in processes of their own. A subject for each address; those who serve one address form
 * a queue group, so one of them takes each message. Casts are pokes: one that finds nobody is lost, and its row's owner
 * pokes again.
 */
import { connect, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import type { MessageBody, MessageReply, MessageSpec } from "#contracts/kit/message.ts";
import { makeValidator } from "../http/validate.ts";
import type { Ids } from "../ids/ids.ts";
import type { Log } from "../log/log.ts";
import { BusError, type Bus, type CallOptions } from "./bus.ts";
import { encode, makeInbox, opened, type Inbox, type WireReply } from "./wire.ts";

export interface NatsBusOptions {
  /** `nats://127.0.0.1:4222` */
  url: string;
  /** Before each subject, so that several clouds can share a server. */
  prefix: string;
  user?: string;
  password?: string;
  ids: Ids;
  log: Log;
}

/** Connects, and goes on connecting when the server goes away. */
export async function natsBus(options: NatsBusOptions): Promise<Bus> {
  const { url, user, password } = options;
  const login = user === undefined ? {} : { user, pass: password ?? "" };
  const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 250, ...login });
  const validator = makeValidator({ coerce: false });
  const subjectOf = (address: string): string => `${options.prefix}.${address.replaceAll(/[^\w.-]/g, "_")}`;
  return {
    async cast(address, message, body) {
      connection.publish(subjectOf(address), encode(validator, message, body));
    },
    async call<M extends MessageSpec>(
      address: string,
      message: M,
      body: MessageBody<M>,
      { timeout_ms = 30_000 }: CallOptions = {},
    ) {
      const text = encode(validator, message, body);
      const answer = await connection
        .request(subjectOf(address), text, { timeout: timeout_ms })
        .catch((error: unknown) => {
          throw new BusError(
            "timeout",
            `${message.name}: ${address} did not answer: ${error instanceof Error ? error.message : String(error)}`,
          );
        });
      return opened(message, answer.json<WireReply>()) as MessageReply<M>; // the handler's type is the message's
    },
    async serve(address, handlers) {
      const inbox = makeInbox(address, handlers, options);
      const subscription = connection.subscribe(subjectOf(address), { queue: address.replaceAll(/\W/g, "_") });
      const pump = takeAll(subscription, inbox);
      await connection.flush();
      return async () => {
        await subscription.drain();
        await pump;
      };
    },
    close: () => closeConnection(connection),
  };
}

/** Messages of one address are handled side by side: a slow one must not hold up the others. */
async function takeAll(subscription: Subscription, inbox: Inbox): Promise<void> {
  for await (const message of subscription) {
    void deliverAndReply(inbox, message);
  }
}

async function deliverAndReply(inbox: Inbox, message: Msg): Promise<void> {
  const reply = await inbox.deliver(message.string());
  if (message.reply) message.respond(JSON.stringify(reply));
}

async function closeConnection(connection: NatsConnection): Promise<void> {
  if (!connection.isClosed()) await connection.drain();
}
