/** Actions on volumes: one route, the body's single key chooses. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Metadata } from "./fields.ts";
import { rules } from "./rules.ts";

const path = "/v3/volumes/{volume_id}/action";
const flag = Type.Union([Type.Boolean(), Type.String()]);

export const volumeAction = defineResource({
  name: "volume action",
  operations: {
    extend: operation({
      method: "POST",
      path,
      action: "os-extend",
      policy: { name: "volume:extend", rule: rules.writes },
      status: 202,
      request: Type.Object({
        "os-extend": Type.Object({ new_size: Type.Union([Type.Integer(), Type.String({ pattern: "^\\d{1,9}$" })]) }),
      }),
    }),
    setBootable: operation({
      method: "POST",
      path,
      action: "os-set_bootable",
      policy: { name: "volume:update", rule: rules.writes },
      status: 200,
      request: Type.Object({ "os-set_bootable": Type.Object({ bootable: flag }) }),
    }),
    updateReadonly: operation({
      method: "POST",
      path,
      action: "os-update_readonly_flag",
      policy: { name: "volume:update_readonly_flag", rule: rules.writes },
      status: 202,
      request: Type.Object({ "os-update_readonly_flag": Type.Object({ readonly: flag }) }),
    }),
    setImageMetadata: operation({
      method: "POST",
      path,
      action: "os-set_image_metadata",
      policy: { name: "volume_extension:volume_image_metadata:set", rule: rules.writes },
      status: 200,
      request: Type.Object({ "os-set_image_metadata": Type.Object({ metadata: Metadata }) }),
      response: Type.Object({ metadata: Metadata }),
    }),
    showImageMetadata: operation({
      method: "POST",
      path,
      action: "os-show_image_metadata",
      policy: { name: "volume_extension:volume_image_metadata:show", rule: rules.reads },
      status: 200,
      response: Type.Object({ metadata: Metadata }),
    }),
    unsetImageMetadata: operation({
      method: "POST",
      path,
      action: "os-unset_image_metadata",
      policy: { name: "volume_extension:volume_image_metadata:remove", rule: rules.writes },
      status: 200,
      request: Type.Object({ "os-unset_image_metadata": Type.Object({ key: Type.String() }) }),
    }),
    resetStatus: operation({
      method: "POST",
      path,
      action: "os-reset_status",
      policy: { name: "volume_extension:volume_admin_actions:reset_status", rule: rules.admin },
      status: 202,
      request: Type.Object({
        "os-reset_status": Type.Object({
          status: Type.Optional(Type.String()),
          attach_status: Type.Optional(Type.String()),
          migration_status: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        }),
      }),
    }),
    forceDelete: operation({
      method: "POST",
      path,
      action: "os-force_delete",
      policy: { name: "volume_extension:volume_admin_actions:force_delete", rule: rules.admin },
      status: 202,
    }),
  },
});
