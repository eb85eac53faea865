/**
 * How a create ends when it cannot go on: tried on another host, or given up. By now the host it was on has undone what
 * it did; what is left is here: the claim in Placement, the server's state, and the sentence for the user.
 */
import { buildServer, computeAddress, schedulerAddress, scheduleServer } from "#contracts/nova/messages.ts";
import type { Bus } from "#platform/bus/bus.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Operation } from "#platform/operations/operation.ts";
import type { PlacementClient } from "../clients/placement.ts";
import { forOperations, type NovaStore } from "../store/open.ts";

export interface FlowParts {
  store: NovaStore;
  placement: PlacementClient;
  bus: Bus;
  clock: Clock;
}

/** As Nova: the first host and two others. */
export const attempts_max = 3;

/** Hosts on which this create failed before; the journal's own entry, kept over attempts. */
export function excludedHosts(operation: Operation): string[] {
  return (operation.journal["excluded"]?.output as string[] | undefined) ?? [];
}

/** Why the attempt before this one failed; kept for the sentence that the user reads in the end. */
export function previousFailure(operation: Operation): string | undefined {
  return operation.journal["previous_failure"]?.output as string | undefined;
}

/** Nova's sentence for a create that no host could finish. */
export function exhausted(operation: Operation, reason: string): string {
  const tried =
    "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance";
  return `${tried} ${operation.resource_id}. Last exception: ${reason}`;
}

/** Back to the scheduler, without the host that failed. */
export async function rescheduleCreate(
  parts: FlowParts,
  operation: Operation,
  host: string,
  reason: string,
): Promise<void> {
  const { store, placement, bus } = parts;
  await placement.release(operation.resource_id);
  const journal = {
    excluded: { status: "done" as const, output: [...excludedHosts(operation), host] },
    previous_failure: { status: "done" as const, output: reason },
  };
  const again = {
    state: "running" as const,
    owner: schedulerAddress,
    waiting_for: "the scheduler",
    attempt: operation.attempt + 1,
    journal,
    error: null,
  };
  const moved = await store.transaction(async (trx) => {
    if (!(await store.operations.change(operation.id, ["undoing"], again, forOperations(trx)))) return false;
    await store.servers.update(
      operation.resource_id,
      { host: null, node: null, task_state: "scheduling", info_cache: [] },
      { host },
      trx,
    );
    return true;
  });
  if (moved)
    await bus.cast(schedulerAddress, scheduleServer, { operation_id: operation.id, server_id: operation.resource_id });
}

/** Given up: the server shows ERROR and why, and holds nothing any more. A server that is being deleted stays so. */
export async function giveUpCreate(parts: FlowParts, operation: Operation, message: string, code = 500): Promise<void> {
  const { store, placement, clock } = parts;
  await placement.release(operation.resource_id);
  const fault = { code, message, created_at: clock.now() };
  await store.transaction(async (trx) => {
    await store.operations.change(
      operation.id,
      ["running", "undoing", "stuck"],
      { state: "failed", error: message, waiting_for: "nothing" },
      forOperations(trx),
    );
    const building = {
      vm_state: ["building"] as const,
      task_state: ["scheduling", "networking", "block_device_mapping", "spawning", null] as const,
    };
    await store.servers.update(
      operation.resource_id,
      { vm_state: "error", task_state: null, fault, host: null, node: null },
      building,
      trx,
    );
    await store.servers.update(operation.resource_id, { fault }, { task_state: ["deleting"] }, trx);
  });
}

/** The host is chosen and its room claimed: tell it. Repeated when the message may have been lost. */
export async function pokeBuild(
  bus: Bus,
  operation: Pick<Operation, "id" | "resource_id">,
  host: string,
): Promise<void> {
  await bus.cast(computeAddress(host), buildServer, { operation_id: operation.id, server_id: operation.resource_id });
}
