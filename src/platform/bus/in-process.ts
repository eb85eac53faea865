/**
 * The queue within one process. It serialises every message and delivers it on a later tick, so that nothing works here
 * by sharing an object that would fail across machines. A message for an address that nobody serves yet waits.
 */
import { setImmediate as nextTick } from "node:timers/promises";
import type { MessageBody, MessageReply, MessageSpec } from "#contracts/kit/message.ts";
import type { Ids } from "../ids/ids.ts";
import type { Log } from "../log/log.ts";
import { makeValidator } from "../http/validate.ts";
import { BusError, type Bus } from "./bus.ts";
import { encode, makeInbox, opened, type Inbox, type WireReply } from "./wire.ts";

/** How many casts may wait for an address that nobody serves; further ones are dropped, as their rows will poke again. */
const waiting_max = 10_000;

export function inProcessBus(parts: { ids: Ids; log: Log }): Bus {
  const inboxes = new Map<string, Inbox[]>();
  const waiting = new Map<string, string[]>();
  const validator = makeValidator({ coerce: false });
  let turn = 0;

  const pick = (address: string): Inbox | undefined => {
    const all = inboxes.get(address) ?? [];
    turn += 1;
    return all[turn % Math.max(all.length, 1)];
  };
  const soon = async (inbox: Inbox, text: string): Promise<WireReply> => {
    await nextTick();
    return JSON.parse(JSON.stringify(await inbox.deliver(text))) as WireReply;
  };

  return {
    async cast(address, message, body) {
      const text = encode(validator, message, body);
      const inbox = pick(address);
      if (inbox) void soon(inbox, text);
      else park(waiting, address, text);
    },
    async call<M extends MessageSpec>(address: string, message: M, body: MessageBody<M>, options = {}) {
      const inbox = pick(address);
      if (!inbox) throw new BusError("timeout", `${message.name}: nobody serves ${address}`);
      const { timeout_ms = 30_000 } = options as { timeout_ms?: number };
      let limit: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        const error = (): BusError =>
          new BusError("timeout", `${message.name}: ${address} did not answer within ${timeout_ms} ms`);
        limit = setTimeout(() => reject(error()), timeout_ms).unref();
      });
      try {
        const reply = await Promise.race([soon(inbox, encode(validator, message, body)), late]);
        return opened(message, reply) as MessageReply<M>; // the handler's type is the message's
      } finally {
        clearTimeout(limit);
      }
    },
    async serve(address, handlers) {
      const inbox = makeInbox(address, handlers, parts);
      inboxes.set(address, [...(inboxes.get(address) ?? []), inbox]);
      for (const text of waiting.get(address) ?? []) void soon(inbox, text);
      waiting.delete(address);
      return async () => {
        inboxes.set(
          address,
          (inboxes.get(address) ?? []).filter((one) => one !== inbox),
        );
      };
    },
    async close() {
      inboxes.clear();
      waiting.clear();
    },
  };
}

function park(waiting: Map<string, string[]>, address: string, text: string): void {
  const queue = waiting.get(address) ?? [];
  if (queue.length < waiting_max) queue.push(text);
  waiting.set(address, queue);
}
