/** Roles, and which role implies which. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, MaybeId, Name, Options, Text } from "./crud.ts";
import { policy } from "./rules.ts";

const fields = { description: Type.Optional(Text), domain_id: MaybeId, options: Options };

export const role = defineResource({
  name: "role",
  operations: crud({
    noun: "role",
    plural: "roles",
    entity: Type.Object({
      id: Type.String(),
      name: Type.String(),
      domain_id: Text,
      description: Text,
      options: Type.Object({}),
    }),
    query: Type.Object({ name: Filter, domain_id: Filter }),
    create: Type.Object({ role: Type.Object({ name: Name(255), ...fields }) }),
    update: Type.Object({ role: Type.Object({ name: Type.Optional(Name(255)), ...fields }, { minProperties: 1 }) }),
    who: { list: "reader", show: "reader" },
  }),
});

const implies = "/v3/roles/{prior_role_id}/implies";
const rule = `${implies}/{implied_role_id}`;

export const impliedRole = defineResource({
  name: "implied_role",
  operations: {
    listAll: operation({
      method: "GET",
      path: "/v3/role_inferences",
      status: 200,
      policy: policy("list_role_inference_rules", "reader"),
    }),
    list: operation({ method: "GET", path: implies, status: 200, policy: policy("list_implied_roles", "reader") }),
    show: operation({ method: "GET", path: rule, status: 200, policy: policy("get_implied_role", "reader") }),
    create: operation({ method: "PUT", path: rule, status: 201, policy: policy("create_implied_role", "admin") }),
    remove: operation({ method: "DELETE", path: rule, status: 204, policy: policy("delete_implied_role", "admin") }),
  },
});

export const roleAssignment = defineResource({
  name: "role_assignment",
  operations: {
    list: operation({
      method: "GET",
      path: "/v3/role_assignments",
      status: 200,
      policy: policy("list_role_assignments", "domainReader"),
      query: Type.Object({
        "role.id": Filter,
        "user.id": Filter,
        "group.id": Filter,
        "scope.project.id": Filter,
        "scope.domain.id": Filter,
        "scope.system": Filter,
        "scope.OS-INHERIT:inherited_to": Filter,
        effective: Filter,
        include_names: Filter,
        include_subtree: Filter,
      }),
    }),
  },
});
