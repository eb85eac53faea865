/** Floating IPs: addresses of an external network that a router translates to a port's fixed address. */
import { Type } from "typebox";
import { defineResource } from "../kit/resource.ts";
import { crud } from "./crud.ts";
import { Ip, Maybe, Nullable, Text, Uuid, closed, projectFields, standardFields } from "./fields.ts";

const settable = { description: Type.Optional(Text), port_id: Maybe(Uuid), fixed_ip_address: Maybe(Ip) };

export const FloatingIpCreate = Type.Object(
  {
    ...settable,
    ...projectFields,
    floating_network_id: Uuid,
    floating_ip_address: Maybe(Ip),
    subnet_id: Maybe(Uuid),
    dns_name: Type.Optional(Text),
    dns_domain: Type.Optional(Text),
  },
  closed,
);
export const FloatingIpUpdate = Type.Object(settable, closed);

export const FloatingIp = Type.Object({
  ...standardFields,
  floating_network_id: Type.String(),
  floating_ip_address: Type.String(),
  port_id: Nullable(Type.String()),
  fixed_ip_address: Nullable(Type.String()),
  router_id: Nullable(Type.String()),
  /** ACTIVE, DOWN or ERROR. */
  status: Type.String(),
  dns_name: Type.String(),
  dns_domain: Type.String(),
  port_details: Nullable(
    Type.Object({
      name: Type.String(),
      network_id: Type.String(),
      mac_address: Type.String(),
      admin_state_up: Type.Boolean(),
      status: Type.String(),
      device_id: Type.String(),
      device_owner: Type.String(),
    }),
  ),
});

export const floatingip = defineResource({
  name: "floatingip",
  operations: crud(
    {
      name: "floatingip",
      collection: "floatingips",
      path: "/v2.0/floatingips",
      rules: {
        get: "rule:reader or rule:service_api",
        create: "rule:member",
        update: "rule:member",
        delete: "rule:member",
      },
    },
    { view: FloatingIp, create: FloatingIpCreate, update: FloatingIpUpdate },
  ),
});
