/** Subnets: the addresses of a network. */
import { Type } from "typebox";
import { defineResource } from "../kit/resource.ts";
import { crud } from "./crud.ts";
import { Bool, Int, Ip, Maybe, Name, Nullable, Text, Uuid, closed, projectFields, standardFields } from "./fields.ts";

/** First and last address, both included. */
export const AllocationPool = Type.Object({ start: Ip, end: Ip }, closed);
export const HostRoute = Type.Object({ destination: Type.String({ maxLength: 64 }), nexthop: Ip }, closed);

const settable = {
  name: Type.Optional(Name),
  description: Type.Optional(Text),
  allocation_pools: Type.Optional(Nullable(Type.Array(AllocationPool))),
  gateway_ip: Maybe(Ip),
  dns_nameservers: Type.Optional(Nullable(Type.Array(Ip, { maxItems: 5 }))),
  host_routes: Type.Optional(Nullable(Type.Array(HostRoute, { maxItems: 20 }))),
  enable_dhcp: Type.Optional(Bool),
  service_types: Type.Optional(Type.Array(Type.String({ maxLength: 255 }))),
};
const mode = Maybe(Type.Enum(["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]));

export const SubnetCreate = Type.Object(
  {
    ...settable,
    ...projectFields,
    network_id: Uuid,
    ip_version: Int,
    cidr: Maybe(Type.String({ maxLength: 64 })),
    ipv6_ra_mode: mode,
    ipv6_address_mode: mode,
    subnetpool_id: Maybe(Type.String()),
    use_default_subnetpool: Type.Optional(Bool),
    prefixlen: Maybe(Int),
  },
  closed,
);
export const SubnetUpdate = Type.Object(settable, closed);

export const Subnet = Type.Object({
  ...standardFields,
  name: Type.String(),
  network_id: Type.String(),
  ip_version: Type.Integer(),
  cidr: Type.String(),
  gateway_ip: Nullable(Type.String()),
  enable_dhcp: Type.Boolean(),
  allocation_pools: Type.Array(AllocationPool),
  dns_nameservers: Type.Array(Type.String()),
  host_routes: Type.Array(HostRoute),
  service_types: Type.Array(Type.String()),
  ipv6_ra_mode: Nullable(Type.String()),
  ipv6_address_mode: Nullable(Type.String()),
  subnetpool_id: Nullable(Type.String()),
});

export const subnet = defineResource({
  name: "subnet",
  operations: crud(
    {
      name: "subnet",
      collection: "subnets",
      path: "/v2.0/subnets",
      bulk: true,
      rules: {
        get: "rule:reader or rule:shared or rule:service_api",
        create: "rule:member or rule:network_member",
        update: "rule:member or rule:network_member",
        delete: "rule:member or rule:network_member",
      },
    },
    { view: Subnet, create: SubnetCreate, update: SubnetUpdate },
  ),
});
