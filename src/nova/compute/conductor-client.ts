/** What compute asks of the conductor: its only way to the database, and only over the queue (law 1). */
import {
  activeOperations,
  conductorAddress,
  getOrder,
  hostReport,
  operationDone,
  operationFailing,
  operationUndone,
  recordInterfaces,
  recordStep,
} from "#contracts/nova/messages.ts";
import type { Interface, JournalStep, Order } from "#contracts/nova/order.ts";
import type { MessageBody, MessageReply } from "#contracts/kit/message.ts";
import type { Bus } from "#platform/bus/bus.ts";

export interface Failing {
  step: string;
  reason: string;
  /** Another host may do better. */
  retryable: boolean;
}

export interface ConductorClient {
  /** Undefined when there is nothing left to do. */
  order(operation_id: string): Promise<Order | undefined>;
  record(operation_id: string, step: string, record: JournalStep): Promise<void>;
  done(operation_id: string, power_state: number | null): Promise<void>;
  failing(operation_id: string, failing: Failing): Promise<void>;
  undone(operation_id: string, stuck: string | null): Promise<void>;
  active(): Promise<{ operation_id: string; server_id: string }[]>;
  report(report: Omit<MessageBody<typeof hostReport>, "host">): Promise<MessageReply<typeof hostReport>>;
  interfaces(server_id: string, interfaces: Interface[]): Promise<void>;
}

/** The operation was cancelled (its server is being deleted): what is done must be undone. */
export class Cancelled extends Error {}

export function makeConductorClient(bus: Bus, host: string): ConductorClient {
  const call: Bus["call"] = (address, message, body) => bus.call(address, message, body);
  return {
    async order(operation_id) {
      const { order } = await call(conductorAddress, getOrder, { operation_id, host });
      return order ?? undefined;
    },
    async record(operation_id, step, record) {
      const { state } = await call(conductorAddress, recordStep, { operation_id, host, step, record });
      if (record.status === "done" && state !== "running") throw new Cancelled(`the operation is ${state}`);
    },
    done: async (operation_id, power_state) =>
      void (await call(conductorAddress, operationDone, { operation_id, host, power_state })),
    failing: async (operation_id, failing) =>
      void (await call(conductorAddress, operationFailing, { operation_id, host, ...failing })),
    undone: async (operation_id, stuck) =>
      void (await call(conductorAddress, operationUndone, { operation_id, host, stuck })),
    async active() {
      return (await call(conductorAddress, activeOperations, { host })).operations;
    },
    report: (report) => call(conductorAddress, hostReport, { host, ...report }),
    interfaces: async (server_id, interfaces) =>
      void (await call(conductorAddress, recordInterfaces, { server_id, host, interfaces })),
  };
}
