/** Volume types with their extra specs. `__DEFAULT__` is always there. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { ListQuery, orNull } from "./fields.ts";
import { rules } from "./rules.ts";

const Specs = Type.Record(Type.String({ minLength: 1, maxLength: 255 }), Type.String({ maxLength: 255 }));

const VolumeType = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: orNull(Type.String()),
  is_public: Type.Boolean(),
  extra_specs: Specs,
  qos_specs_id: Type.Optional(orNull(Type.String())),
  "os-volume-type-access:is_public": Type.Boolean(),
});

export type VolumeTypeBody = Type.Static<typeof VolumeType>;

const One = Type.Object({ volume_type: VolumeType });
const reader = "role:admin or role:service or role:reader";
const all = "/v3/types";
const one = `${all}/{type_id}`;
const name = Type.String({ minLength: 1, maxLength: 255, pattern: "\\S" });
const description = orNull(Type.String({ maxLength: 255 }));

export const volumeType = defineResource({
  name: "volume type",
  operations: {
    list: operation({
      method: "GET",
      path: all,
      policy: { name: "volume_extension:type_get_all", rule: reader },
      status: 200,
      query: ListQuery,
      response: Type.Object({ volume_types: Type.Array(VolumeType) }),
    }),
    create: operation({
      method: "POST",
      path: all,
      policy: { name: "volume_extension:type_create", rule: rules.admin },
      status: 200,
      request: Type.Object({
        volume_type: Type.Object(
          {
            name,
            description: Type.Optional(description),
            extra_specs: Type.Optional(orNull(Specs)),
            "os-volume-type-access:is_public": Type.Optional(Type.Boolean()),
          },
          { additionalProperties: Type.Unknown() },
        ),
      }),
      response: One,
    }),
    /** The id `default` shows the default type. */
    show: operation({
      method: "GET",
      path: one,
      policy: { name: "volume_extension:type_get", rule: reader },
      status: 200,
      response: One,
    }),
    update: operation({
      method: "PUT",
      path: one,
      policy: { name: "volume_extension:type_update", rule: rules.admin },
      status: 200,
      request: Type.Object({
        volume_type: Type.Object(
          {
            name: Type.Optional(name),
            description: Type.Optional(description),
            is_public: Type.Optional(Type.Boolean()),
          },
          { additionalProperties: Type.Unknown() },
        ),
      }),
      response: One,
    }),
    delete: operation({
      method: "DELETE",
      path: one,
      policy: { name: "volume_extension:type_delete", rule: rules.admin },
      status: 202,
    }),
  },
});

const specs = `${one}/extra_specs`;

export const volumeTypeSpecs = defineResource({
  name: "extra specs of volume types",
  operations: {
    list: operation({
      method: "GET",
      path: specs,
      policy: { name: "volume_extension:types_extra_specs:index", rule: reader },
      status: 200,
      response: Type.Object({ extra_specs: Specs }),
    }),
    create: operation({
      method: "POST",
      path: specs,
      policy: { name: "volume_extension:types_extra_specs:create", rule: rules.admin },
      status: 200,
      request: Type.Object({ extra_specs: Specs }),
      response: Type.Object({ extra_specs: Specs }),
    }),
    show: operation({
      method: "GET",
      path: `${specs}/{key}`,
      policy: { name: "volume_extension:types_extra_specs:show", rule: reader },
      status: 200,
      response: Specs,
    }),
    set: operation({
      method: "PUT",
      path: `${specs}/{key}`,
      policy: { name: "volume_extension:types_extra_specs:update", rule: rules.admin },
      status: 200,
      request: Specs,
      response: Specs,
    }),
    remove: operation({
      method: "DELETE",
      path: `${specs}/{key}`,
      policy: { name: "volume_extension:types_extra_specs:delete", rule: rules.admin },
      status: 202,
    }),
  },
});
