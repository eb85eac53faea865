/** Application credentials: a secret of its own for a program, with a part of its owner's roles on one project. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Filter, Name, Text } from "./crud.ts";
import { policy } from "./rules.ts";

const all = "/v3/users/{user_id}/application_credentials";
const one = `${all}/{application_credential_id}`;

const RoleRef = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });

export const applicationCredential = defineResource({
  name: "application_credential",
  operations: {
    list: operation({
      method: "GET",
      path: all,
      status: 200,
      policy: policy("list_application_credentials", "readerOrSelf"),
      query: Type.Object({ name: Filter }),
    }),
    create: operation({
      method: "POST",
      path: all,
      status: 201,
      policy: policy("create_application_credential", "self"),
      request: Type.Object({
        application_credential: Type.Object({
          name: Name(255),
          description: Type.Optional(Text),
          secret: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 4096 }), Type.Null()])),
          expires_at: Type.Optional(Type.Union([Type.String({ format: "date-time" }), Type.Null()])),
          roles: Type.Optional(Type.Array(RoleRef)),
          unrestricted: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
          access_rules: Type.Optional(Type.Array(Type.Unknown())),
        }),
      }),
    }),
    show: operation({
      method: "GET",
      path: one,
      status: 200,
      policy: policy("get_application_credential", "readerOrSelf"),
    }),
    remove: operation({
      method: "DELETE",
      path: one,
      status: 204,
      policy: policy("delete_application_credential", "adminOrSelf"),
    }),
  },
});
