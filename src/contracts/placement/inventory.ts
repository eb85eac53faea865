/** How much of each resource class a provider has. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { ClassName, Generation, maxInt, reads, strict, writes } from "./kit.ts";

const amount = (minimum: number) => Type.Integer({ minimum, maximum: maxInt });
const fields = {
  total: amount(1),
  reserved: Type.Optional(amount(0)),
  min_unit: Type.Optional(amount(1)),
  max_unit: Type.Optional(amount(1)),
  step_size: Type.Optional(amount(1)),
  allocation_ratio: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3.402_82e38 })),
};

export const InventoryFields = Type.Object(fields, strict);
const Whole = Type.Object({
  total: Type.Integer(),
  reserved: Type.Integer(),
  min_unit: Type.Integer(),
  max_unit: Type.Integer(),
  step_size: Type.Integer(),
  allocation_ratio: Type.Number(),
});
export const Inventories = Type.Object(
  {},
  { additionalProperties: InventoryFields, propertyNames: { pattern: ClassName } },
);
const guarded = { resource_provider_generation: Generation };
const One = Type.Object({ ...guarded, ...Whole.properties });
const Many = Type.Object({ ...guarded, inventories: Type.Object({}, { additionalProperties: Whole }) });

const all = "/resource_providers/{uuid}/inventories";
const one = `${all}/{resource_class}`;
const updates = writes("resource_providers:inventories:update");
const deletes = writes("resource_providers:inventories:delete");

export const inventory = defineResource({
  name: "inventory",
  operations: {
    list: operation({
      method: "GET",
      path: all,
      status: 200,
      policy: reads("resource_providers:inventories:list"),
      response: Many,
    }),
    create: operation({
      method: "POST",
      path: all,
      status: 201,
      policy: writes("resource_providers:inventories:create"),
      request: Type.Object(
        {
          resource_class: Type.String({ pattern: ClassName }),
          resource_provider_generation: Type.Optional(Generation),
          ...fields,
        },
        strict,
      ),
      response: One,
    }),
    replaceAll: operation({
      method: "PUT",
      path: all,
      status: 200,
      policy: updates,
      request: Type.Object({ ...guarded, inventories: Inventories }, strict),
      response: Many,
    }),
    removeAll: operation({ method: "DELETE", path: all, status: 204, policy: deletes }),
    show: operation({
      method: "GET",
      path: one,
      status: 200,
      policy: reads("resource_providers:inventories:show"),
      response: One,
    }),
    replace: operation({
      method: "PUT",
      path: one,
      status: 200,
      policy: updates,
      request: Type.Object({ ...guarded, ...fields }, strict),
      response: One,
    }),
    remove: operation({ method: "DELETE", path: one, status: 204, policy: deletes }),
  },
});
