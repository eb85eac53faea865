/** Who uses how much of what. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { ClassName, Generation, reads, Resources, strict, Uuid, writes } from "./kit.ts";
import { Inventories } from "./inventory.ts";

const Owner = Type.String({ minLength: 1, maxLength: 255 });
const ConsumerType = Type.String({ pattern: ClassName, minLength: 1, maxLength: 255 });
const uuidKeys = { propertyNames: { format: "uuid" } };

const ByProvider = Type.Object(
  {},
  {
    ...uuidKeys,
    additionalProperties: Type.Object({ resources: Resources, generation: Type.Optional(Type.Integer()) }, strict),
  },
);
const List = Type.Array(
  Type.Object({ resource_provider: Type.Object({ uuid: Uuid }, strict), resources: Resources }, strict),
  { minItems: 1 },
);
const Mappings = Type.Object({}, { additionalProperties: Type.Array(Uuid), minProperties: 1 });

const consumerFields = {
  project_id: at({ since: "1.8" }, Owner),
  user_id: at({ since: "1.8" }, Owner),
  consumer_generation: at({ since: "1.28" }, Type.Union([Type.Integer(), Type.Null()])),
  mappings: Type.Optional(at({ since: "1.34" }, Mappings)),
  consumer_type: at({ since: "1.38" }, ConsumerType),
};
/** Before consumers had generations, replacing with nothing was refused. */
const Some = { ...ByProvider, minProperties: 1 };

const ReplaceBody = Type.Object(
  {
    list: at({ until: "1.11", name: "allocations" }, List),
    some: at({ since: "1.12", until: "1.27", name: "allocations" }, Some),
    allocations: at({ since: "1.28" }, ByProvider),
    ...consumerFields,
  },
  strict,
);

const ConsumerBody = Type.Object({ allocations: ByProvider, ...consumerFields }, strict);
const Consumers = { ...uuidKeys, additionalProperties: ConsumerBody };

const one = "/allocations/{consumer_uuid}";

export const allocation = defineResource({
  name: "allocation",
  operations: {
    show: operation({
      method: "GET",
      path: one,
      status: 200,
      policy: reads("allocations:list"),
      response: Type.Object({
        allocations: Type.Object({}),
        project_id: Type.Optional(at({ since: "1.12" }, Type.String())),
        user_id: Type.Optional(at({ since: "1.12" }, Type.String())),
        consumer_generation: Type.Optional(at({ since: "1.28" }, Type.Integer())),
        consumer_type: Type.Optional(at({ since: "1.38" }, Type.String())),
      }),
    }),
    replace: operation({
      method: "PUT",
      path: one,
      status: 204,
      policy: writes("allocations:update"),
      request: ReplaceBody,
    }),
    replaceMany: operation({
      method: "POST",
      path: "/allocations",
      status: 204,
      since: "1.13",
      policy: writes("allocations:manage"),
      request: Type.Object({}, { ...Consumers, minProperties: 1 }),
    }),
    remove: operation({ method: "DELETE", path: one, status: 204, policy: writes("allocations:delete") }),
    ofProvider: operation({
      method: "GET",
      path: "/resource_providers/{uuid}/allocations",
      status: 200,
      policy: reads("resource_providers:allocations:list"),
      response: Type.Object({ allocations: Type.Object({}), resource_provider_generation: Generation }),
    }),
    reshape: operation({
      method: "POST",
      path: "/reshaper",
      status: 204,
      since: "1.30",
      policy: writes("reshaper:reshape"),
      request: Type.Object(
        {
          inventories: Type.Object(
            {},
            {
              ...uuidKeys,
              additionalProperties: Type.Object(
                { resource_provider_generation: Generation, inventories: Inventories },
                strict,
              ),
            },
          ),
          allocations: Type.Object({}, Consumers),
        },
        strict,
      ),
    }),
    candidates: operation({
      method: "GET",
      path: "/allocation_candidates",
      status: 200,
      since: "1.10",
      policy: reads("allocation_candidates:list"),
      response: Type.Object({ allocation_requests: Type.Array(Type.Object({})), provider_summaries: Type.Object({}) }),
    }),
  },
});
