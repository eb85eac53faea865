/** Security groups in the compute API's old form, up to 2.35: a view of Neutron's, which the command line still asks for. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Empty, Nullable, OneOrMany } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const until = "2.35";

export const RuleView = Type.Object({
  id: Text,
  parent_group_id: Text,
  ip_protocol: Nullable(Text),
  from_port: Nullable(Type.Integer()),
  to_port: Nullable(Type.Integer()),
  /** Empty unless the rule names a group. */
  group: Type.Object({ name: Type.Optional(Text), tenant_id: Type.Optional(Text) }),
  ip_range: Type.Object({ cidr: Type.Optional(Text) }),
});
const GroupView = Type.Object({
  id: Text,
  name: Text,
  description: Text,
  tenant_id: Text,
  rules: Type.Array(RuleView),
});
const Whole = Type.Object({ security_group: GroupView });
const base = "/v2.1/os-security-groups";
const item = `${base}/{group_id}`;
const rules = "/v2.1/os-security-group-rules";
const Change = Type.Object({
  security_group: Type.Object({ name: Type.String({ maxLength: 255 }), description: Type.String({ maxLength: 255 }) }),
});
const Port = Type.Optional(Type.Unsafe<number | string | null>({ type: ["integer", "string", "null"] }));

export const securityGroupProxy = defineResource({
  name: "security group (proxy)",
  operations: {
    list: operation({
      method: "GET",
      path: base,
      until,
      status: 200,
      policy: policy("os-security-groups:get", "reader"),
      query: Type.Object({
        limit: Type.Optional(Type.Integer({ minimum: 0 })),
        offset: Type.Optional(Type.Integer({ minimum: 0 })),
        all_tenants: Type.Optional(OneOrMany),
      }),
      response: Type.Object({ security_groups: Type.Array(GroupView) }),
    }),
    show: operation({
      method: "GET",
      path: item,
      until,
      status: 200,
      policy: policy("os-security-groups:show", "reader"),
      response: Whole,
    }),
    create: operation({
      method: "POST",
      path: base,
      until,
      status: 200,
      policy: policy("os-security-groups:create", "member"),
      request: Change,
      response: Whole,
    }),
    update: operation({
      method: "PUT",
      path: item,
      until,
      status: 200,
      policy: policy("os-security-groups:update", "member"),
      request: Change,
      response: Whole,
    }),
    delete: operation({
      method: "DELETE",
      path: item,
      until,
      status: 202,
      policy: policy("os-security-groups:delete", "member"),
      response: Empty,
    }),
    createRule: operation({
      method: "POST",
      path: rules,
      until,
      status: 200,
      policy: policy("os-security-groups:rule:create", "member"),
      request: Type.Object({
        security_group_rule: Type.Object({
          parent_group_id: Text,
          ip_protocol: Type.Optional(Nullable(Text)),
          from_port: Port,
          to_port: Port,
          cidr: Type.Optional(Nullable(Text)),
          group_id: Type.Optional(Nullable(Text)),
        }),
      }),
      response: Type.Object({ security_group_rule: RuleView }),
    }),
    deleteRule: operation({
      method: "DELETE",
      path: `${rules}/{rule_id}`,
      until,
      status: 202,
      policy: policy("os-security-groups:rule:delete", "member"),
      response: Empty,
    }),
  },
});
