/** What clients ask before anything else: versions, resources, and which features are there. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Link, ListQuery } from "./fields.ts";

const Extension = Type.Object({
  alias: Type.String(),
  name: Type.String(),
  description: Type.String(),
  updated: Type.String(),
  links: Type.Array(Link),
});

/** Any token may ask. */
const anybody = { name: "get_extension", rule: "@" };

export const discovery = defineResource({
  name: "discovery",
  operations: {
    versions: operation({
      method: "GET",
      path: "",
      status: 200,
      policy: "public",
      response: Type.Object({
        versions: Type.Array(Type.Object({ id: Type.String(), status: Type.String(), links: Type.Array(Link) })),
      }),
    }),
    resources: operation({
      method: "GET",
      path: "/v2.0",
      status: 200,
      policy: anybody,
      response: Type.Object({
        resources: Type.Array(Type.Object({ name: Type.String(), collection: Type.String(), links: Type.Array(Link) })),
      }),
    }),
    extensions: operation({
      method: "GET",
      path: "/v2.0/extensions",
      status: 200,
      policy: anybody,
      query: ListQuery,
      response: Type.Object({ extensions: Type.Array(Extension) }),
    }),
    extension: operation({
      method: "GET",
      path: "/v2.0/extensions/{alias}",
      status: 200,
      policy: anybody,
      response: Type.Object({ extension: Extension }),
    }),
  },
});
