/** The version document, for which nobody needs a token. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";

export const root = defineResource({
  name: "root",
  operations: {
    show: operation({
      method: "GET",
      path: "",
      status: 200,
      policy: "public",
      response: Type.Object({
        versions: Type.Array(
          Type.Object({
            id: Type.String(),
            status: Type.String(),
            min_version: Type.String(),
            max_version: Type.String(),
            links: Type.Array(Type.Object({ rel: Type.String(), href: Type.String() })),
          }),
        ),
      }),
    }),
  },
});
