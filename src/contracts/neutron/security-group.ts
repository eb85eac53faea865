/** Security groups and their rules: what may reach a port and what it may reach. Nothing but what a rule allows. */
import { Type } from "typebox";
import { defineResource } from "../kit/resource.ts";
import { crud } from "./crud.ts";
import { Bool, Maybe, Name, Nullable, Text, Uuid, closed, projectFields, standardFields } from "./fields.ts";

const settable = { name: Type.Optional(Name), description: Type.Optional(Text), stateful: Type.Optional(Bool) };
export const SecurityGroupCreate = Type.Object({ ...settable, ...projectFields }, closed);
export const SecurityGroupUpdate = Type.Object(settable, closed);

/** A port number, an ICMP type or code, or what a breach will name. */
const PortValue = Maybe(Type.Union([Type.Integer(), Type.String({ maxLength: 16 })]));

export const SecurityGroupRuleCreate = Type.Object(
  {
    ...projectFields,
    security_group_id: Uuid,
    direction: Type.Enum(["ingress", "egress"]),
    ethertype: Type.Optional(Type.String({ maxLength: 16 })),
    protocol: Maybe(Type.Union([Type.Integer(), Type.String({ maxLength: 40 })])),
    port_range_min: PortValue,
    port_range_max: PortValue,
    remote_ip_prefix: Maybe(Type.String({ maxLength: 64 })),
    remote_group_id: Maybe(Type.String({ maxLength: 36 })),
    remote_address_group_id: Maybe(Type.String({ maxLength: 36 })),
    description: Type.Optional(Text),
  },
  closed,
);

const { tags: _noTags, ...ruleStandard } = standardFields;
export const SecurityGroupRule = Type.Object({
  ...ruleStandard,
  security_group_id: Type.String(),
  direction: Type.String(),
  ethertype: Type.String(),
  protocol: Nullable(Type.String()),
  port_range_min: Nullable(Type.Integer()),
  port_range_max: Nullable(Type.Integer()),
  remote_ip_prefix: Nullable(Type.String()),
  normalized_cidr: Nullable(Type.String()),
  remote_group_id: Nullable(Type.String()),
  remote_address_group_id: Nullable(Type.String()),
});

export const SecurityGroup = Type.Object({
  ...standardFields,
  name: Type.String(),
  stateful: Type.Boolean(),
  shared: Type.Boolean(),
  security_group_rules: Type.Array(SecurityGroupRule),
});

const rules = {
  get: "rule:reader or rule:service_api",
  create: "rule:member",
  update: "rule:member",
  delete: "rule:member",
};

export const securityGroup = defineResource({
  name: "security_group",
  operations: crud(
    { name: "security_group", collection: "security_groups", path: "/v2.0/security-groups", rules },
    { view: SecurityGroup, create: SecurityGroupCreate, update: SecurityGroupUpdate },
  ),
});

const { update: _noUpdate, ...ruleOperations } = crud(
  {
    name: "security_group_rule",
    collection: "security_group_rules",
    path: "/v2.0/security-group-rules",
    rules,
    bulk: true,
  },
  { view: SecurityGroupRule, create: SecurityGroupRuleCreate, update: SecurityGroupRuleCreate },
);
export const securityGroupRule = defineResource({ name: "security_group_rule", operations: ruleOperations });
