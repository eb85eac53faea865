/** Snapshots and backups: none can be made yet, so their lists are empty, and none is found. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { ListQuery } from "./fields.ts";
import { rules } from "./rules.ts";

const snapshots = { name: "volume:get_all_snapshots", rule: rules.readsOrServes };
const Snapshots = Type.Object({ snapshots: Type.Array(Type.Unknown()) });
const backups = { name: "backup:get_all", rule: rules.reads };
const Backups = Type.Object({ backups: Type.Array(Type.Unknown()) });
const list = { method: "GET", status: 200, query: ListQuery } as const;

export const snapshot = defineResource({
  name: "snapshot",
  operations: {
    list: operation({ ...list, path: "/v3/snapshots", policy: snapshots, response: Snapshots }),
    detail: operation({ ...list, path: "/v3/snapshots/detail", policy: snapshots, response: Snapshots }),
    show: operation({
      method: "GET",
      path: "/v3/snapshots/{snapshot_id}",
      policy: { name: "volume:get_snapshot", rule: rules.readsOrServes },
      status: 200,
    }),
  },
});

export const backup = defineResource({
  name: "backup",
  operations: {
    list: operation({ ...list, path: "/v3/backups", policy: backups, response: Backups }),
    detail: operation({ ...list, path: "/v3/backups/detail", policy: backups, response: Backups }),
    show: operation({
      method: "GET",
      path: "/v3/backups/{backup_id}",
      policy: { name: "backup:get", rule: rules.reads },
      status: 200,
    }),
  },
});
