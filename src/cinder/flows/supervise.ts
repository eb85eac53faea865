/**
 * Looks after unfinished operations: after a start and every few seconds it pokes whoever owns each, and turns those
 * whose deadline has passed to undoing. Beside it, a look at volumes that say they are attached and are not.
 */
import { runVolumeWork, scheduleVolume, volumeSchedulerAddress } from "#contracts/cinder/messages.ts";
import type { Bus } from "#platform/bus/bus.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Operation } from "#platform/operations/operation.ts";
import { newTrace, withTrace } from "#platform/trace/trace.ts";
import type { CinderStore } from "../store/open.ts";
import { endVolumeOperation } from "./end-operation.ts";
import { workOf } from "./volume-work.ts";

export interface SuperviseParts {
  store: CinderStore;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

/** An operation that was touched less than this ago is left to whoever works on it. */
const quiet_ms = 10_000;
/** Between a request's two changes a volume may look wrong for a moment. */
const settle_ms = 30_000;

const tooLong = "It took longer than allowed.";

/** `all` pokes also those touched lately: after a start nobody else works on them. */
export async function superviseOperations(parts: SuperviseParts, all: boolean): Promise<string[]> {
  const now = parts.clock.now();
  const findings: string[] = [];
  for (const operation of await parts.store.operations.listActive()) {
    let current = operation;
    if (operation.state === "running" && operation.deadline_at < now) {
      const error = `${tooLong} It waited for ${operation.waiting_for}.`;
      if (!(await parts.store.operations.change(operation.id, ["running"], { state: "undoing", error }))) continue;
      current = { ...operation, state: "undoing", error };
      findings.push(`${operation.kind} of ${operation.resource_id} passed its deadline and is undone`);
    } else if (!all && now - operation.updated_at < quiet_ms) continue;
    await withTrace(operation.trace ?? newTrace(parts.ids), () => pokeOperation(parts, current));
  }
  return findings;
}

/** Sends an operation to its owner. One that has no agent yet has nothing to undo either. */
export async function pokeOperation(parts: Pick<SuperviseParts, "store" | "bus">, operation: Operation): Promise<void> {
  if (operation.owner !== volumeSchedulerAddress)
    await parts.bus.cast(operation.owner, runVolumeWork, workOf(operation));
  else if (operation.state === "running")
    await parts.bus.cast(volumeSchedulerAddress, scheduleVolume, { operation_id: operation.id });
  else await endVolumeOperation(parts.store, operation, "undone", { error: operation.error, reason: tooLong });
}

/** Attachments = what volumes say. Also ends states that no operation will end any more. */
export async function reconcileVolumes(parts: SuperviseParts): Promise<string[]> {
  const { store } = parts;
  const before = parts.clock.now() - settle_ms;
  const findings: string[] = [];
  for (const volume of await store.volumes.listIn(["reserved", "attaching", "in-use", "detaching"])) {
    if (volume.attachments.length > 0 || Number(volume.updated_at ?? volume.created_at) > before) continue;
    if (await store.volumes.move(volume.id, "detached"))
      findings.push(`volume ${volume.id} was ${volume.status} without an attachment: available`);
  }
  for (const volume of await store.volumes.listIn(["creating", "downloading", "extending", "deleting"])) {
    if (Number(volume.updated_at ?? volume.created_at) > before || (await store.operations.findActive(volume.id)))
      continue;
    const error = `Nothing works on it any more, though it was ${volume.status}.`;
    const action =
      volume.status === "extending"
        ? "extend_failed"
        : volume.status === "deleting"
          ? "delete_failed"
          : "create_failed";
    if (await store.volumes.move(volume.id, action, { error }))
      findings.push(`volume ${volume.id} was ${volume.status} without an operation`);
  }
  return findings;
}
