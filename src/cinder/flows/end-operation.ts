/** How operations end: the row of the operation and the row of its volume change in one transaction. */
import type { VolumeAction } from "#contracts/cinder/volume-states.ts";
import type { Operation, OperationState } from "#platform/operations/operation.ts";
import type { CinderStore } from "../store/open.ts";
import type { VolumeRow } from "../store/tables.ts";
import type { Db } from "../store/volumes.ts";
import type { VolumeWorkKind, WorkParams } from "./volume-work.ts";

export type Outcome = "done" | "undone";

const endings: Record<VolumeWorkKind, Record<Outcome, VolumeAction>> = {
  "volume.create": { done: "created", undone: "create_failed" },
  "volume.delete": { done: "deleted", undone: "delete_failed" },
  "volume.extend": { done: "extended", undone: "extend_failed" },
};

/** What a user reads; the event's code is stable. */
const events: Record<VolumeWorkKind, { event_id: string; sentence: string }> = {
  "volume.create": { event_id: "VOLUME_VOLUME_CREATE_FAILED", sentence: "create volume" },
  "volume.delete": { event_id: "VOLUME_VOLUME_DELETE_FAILED", sentence: "delete volume" },
  "volume.extend": { event_id: "VOLUME_VOLUME_EXTEND_FAILED", sentence: "extend volume" },
};

export interface Ending {
  /** For the operator. */
  error: string | null;
  /** For the user. */
  reason: string | null;
}

const from: Record<Outcome, readonly OperationState[]> = { done: ["running"], undone: ["running", "undoing", "stuck"] };

/** False when it had ended already. */
export async function endVolumeOperation(
  store: CinderStore,
  operation: Operation,
  outcome: Outcome,
  ending: Ending,
): Promise<boolean> {
  const kind = operation.kind as VolumeWorkKind;
  const state = outcome === "done" ? "done" : "failed";
  return store.db.transaction().execute(async (trx) => {
    const error = ending.error ?? operation.error;
    const patch = { state, error, waiting_for: "nobody" } as const;
    if (!(await store.operations.change(operation.id, from[outcome], patch, trx as never))) return false; // same tables
    const set = changesOf(kind, outcome, operation, error);
    await store.volumes.move(operation.resource_id, endings[kind][outcome], set, trx);
    if (outcome === "undone") await tellUser(store, operation, ending.reason, trx);
    return true;
  });
}

/** The first half of a bad end: what was done is to be undone, and the user may read why. False when it had ended. */
export async function failVolumeOperation(
  store: CinderStore,
  operation: Operation,
  { error, reason }: Ending,
): Promise<boolean> {
  return store.db.transaction().execute(async (trx) => {
    const patch = { state: "undoing", error } as const;
    if (!(await store.operations.change(operation.id, ["running"], patch, trx as never))) return false; // same tables
    await tellUser(store, operation, reason, trx);
    return true;
  });
}

/** Once for each operation: what was said first stays. */
async function tellUser(store: CinderStore, operation: Operation, reason: string | null, trx: Db): Promise<void> {
  const volume = await store.volumes.find(operation.resource_id, trx);
  if (!volume) return;
  const { event_id, sentence } = events[operation.kind as VolumeWorkKind];
  await store.messages.insert(trx, {
    id: operation.id,
    project_id: volume.project_id,
    event_id,
    user_message: `${sentence}:${reason ?? "An unknown error occurred."}`,
    resource_type: "VOLUME",
    resource_uuid: volume.id,
    request_id: (operation.params as WorkParams).request_id ?? null,
    created_at: operation.updated_at,
  });
}

function changesOf(
  kind: VolumeWorkKind,
  outcome: Outcome,
  operation: Operation,
  error: string | null,
): Partial<VolumeRow> {
  if (outcome === "undone") return { error };
  if (kind === "volume.extend") return { size: (operation.params as WorkParams).size_gb, error: null };
  if (kind === "volume.delete") return { deleted_at: operation.updated_at, host: null };
  return { error: null };
}
