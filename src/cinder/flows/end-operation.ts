/** How operations end: the row of the operation and the row of its volume change in one transaction. */
import type { VolumeAction } from "#contracts/cinder/volume-states.ts";
import type { Operation, OperationState } from "#platform/operations/operation.ts";
import type { CinderStore } from "../store/open.ts";
import type { VolumeRow } from "../store/tables.ts";
import type { VolumeWorkKind, WorkParams } from "./volume-work.ts";

export type Outcome = "done" | "undone";

const endings: Record<VolumeWorkKind, Record<Outcome, VolumeAction>> = {
  "volume.create": { done: "created", undone: "create_failed" },
  "volume.delete": { done: "deleted", undone: "delete_failed" },
  "volume.extend": { done: "extended", undone: "extend_failed" },
};

const from: Record<Outcome, readonly OperationState[]> = { done: ["running"], undone: ["running", "undoing", "stuck"] };

/** False when it had ended already. */
export async function endVolumeOperation(
  store: CinderStore,
  operation: Operation,
  outcome: Outcome,
  error: string | null,
): Promise<boolean> {
  const kind = operation.kind as VolumeWorkKind;
  const state = outcome === "done" ? "done" : "failed";
  return store.db.transaction().execute(async (trx) => {
    const reason = error ?? operation.error;
    const patch = { state, error: reason, waiting_for: "nobody" } as const;
    if (!(await store.operations.change(operation.id, from[outcome], patch, trx as never))) return false; // same tables
    const set = changesOf(kind, outcome, operation, reason);
    await store.volumes.move(operation.resource_id, endings[kind][outcome], set, trx);
    return true;
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
