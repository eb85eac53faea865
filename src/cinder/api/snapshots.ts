/** Handlers of snapshots: there are none, and that is said as the service says it. */
import { errors } from "#contracts/cinder/errors.ts";
import { snapshot } from "#contracts/cinder/snapshot.ts";
import { implement, type Implementation } from "#platform/http/call.ts";

export function snapshotHandlers(): Implementation {
  return implement(snapshot, {
    list: () => ({ snapshots: [] }),
    detail: () => ({ snapshots: [] }),
    show: (call) => {
      throw errors.snapshotNotFound({ snapshot_id: call.params["snapshot_id"] });
    },
  });
}
