/** Metadata of volumes: a user's own words. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Metadata } from "./fields.ts";
import { rules } from "./rules.ts";

const all = "/v3/volumes/{volume_id}/metadata";
const one = `${all}/{key}`;
const Whole = Type.Object({ metadata: Metadata });
const Single = Type.Object({ meta: Metadata });
const reads = { name: "volume:get_volume_metadata", rule: rules.reads };
const updates = { name: "volume:update_volume_metadata", rule: rules.writes };

export const volumeMetadata = defineResource({
  name: "volume metadata",
  operations: {
    list: operation({ method: "GET", path: all, policy: reads, status: 200, response: Whole }),
    merge: operation({
      method: "POST",
      path: all,
      policy: { name: "volume:create_volume_metadata", rule: rules.writes },
      status: 200,
      request: Whole,
      response: Whole,
    }),
    replace: operation({ method: "PUT", path: all, policy: updates, status: 200, request: Whole, response: Whole }),
    show: operation({ method: "GET", path: one, policy: reads, status: 200, response: Single }),
    set: operation({ method: "PUT", path: one, policy: updates, status: 200, request: Single, response: Single }),
    remove: operation({
      method: "DELETE",
      path: one,
      policy: { name: "volume:delete_volume_metadata", rule: rules.writes },
      status: 200,
    }),
  },
});
