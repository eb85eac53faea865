/** Snapshots: none can be made yet, so their lists are empty, and none is found. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Links, ListQuery } from "./fields.ts";
import { rules } from "./rules.ts";

const get_all = { name: "volume:get_all_snapshots", rule: rules.readsOrServes };
const Snapshots = Type.Object({ snapshots: Type.Array(Type.Unknown()), snapshots_links: Type.Optional(Links) });

export const snapshot = defineResource({
  name: "snapshot",
  operations: {
    list: operation({
      method: "GET",
      path: "/v3/snapshots",
      policy: get_all,
      status: 200,
      query: ListQuery,
      response: Snapshots,
    }),
    detail: operation({
      method: "GET",
      path: "/v3/snapshots/detail",
      policy: get_all,
      status: 200,
      query: ListQuery,
      response: Snapshots,
    }),
    show: operation({
      method: "GET",
      path: "/v3/snapshots/{snapshot_id}",
      policy: { name: "volume:get_snapshot", rule: rules.readsOrServes },
      status: 200,
    }),
  },
});
