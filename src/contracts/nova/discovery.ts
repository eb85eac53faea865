/** The documents that tell clients which versions there are; no token needed. And the fixed list of extensions. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Links } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const Version = Type.Object({
  id: Text,
  status: Text,
  version: Text,
  min_version: Text,
  updated: Text,
  links: Links,
  "media-types": Type.Optional(Type.Array(Type.Object({ base: Text, type: Text }))),
});
const One = Type.Object({ version: Version });
const Extension = Type.Object({
  name: Text,
  alias: Text,
  namespace: Text,
  updated: Text,
  description: Text,
  links: Links,
});

export const discovery = defineResource({
  name: "version",
  operations: {
    root: operation({
      method: "GET",
      path: "",
      status: 200,
      policy: "public",
      response: Type.Object({ versions: Type.Array(Version) }),
    }),
    current: operation({ method: "GET", path: "/v2.1", status: 200, policy: "public", response: One }),
    show: operation({ method: "GET", path: "/v2.1/versions/{id}", status: 200, policy: "public", response: One }),
  },
});

export const extension = defineResource({
  name: "extension",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.1/extensions",
      status: 200,
      policy: policy("extensions", "any"),
      response: Type.Object({ extensions: Type.Array(Extension) }),
    }),
    show: operation({
      method: "GET",
      path: "/v2.1/extensions/{alias}",
      status: 200,
      policy: policy("extensions", "any"),
      response: Type.Object({ extension: Extension }),
    }),
  },
});
