/** Unified limits: defaults for resources of services, and what single projects or domains have instead. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, Text } from "./crud.ts";
import { policy } from "./rules.ts";

const Amount = Type.Integer({ minimum: -1, maximum: 2_147_483_647 });
const ResourceName = Type.String({ minLength: 1, maxLength: 255 });
const strict = { additionalProperties: false } as const;
const place = { service_id: Type.String(), region_id: Type.Optional(Text) };
const filters = { service_id: Filter, region_id: Filter, resource_name: Filter };

const registered = crud({
  noun: "registered_limit",
  plural: "registered_limits",
  entity: Type.Object({ id: Type.String(), resource_name: Type.String(), default_limit: Type.Integer() }),
  query: Type.Object(filters),
  create: Type.Object({
    registered_limits: Type.Array(
      Type.Object(
        { ...place, resource_name: ResourceName, default_limit: Amount, description: Type.Optional(Text) },
        strict,
      ),
      { minItems: 1 },
    ),
  }),
  update: Type.Object({
    registered_limit: Type.Object(
      {
        service_id: Type.Optional(Type.String()),
        region_id: Type.Optional(Text),
        resource_name: Type.Optional(ResourceName),
        default_limit: Type.Optional(Amount),
        description: Type.Optional(Text),
      },
      { ...strict, minProperties: 1 },
    ),
  }),
  who: { list: "any", show: "any" },
});

export const registeredLimit = defineResource({
  name: "registered_limit",
  operations: {
    ...registered,
    create: { ...registered.create, policy: policy("create_registered_limits", "admin") },
  },
});

const single = crud({
  noun: "limit",
  plural: "limits",
  entity: Type.Object({ id: Type.String(), resource_name: Type.String(), resource_limit: Type.Integer() }),
  query: Type.Object({ ...filters, project_id: Filter, domain_id: Filter }),
  create: Type.Object({
    limits: Type.Array(
      Type.Object(
        {
          ...place,
          resource_name: ResourceName,
          resource_limit: Amount,
          project_id: Type.Optional(Text),
          domain_id: Type.Optional(Text),
          description: Type.Optional(Text),
        },
        strict,
      ),
      { minItems: 1 },
    ),
  }),
  update: Type.Object({
    limit: Type.Object(
      { resource_limit: Type.Optional(Amount), description: Type.Optional(Text) },
      { ...strict, minProperties: 1 },
    ),
  }),
  who: { list: "any", show: "ownProject" },
});

export const limit = defineResource({
  name: "limit",
  operations: {
    ...single,
    create: { ...single.create, policy: policy("create_limits", "admin") },
    model: operation({
      method: "GET",
      path: "/v3/limits/model",
      status: 200,
      policy: policy("get_limit_model", "any"),
      response: Type.Object({ model: Type.Object({ name: Type.String(), description: Type.String() }) }),
    }),
  },
});
