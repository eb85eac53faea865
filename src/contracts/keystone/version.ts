/** The documents by which clients find out that this is Keystone v3. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";

const Version = Type.Object({
  id: Type.String(),
  status: Type.String(),
  updated: Type.String(),
  links: Type.Array(Type.Object({ rel: Type.String(), href: Type.String() })),
  "media-types": Type.Array(Type.Object({ base: Type.String(), type: Type.String() })),
});

export const version = defineResource({
  name: "version",
  operations: {
    list: operation({
      method: "GET",
      path: "",
      status: 300,
      policy: "public",
      response: Type.Object({ versions: Type.Object({ values: Type.Array(Version) }) }),
    }),
    show: operation({
      method: "GET",
      path: "/v3",
      status: 200,
      policy: "public",
      response: Type.Object({ version: Version }),
    }),
  },
});
