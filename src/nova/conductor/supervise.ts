/**
 * Looks after unfinished operations: after a start and every few seconds it pokes whoever owns each, and turns those
 * whose deadline has passed to undoing. The messages of the flow are pokes only; this is what makes losing one harmless.
 */
import {
  conductorAddress,
  runOperation,
  schedulerAddress,
  scheduleServer,
  buildServer,
} from "#contracts/nova/messages.ts";
import type { Operation } from "#platform/operations/operation.ts";
import { newTrace, withTrace } from "#platform/trace/trace.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { FlowParts } from "../flows/create-fails.ts";

/** An operation that was touched less than this ago is left to whoever works on it. */
const quiet_ms = 15_000;

export interface Supervisor {
  /** Pokes every unfinished operation; `all` also those touched lately: after a start nobody else works on them. */
  run(all: boolean): Promise<string[]>;
}

export function makeSupervisor(parts: FlowParts & { ids: Ids }): Supervisor {
  const { store, clock } = parts;
  return {
    async run(all) {
      const now = clock.now();
      const findings: string[] = [];
      for (const operation of await store.operations.listActive()) {
        const late = operation.state === "running" && operation.deadline_at < now;
        if (late) findings.push(await giveUp(parts, operation));
        else if (!all && now - operation.updated_at < quiet_ms) continue;
        await poke(parts, operation);
      }
      return findings;
    },
  };
}

async function giveUp(parts: FlowParts, operation: Operation): Promise<string> {
  const error = `It took longer than allowed, waiting for ${operation.waiting_for}.`;
  await parts.store.operations.change(operation.id, ["running"], { state: "undoing", error });
  return `${operation.kind} of ${operation.resource_id} passed its deadline and is undone`;
}

async function poke(parts: FlowParts & { ids: Ids }, operation: Operation): Promise<void> {
  const body = { operation_id: operation.id, server_id: operation.resource_id };
  const current = await parts.store.operations.find(operation.id);
  const undoing = current?.state !== "running";
  await withTrace(operation.trace ?? newTrace(parts.ids), async () => {
    if (operation.owner === schedulerAddress && undoing) await parts.bus.cast(conductorAddress, runOperation, body);
    else if (operation.owner === schedulerAddress) await parts.bus.cast(schedulerAddress, scheduleServer, body);
    else await parts.bus.cast(operation.owner, operation.kind === "server.create" ? buildServer : runOperation, body);
  });
}
