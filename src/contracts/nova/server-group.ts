/** Server groups: servers that shall share a host, or not. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Empty, Limit, Nullable, OneOrMany, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const Name = Type.String({ minLength: 1, maxLength: 255, pattern: "\\S" });
const early = ["anti-affinity", "affinity"];
const policies = [...early, "soft-anti-affinity", "soft-affinity"];

const GroupView = Type.Object({
  id: Text,
  name: Text,
  members: Type.Array(Text),
  policies: at({ until: "2.63" }, Type.Array(Text)),
  metadata: at({ until: "2.63" }, Type.Object({})),
  policy: at({ since: "2.64" }, Nullable(Text)),
  rules: at({ since: "2.64" }, Type.Object({}, { additionalProperties: true })),
  project_id: at({ since: "2.13" }, Text),
  user_id: at({ since: "2.13" }, Text),
});
const base = "/v2.1/os-server-groups";

export const serverGroup = defineResource({
  name: "server group",
  operations: {
    list: operation({
      method: "GET",
      path: base,
      status: 200,
      policy: policy("os-server-groups:index", "reader"),
      query: Type.Object({ all_projects: Type.Optional(OneOrMany), limit: Limit, offset: Limit }),
      response: Type.Object({ server_groups: Type.Array(GroupView) }),
    }),
    show: operation({
      method: "GET",
      path: `${base}/{group_id}`,
      status: 200,
      policy: policy("os-server-groups:show", "reader"),
      response: Type.Object({ server_group: GroupView }),
    }),
    create: operation({
      method: "POST",
      path: base,
      status: 200,
      policy: policy("os-server-groups:create", "member"),
      request: Type.Object(
        {
          server_group: Type.Object(
            {
              name: Name,
              firstPolicies: at(
                { until: "2.14", name: "policies" },
                Type.Array(Type.Enum(early), { minItems: 1, maxItems: 1 }),
              ),
              policies: at(
                { since: "2.15", until: "2.63" },
                Type.Array(Type.Enum(policies), { minItems: 1, maxItems: 1 }),
              ),
              policy: at({ since: "2.64" }, Type.Enum(policies)),
              rules: Type.Optional(
                at(
                  { since: "2.64" },
                  Type.Object(
                    {
                      max_server_per_host: Type.Optional(
                        Type.Unsafe<number | string>({
                          type: ["integer", "string"],
                          minimum: 1,
                          pattern: "^[1-9][0-9]*$",
                        }),
                      ),
                    },
                    closed,
                  ),
                ),
              ),
            },
            closed,
          ),
        },
        closed,
      ),
      response: Type.Object({ server_group: GroupView }),
    }),
    delete: operation({
      method: "DELETE",
      path: `${base}/{group_id}`,
      status: 204,
      policy: policy("os-server-groups:delete", "member"),
      response: Empty,
    }),
  },
});
