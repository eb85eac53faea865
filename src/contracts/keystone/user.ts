/** Users, and what belongs to one. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, Flag, MaybeId, Name } from "./crud.ts";
import { policy } from "./rules.ts";

const Password = Type.Optional(Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]));

const fields = {
  default_project_id: MaybeId,
  domain_id: Type.Optional(Type.String()),
  enabled: Flag,
  password: Password,
  options: Type.Optional(Type.Object({})),
};

export const User = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  enabled: Type.Boolean(),
  default_project_id: Type.Optional(Type.String()),
  options: Type.Object({}),
  password_expires_at: Type.Union([Type.String(), Type.Null()]),
});

const one = "/v3/users/{user_id}";

export const user = defineResource({
  name: "user",
  operations: {
    ...crud({
      noun: "user",
      plural: "users",
      entity: User,
      query: Type.Object({ domain_id: Filter, name: Filter, enabled: Filter }),
      create: Type.Object({ user: Type.Object({ name: Name(255), ...fields }) }),
      update: Type.Object({ user: Type.Object({ name: Type.Optional(Name(255)), ...fields }, { minProperties: 1 }) }),
      who: { list: "domainReader", show: "selfReader" },
    }),
    changePassword: operation({
      method: "POST",
      path: `${one}/password`,
      status: 204,
      policy: "public",
      request: Type.Object({
        user: Type.Object({ password: Type.String({ maxLength: 4096 }), original_password: Type.String() }),
      }),
    }),
    groups: operation({
      method: "GET",
      path: `${one}/groups`,
      status: 200,
      policy: policy("list_groups_for_user", "selfReader"),
      query: Type.Object({ name: Filter }),
    }),
    projects: operation({
      method: "GET",
      path: `${one}/projects`,
      status: 200,
      policy: policy("list_user_projects", "selfReader"),
      query: Type.Object({ name: Filter, domain_id: Filter, enabled: Filter }),
    }),
  },
});
