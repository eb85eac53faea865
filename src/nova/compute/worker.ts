/**
 * Does operations on the servers of this host, one at a time for each server. A poke only says *look*: what is to be
 * done, and how far it got, comes from the conductor. So a second poke, a late one, or one after a crash is harmless.
 */
import type { OperationKind } from "#contracts/nova/operations.ts";
import type { Order } from "#contracts/nova/order.ts";
import type { Log } from "#platform/log/log.ts";
import type { Step } from "#platform/operations/operation.ts";
import { runSteps, StepFailed, undoSteps } from "#platform/operations/run-steps.ts";
import { Cancelled, type ConductorClient } from "./conductor-client.ts";
import { isRetryable } from "./failures.ts";

/** The steps of each kind of operation, made for one order. */
export type Work = Record<OperationKind, (order: Order) => readonly Step[]>;

export interface WorkerParts {
  conductor: ConductorClient;
  work: Work;
  /** The guest's power state after a success, or null when there is no guest. */
  powerState(server_id: string): Promise<number | null>;
  log: Log;
}

export interface Worker {
  /** Looks at an operation when its server is free; resolves when it has been dealt with. */
  poke(operation_id: string, server_id: string, fetch?: () => Promise<Order | undefined>): Promise<void>;
  /** Waits for the work under way. */
  idle(): Promise<void>;
  /** Servers that are being worked on. */
  busy(): ReadonlySet<string>;
}

interface Running {
  kind: string;
  cancel: AbortController;
}

export function makeWorker(parts: WorkerParts): Worker {
  const queues = new Map<string, Promise<void>>();
  const known = new Set<string>();
  const running = new Map<string, Running>();

  const look = async (
    operation_id: string,
    server_id: string,
    fetch: () => Promise<Order | undefined>,
  ): Promise<void> => {
    try {
      const order = await fetch();
      if (!order) return;
      const cancel = new AbortController();
      running.set(server_id, { kind: order.kind, cancel });
      await carryOut(parts, order, cancel.signal);
    } catch (error) {
      parts.log.error(
        { operation_id, server_id, err: error },
        "an operation could not be worked on; it is poked again",
      );
    } finally {
      running.delete(server_id);
      known.delete(operation_id);
    }
  };

  return {
    poke(operation_id, server_id, fetch = () => parts.conductor.order(operation_id)) {
      const waiting = queues.get(server_id);
      if (known.has(operation_id)) return waiting ?? Promise.resolve();
      known.add(operation_id);
      // A create that is still under way is given up as soon as anything else is wanted: only a delete can be.
      if (running.get(server_id)?.kind === "server.create")
        running.get(server_id)?.cancel.abort(new Cancelled("the server is being deleted"));
      const turn = (waiting ?? Promise.resolve()).then(() => look(operation_id, server_id, fetch));
      const settled = turn.finally(() => {
        if (queues.get(server_id) === settled) queues.delete(server_id);
      });
      queues.set(server_id, settled);
      return settled;
    },
    async idle() {
      await Promise.allSettled(queues.values());
    },
    busy: () => new Set(queues.keys()),
  };
}

async function carryOut(parts: WorkerParts, order: Order, signal: AbortSignal): Promise<void> {
  const steps = parts.work[order.kind as OperationKind](order);
  const keeper = {
    record: (step: string, record: Order["journal"][string]) =>
      parts.conductor.record(order.operation_id, step, record),
  };
  if (order.state === "running") {
    try {
      await runSteps(steps, order.journal, keeper, signal);
      await parts.conductor.done(order.operation_id, await parts.powerState(order.server.id));
      return;
    } catch (error) {
      await announceFailure(parts, order, error);
    }
  }
  try {
    await undoSteps(steps, order.journal, keeper, new AbortController().signal);
    await parts.conductor.undone(order.operation_id, null);
  } catch (error) {
    await parts.conductor.undone(order.operation_id, error instanceof Error ? error.message : String(error));
  }
}

async function announceFailure(parts: WorkerParts, order: Order, error: unknown): Promise<void> {
  if (!(error instanceof StepFailed)) throw error;
  parts.log.warn(
    { operation_id: order.operation_id, server_id: order.server.id, step: error.step, err: error.cause },
    "a step failed; undoing",
  );
  const retryable = isRetryable(error.cause);
  await parts.conductor.failing(order.operation_id, { step: error.step, reason: error.message, retryable });
}
