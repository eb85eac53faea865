/** How operations end: the state in which a server is left comes from the table in `contracts/nova/operations.ts`. */
import { operationPlans, type OperationKind, type Outcome } from "#contracts/nova/operations.ts";
import type { TaskState, VmState } from "#contracts/nova/server-states.ts";
import type { Operation } from "#platform/operations/operation.ts";
import { forOperations } from "../store/open.ts";
import { attempts_max, exhausted, giveUpCreate, rescheduleCreate, type FlowParts } from "../flows/create-fails.ts";

/** All steps are done: the server is as the user wanted it. */
export async function finishOperation(
  parts: FlowParts,
  operation: Operation,
  power_state: number | null,
): Promise<void> {
  const { store } = parts;
  const { success } = operationPlans[operation.kind as OperationKind];
  if (success.gone) {
    await finishDelete(parts, operation);
    return;
  }
  await store.transaction(async (trx) => {
    const ended = { state: "done" as const, waiting_for: "nothing" };
    if (!(await store.operations.change(operation.id, ["running"], ended, forOperations(trx)))) return;
    const launched = operation.kind === "server.create" ? { launched_at: parts.clock.now() } : {};
    const power = power_state === null ? {} : { power_state };
    const patch = { ...stateAfter(success), ...power, ...launched, task_state: null };
    await store.servers.update(operation.resource_id, patch, { task_state: tasksOf(operation) }, trx);
  });
  await closeAction(parts, operation, null);
}

/** The guest is gone from its host: give back the room, and hide the row. */
export async function finishDelete(parts: FlowParts, operation: Operation): Promise<void> {
  const { store, placement } = parts;
  await placement.release(operation.resource_id);
  await store.transaction(async (trx) => {
    await store.operations.change(
      operation.id,
      ["running", "undoing", "stuck"],
      { state: "done", waiting_for: "nothing" },
      forOperations(trx),
    );
    await store.servers.markDeleted(operation.resource_id, trx);
    await store.blockDevices.deleteOf(operation.resource_id, trx);
  });
  await closeAction(parts, operation, null);
}

/** Compute has undone its steps. A create may go on elsewhere; anything else ends as its table says. */
export async function endUndone(parts: FlowParts, operation: Operation, host: string | null): Promise<void> {
  const { store } = parts;
  const failure = failureOf(operation);
  if (operation.kind === "server.create") {
    const again =
      host !== null &&
      failure.retryable &&
      operation.attempt < attempts_max &&
      operation.deadline_at > parts.clock.now();
    if (again) return rescheduleCreate(parts, operation, host, failure.reason);
    await giveUpCreate(parts, operation, giveUpMessage(operation, failure));
    return closeAction(parts, operation, "Error");
  }
  const { failure: outcome } = operationPlans[operation.kind as OperationKind];
  await store.transaction(async (trx) => {
    await store.operations.change(
      operation.id,
      ["running", "undoing", "stuck"],
      { state: "failed", waiting_for: "nothing" },
      forOperations(trx),
    );
    const fault =
      outcome.vm_state === "error"
        ? { fault: { code: 500, message: failure.reason, created_at: parts.clock.now() } }
        : {};
    const patch = { ...stateAfter(outcome), ...fault, task_state: null };
    await store.servers.update(operation.resource_id, patch, { task_state: tasksOf(operation) }, trx);
  });
  await closeAction(parts, operation, "Error");
}

interface Failure {
  reason: string;
  retryable: boolean;
}

/** What was said when undoing began; a cancelled or late operation is not tried again. */
function failureOf(operation: Operation): Failure {
  const said = operation.journal["failure"]?.output as Failure | undefined;
  return said ?? { reason: operation.error ?? "It was given up.", retryable: false };
}

function giveUpMessage(operation: Operation, failure: Failure): string {
  return failure.retryable ? exhausted(operation, failure.reason) : failure.reason;
}

function stateAfter(outcome: Outcome): { vm_state?: VmState } {
  return outcome.vm_state === null ? {} : { vm_state: outcome.vm_state as VmState };
}

/** Only the tasks of this operation may be ended by it: a delete that came meanwhile keeps its own. */
function tasksOf(operation: Operation): (TaskState | null)[] {
  const tasks: Partial<Record<string, (TaskState | null)[]>> = {
    "server.create": ["scheduling", "networking", "block_device_mapping", "spawning", null],
    "server.delete": ["deleting", null],
    "server.start": ["powering-on", null],
    "server.stop": ["powering-off", null],
    "server.reboot": [
      "rebooting",
      "reboot_pending",
      "reboot_started",
      "rebooting_hard",
      "reboot_pending_hard",
      "reboot_started_hard",
      null,
    ],
  };
  return tasks[operation.kind] ?? [null];
}

/** The names under which users' tools look for what compute did. */
const eventOf: Partial<Record<string, string>> = {
  "server.create": "compute__do_build_and_run_instance",
  "server.delete": "compute_terminate_instance",
  "server.start": "compute_start_instance",
  "server.stop": "compute_stop_instance",
  "server.reboot": "compute_reboot_instance",
  "server.attach_volume": "compute_attach_volume",
  "server.detach_volume": "compute_detach_volume",
  "server.attach_interface": "compute_attach_interface",
  "server.detach_interface": "compute_detach_interface",
};

async function closeAction(parts: FlowParts, operation: Operation, message: string | null): Promise<void> {
  const request_id = (operation.params as { request_id?: string }).request_id;
  const event = eventOf[operation.kind];
  if (!request_id || !event) return;
  const { instanceActions } = parts.store;
  await instanceActions.finish(operation.resource_id, request_id, message);
  const result = message === null ? "Success" : "Error";
  const times = { start_time: operation.created_at, finish_time: parts.clock.now() };
  const host = /^nova-compute\.(.*)$/.exec(operation.owner)?.[1] ?? null;
  await instanceActions.recordEvent({
    request_id,
    server_id: operation.resource_id,
    event,
    result,
    host,
    details: operation.error,
    ...times,
  });
}
