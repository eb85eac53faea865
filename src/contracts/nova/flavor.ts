/** Flavors: how large a server is. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Bool, Description, Empty, Limit, Links, Marker, Nullable, OneOrMany, Size, Count, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const ExtraSpecs = Type.Unsafe<Record<string, string>>({
  type: "object",
  propertyNames: { minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" },
  additionalProperties: { type: ["string", "number"], maxLength: 255 },
});

/** GET answers an empty text for no swap below 2.75, 0 from then on. */
const FlavorView = Type.Object({
  id: Text,
  name: Text,
  ram: Type.Integer(),
  disk: Type.Integer(),
  vcpus: Type.Integer(),
  "OS-FLV-EXT-DATA:ephemeral": Type.Integer(),
  "OS-FLV-DISABLED:disabled": Type.Boolean(),
  "os-flavor-access:is_public": Type.Boolean(),
  rxtx_factor: Type.Number(),
  links: Links,
  earlySwap: at({ until: "2.74", name: "swap" }, Type.Union([Type.Integer(), Type.Literal("")])),
  swap: at({ since: "2.75" }, Type.Integer()),
  description: at({ since: "2.55" }, Nullable(Text)),
  extra_specs: Type.Optional(at({ since: "2.61" }, Type.Record(Text, Text))),
});
const FlavorBrief = Type.Object({
  id: Text,
  name: Text,
  links: Links,
  description: at({ since: "2.55" }, Nullable(Text)),
});

const ListQuery = Type.Object({
  limit: Limit,
  marker: Marker,
  is_public: Type.Optional(OneOrMany),
  minRam: Type.Optional(OneOrMany),
  minDisk: Type.Optional(OneOrMany),
  sort_key: Type.Optional(OneOrMany),
  sort_dir: Type.Optional(OneOrMany),
});

const item = "/v2.1/flavors/{flavor_id}";
const specs = `${item}/os-extra_specs`;
const Specs = Type.Object({ extra_specs: ExtraSpecs }, closed);
const AccessList = Type.Object({ flavor_access: Type.Array(Type.Object({ flavor_id: Text, tenant_id: Text })) });

export const flavor = defineResource({
  name: "flavor",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.1/flavors",
      status: 200,
      policy: policy("flavors:index", "any"),
      query: ListQuery,
      response: Type.Object({ flavors: Type.Array(FlavorBrief), flavors_links: Type.Optional(Links) }),
    }),
    detail: operation({
      method: "GET",
      path: "/v2.1/flavors/detail",
      status: 200,
      policy: policy("flavors:detail", "any"),
      query: ListQuery,
      response: Type.Object({ flavors: Type.Array(FlavorView), flavors_links: Type.Optional(Links) }),
    }),
    show: operation({
      method: "GET",
      path: item,
      status: 200,
      policy: policy("flavors:show", "any"),
      response: Type.Object({ flavor: FlavorView }),
    }),
    create: operation({
      method: "POST",
      path: "/v2.1/flavors",
      status: 200,
      policy: policy("os-flavor-manage:create", "admin"),
      request: Type.Object(
        {
          flavor: Type.Object(
            {
              name: Type.String({ minLength: 1, maxLength: 255, pattern: "\\S" }),
              id: Type.Optional(
                Type.Unsafe<string | number | null>({
                  anyOf: [
                    { type: "string", minLength: 1, maxLength: 255, pattern: "^(?! )[a-zA-Z0-9. _-]+(?<! )$" },
                    { type: "integer" },
                    { type: "null" },
                  ],
                }),
              ),
              ram: Count,
              vcpus: Count,
              disk: Size,
              "OS-FLV-EXT-DATA:ephemeral": Type.Optional(Size),
              swap: Type.Optional(Size),
              rxtx_factor: Type.Optional(
                Type.Unsafe<number | string>({
                  type: ["number", "string"],
                  pattern: "^[0-9]+(\\.[0-9]+)?$",
                  minimum: 0,
                }),
              ),
              "os-flavor-access:is_public": Type.Optional(Bool),
              description: Type.Optional(at({ since: "2.55" }, Nullable(Type.String({ maxLength: 65_535 })))),
            },
            closed,
          ),
        },
        closed,
      ),
      response: Type.Object({ flavor: FlavorView }),
    }),
    update: operation({
      method: "PUT",
      path: item,
      since: "2.55",
      status: 200,
      policy: policy("os-flavor-manage:update", "admin"),
      request: Type.Object({ flavor: Type.Object({ description: Description }, closed) }, closed),
      response: Type.Object({ flavor: FlavorView }),
    }),
    delete: operation({
      method: "DELETE",
      path: item,
      status: 202,
      policy: policy("os-flavor-manage:delete", "admin"),
      response: Empty,
    }),
    listAccess: operation({
      method: "GET",
      path: `${item}/os-flavor-access`,
      status: 200,
      policy: policy("os-flavor-access", "admin"),
      response: AccessList,
    }),
    addAccess: operation({
      method: "POST",
      path: `${item}/action`,
      action: "addTenantAccess",
      status: 200,
      policy: policy("os-flavor-access:add_tenant_access", "admin"),
      request: Type.Object({ addTenantAccess: Type.Object({ tenant: Type.String({ minLength: 1 }) }, closed) }, closed),
      response: AccessList,
    }),
    removeAccess: operation({
      method: "POST",
      path: `${item}/action`,
      action: "removeTenantAccess",
      status: 200,
      policy: policy("os-flavor-access:remove_tenant_access", "admin"),
      request: Type.Object(
        { removeTenantAccess: Type.Object({ tenant: Type.String({ minLength: 1 }) }, closed) },
        closed,
      ),
      response: AccessList,
    }),
  },
});

export const extraSpec = defineResource({
  name: "flavor extra spec",
  operations: {
    list: operation({
      method: "GET",
      path: specs,
      status: 200,
      policy: policy("os-flavor-extra-specs:index", "reader"),
      response: Specs,
    }),
    merge: operation({
      method: "POST",
      path: specs,
      status: 200,
      policy: policy("os-flavor-extra-specs:create", "admin"),
      request: Specs,
      response: Specs,
    }),
    show: operation({
      method: "GET",
      path: `${specs}/{key}`,
      status: 200,
      policy: policy("os-flavor-extra-specs:show", "reader"),
      response: Type.Record(Text, Text),
    }),
    put: operation({
      method: "PUT",
      path: `${specs}/{key}`,
      status: 200,
      policy: policy("os-flavor-extra-specs:update", "admin"),
      request: ExtraSpecs,
      response: Type.Record(Text, Text),
    }),
    delete: operation({
      method: "DELETE",
      path: `${specs}/{key}`,
      status: 200,
      policy: policy("os-flavor-extra-specs:delete", "admin"),
      response: Empty,
    }),
  },
});
