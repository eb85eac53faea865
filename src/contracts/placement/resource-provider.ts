/** Resource providers: what has something to give, in trees. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Filter, Generation, reads, strict, Uuid, writes } from "./kit.ts";

const MaybeUuid = Type.Union([Uuid, Type.Null()]);

export const Provider = Type.Object({
  uuid: Uuid,
  name: Type.String(),
  generation: Generation,
  links: Type.Array(Type.Object({ rel: Type.String(), href: Type.String() })),
  parent_provider_uuid: at({ since: "1.14" }, MaybeUuid),
  root_provider_uuid: at({ since: "1.14" }, Uuid),
});

const Name = Type.String({ maxLength: 200 });
const parent = { parent_provider_uuid: Type.Optional(at({ since: "1.14" }, MaybeUuid)) };
const one = "/resource_providers/{uuid}";

export const resourceProvider = defineResource({
  name: "resource_provider",
  operations: {
    list: operation({
      method: "GET",
      path: "/resource_providers",
      status: 200,
      policy: reads("resource_providers:list"),
      query: Type.Object(
        {
          name: Filter,
          uuid: Type.Optional(Uuid),
          member_of: Type.Optional(at({ since: "1.3" }, Type.Union([Type.String(), Type.Array(Type.String())]))),
          resources: Type.Optional(at({ since: "1.4" }, Type.String())),
          in_tree: Type.Optional(at({ since: "1.14" }, Uuid)),
          required: Type.Optional(at({ since: "1.18" }, Type.Union([Type.String(), Type.Array(Type.String())]))),
        },
        strict,
      ),
      response: Type.Object({ resource_providers: Type.Array(Provider) }),
    }),
    create: operation({
      method: "POST",
      path: "/resource_providers",
      status: { "1.0": 201, "1.20": 200 },
      policy: writes("resource_providers:create"),
      request: Type.Object({ name: Name, uuid: Type.Optional(Uuid), ...parent }, strict),
      response: Provider,
    }),
    show: operation({
      method: "GET",
      path: one,
      status: 200,
      policy: reads("resource_providers:show"),
      response: Provider,
    }),
    update: operation({
      method: "PUT",
      path: one,
      status: 200,
      policy: writes("resource_providers:update"),
      request: Type.Object({ name: Name, ...parent }, strict),
      response: Provider,
    }),
    remove: operation({ method: "DELETE", path: one, status: 204, policy: writes("resource_providers:delete") }),
  },
});

const aggregates = `${one}/aggregates`;
const AggregateList = Type.Array(Uuid, { uniqueItems: true });
const AggregateReply = Type.Object({
  aggregates: AggregateList,
  resource_provider_generation: at({ since: "1.19" }, Generation),
});

export const aggregate = defineResource({
  name: "aggregate",
  operations: {
    list: operation({
      method: "GET",
      path: aggregates,
      status: 200,
      since: "1.1",
      policy: reads("resource_providers:aggregates:list"),
      response: AggregateReply,
    }),
    replaceUnguarded: operation({
      method: "PUT",
      path: aggregates,
      status: 200,
      since: "1.1",
      until: "1.18",
      policy: writes("resource_providers:aggregates:update"),
      request: AggregateList,
      response: AggregateReply,
    }),
    replace: operation({
      method: "PUT",
      path: aggregates,
      status: 200,
      since: "1.19",
      policy: writes("resource_providers:aggregates:update"),
      request: Type.Object({ aggregates: AggregateList, resource_provider_generation: Generation }, strict),
      response: AggregateReply,
    }),
  },
});

export const usage = defineResource({
  name: "usage",
  operations: {
    ofProvider: operation({
      method: "GET",
      path: `${one}/usages`,
      status: 200,
      policy: reads("resource_providers:usages"),
      response: Type.Object({ resource_provider_generation: Generation, usages: Type.Object({}) }),
    }),
    ofProject: operation({
      method: "GET",
      path: "/usages",
      status: 200,
      since: "1.9",
      policy: { name: "placement:usages", rule: "rule:project_reader" },
      query: Type.Object(
        {
          project_id: Type.String({ minLength: 1, maxLength: 255 }),
          user_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
          consumer_type: Type.Optional(at({ since: "1.38" }, Type.String({ pattern: "^(all|unknown|[A-Z0-9_]+)$" }))),
        },
        strict,
      ),
      response: Type.Object({ usages: Type.Object({}) }),
    }),
  },
});
