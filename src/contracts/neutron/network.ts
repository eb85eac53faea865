/** Networks: one broadcast domain each. */
import { Type } from "typebox";
import { defineResource } from "../kit/resource.ts";
import { crud } from "./crud.ts";
import { Bool, Int, Maybe, Name, Nullable, Text, closed, projectFields, standardFields } from "./fields.ts";

const settable = {
  name: Type.Optional(Name),
  description: Type.Optional(Text),
  admin_state_up: Type.Optional(Bool),
  shared: Type.Optional(Bool),
  "router:external": Type.Optional(Bool),
  is_default: Type.Optional(Bool),
  mtu: Type.Optional(Int),
  port_security_enabled: Type.Optional(Bool),
  dns_domain: Type.Optional(Text),
  "provider:network_type": Type.Optional(Type.String({ maxLength: 32 })),
  "provider:physical_network": Maybe(Type.String({ maxLength: 64 })),
  "provider:segmentation_id": Maybe(Int),
};

export const NetworkCreate = Type.Object(
  { ...settable, ...projectFields, availability_zone_hints: Type.Optional(Type.Array(Type.String())) },
  closed,
);
export const NetworkUpdate = Type.Object(settable, closed);

/** `provider:*` is shown to administrators only. */
export const Network = Type.Object({
  ...standardFields,
  name: Type.String(),
  /** ACTIVE, BUILD, DOWN or ERROR. */
  status: Type.String(),
  admin_state_up: Type.Boolean(),
  shared: Type.Boolean(),
  "router:external": Type.Boolean(),
  is_default: Type.Optional(Type.Boolean()),
  /** Bytes. */
  mtu: Type.Integer(),
  port_security_enabled: Type.Boolean(),
  dns_domain: Type.String(),
  subnets: Type.Array(Type.String()),
  availability_zone_hints: Type.Array(Type.String()),
  availability_zones: Type.Array(Type.String()),
  ipv4_address_scope: Nullable(Type.String()),
  ipv6_address_scope: Nullable(Type.String()),
  "provider:network_type": Type.Optional(Type.String()),
  "provider:physical_network": Maybe(Type.String()),
  "provider:segmentation_id": Maybe(Type.Integer()),
});

export const network = defineResource({
  name: "network",
  operations: crud(
    {
      name: "network",
      collection: "networks",
      path: "/v2.0/networks",
      bulk: true,
      rules: {
        get: "rule:reader or rule:shared or rule:external or rule:service_api",
        create: "rule:member",
        update: "rule:member",
        delete: "rule:member",
      },
    },
    { view: Network, create: NetworkCreate, update: NetworkUpdate },
  ),
});
