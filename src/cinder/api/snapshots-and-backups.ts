/** Handlers of snapshots and backups: there are none, and that is said as the service says it. */
import { errors } from "#contracts/cinder/errors.ts";
import { backup, snapshot } from "#contracts/cinder/snapshots-and-backups.ts";
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

export function backupHandlers(): Implementation {
  return implement(backup, {
    list: () => ({ backups: [] }),
    detail: () => ({ backups: [] }),
    show: (call) => {
      throw errors.backupNotFound({ backup_id: call.params["backup_id"] });
    },
  });
}
