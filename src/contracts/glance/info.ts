/** What this image service is and has: versions, schemas that clients check against, ways of import. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { rules } from "./rules.ts";

const anyone = (name: string) => ({ name, rule: rules.anyone });

const Versions = Type.Object({
  versions: Type.Array(
    Type.Object({
      id: Type.String(),
      status: Type.String(),
      links: Type.Array(Type.Object({ rel: Type.String(), href: Type.String() })),
    }),
  ),
});

const schema = (kind: string) =>
  operation({
    method: "GET",
    path: `/v2/schemas/${kind}`,
    policy: anyone("get_schema"),
    status: 200,
    response: Type.Unknown(),
  });

export const imageInfo = defineResource({
  name: "image service",
  operations: {
    /** 300 is right: clients read the list from it and do not follow. */
    root: operation({ method: "GET", path: "", policy: "public", status: 300, response: Versions }),
    versions: operation({ method: "GET", path: "/versions", policy: "public", status: 200, response: Versions }),
    schemaImage: schema("image"),
    schemaImages: schema("images"),
    schemaMember: schema("member"),
    schemaMembers: schema("members"),
    importMethods: operation({
      method: "GET",
      path: "/v2/info/import",
      policy: anyone("get_import_info"),
      status: 200,
      response: Type.Unknown(),
    }),
    /** 404 as long as there is one store only. */
    stores: operation({ method: "GET", path: "/v2/info/stores", policy: anyone("get_stores"), status: 200 }),
  },
});
