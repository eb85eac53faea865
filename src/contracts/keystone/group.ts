/** Groups of users. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, Name } from "./crud.ts";
import { policy } from "./rules.ts";

const fields = { description: Type.Optional(Type.String()), domain_id: Type.Optional(Type.String()) };
const member = "/v3/groups/{group_id}/users/{user_id}";

export const group = defineResource({
  name: "group",
  operations: {
    ...crud({
      noun: "group",
      plural: "groups",
      entity: Type.Object({
        id: Type.String(),
        name: Type.String(),
        domain_id: Type.String(),
        description: Type.String(),
      }),
      query: Type.Object({ domain_id: Filter, name: Filter }),
      create: Type.Object({ group: Type.Object({ name: Name(64), ...fields }) }),
      update: Type.Object({ group: Type.Object({ name: Type.Optional(Name(64)), ...fields }, { minProperties: 1 }) }),
      who: { list: "domainReader", show: "domainReader" },
    }),
    users: operation({
      method: "GET",
      path: "/v3/groups/{group_id}/users",
      status: 200,
      policy: policy("list_users_in_group", "domainReader"),
      query: Type.Object({ name: Filter, enabled: Filter }),
    }),
    addUser: operation({
      method: "PUT",
      path: member,
      status: 204,
      policy: policy("add_user_to_group", "admin"),
    }),
    hasUser: operation({
      method: "GET",
      path: member,
      status: 204,
      policy: policy("check_user_in_group", "domainReader"),
    }),
    removeUser: operation({
      method: "DELETE",
      path: member,
      status: 204,
      policy: policy("remove_user_from_group", "admin"),
    }),
  },
});
