/**
 * Ports: where a device meets a network. A compute host binds a port by setting `binding:host_id`, `device_id` and
 * `device_owner` (`compute:<zone>`); the port becomes ACTIVE when that host's agent has wired it.
 */
import { Type } from "typebox";
import { defineResource } from "../kit/resource.ts";
import { crud } from "./crud.ts";
import { Bool, Ip, Maybe, Name, Nullable, Text, Uuid, closed, projectFields, standardFields } from "./fields.ts";
import { portRules } from "./rules.ts";

/** Subnet, address or both; what is left out is chosen. */
export const FixedIpRequest = Type.Object({ subnet_id: Maybe(Uuid), ip_address: Maybe(Ip) }, closed);
export const FixedIp = Type.Object({ subnet_id: Type.String(), ip_address: Type.String() });
export const AddressPair = Type.Object(
  { ip_address: Type.String({ maxLength: 64 }), mac_address: Type.Optional(Type.String({ maxLength: 32 })) },
  closed,
);
export const ExtraDhcpOpt = Type.Object(
  {
    opt_name: Type.String({ maxLength: 255 }),
    opt_value: Nullable(Type.String({ maxLength: 255 })),
    ip_version: Type.Optional(Type.Unsafe<4 | 6 | "4" | "6">({ enum: [4, 6, "4", "6"] })),
  },
  closed,
);
export const vnicTypes = [
  "normal",
  "direct",
  "macvtap",
  "baremetal",
  "direct-physical",
  "virtio-forwarder",
  "smart-nic",
  "vdpa",
  "accelerator-direct",
  "accelerator-direct-physical",
  "remote-managed",
] as const;

const settable = {
  name: Type.Optional(Name),
  description: Type.Optional(Text),
  admin_state_up: Type.Optional(Bool),
  mac_address: Type.Optional(Nullable(Type.String({ maxLength: 32 }))),
  fixed_ips: Type.Optional(Nullable(Type.Array(FixedIpRequest))),
  device_id: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  device_owner: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  security_groups: Type.Optional(Nullable(Type.Array(Uuid))),
  allowed_address_pairs: Type.Optional(Nullable(Type.Array(AddressPair))),
  port_security_enabled: Type.Optional(Bool),
  extra_dhcp_opts: Type.Optional(Nullable(Type.Array(ExtraDhcpOpt))),
  /** Host name of the device, one DNS label; nova sets the server's. */
  dns_name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  "binding:host_id": Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  "binding:profile": Type.Optional(Nullable(Type.Record(Type.String(), Type.Unknown()))),
  "binding:vnic_type": Type.Optional(Type.Enum([...vnicTypes])),
};

export const PortCreate = Type.Object({ ...settable, ...projectFields, network_id: Uuid }, closed);
export const PortUpdate = Type.Object(settable, closed);

/** `binding:host_id`, `vif_type`, `vif_details` and `profile` are shown to administrators and service users only. */
export const Port = Type.Object({
  ...standardFields,
  name: Type.String(),
  network_id: Type.String(),
  /** DOWN, BUILD, ACTIVE, ERROR or N/A. */
  status: Type.String(),
  admin_state_up: Type.Boolean(),
  mac_address: Type.String(),
  fixed_ips: Type.Array(FixedIp),
  device_id: Type.String(),
  device_owner: Type.String(),
  security_groups: Type.Array(Type.String()),
  allowed_address_pairs: Type.Array(Type.Object({ ip_address: Type.String(), mac_address: Type.String() })),
  port_security_enabled: Type.Boolean(),
  extra_dhcp_opts: Type.Array(
    Type.Object({ opt_name: Type.String(), opt_value: Nullable(Type.String()), ip_version: Type.Integer() }),
  ),
  dns_name: Type.String(),
  dns_assignment: Type.Array(Type.Object({ hostname: Type.String(), ip_address: Type.String(), fqdn: Type.String() })),
  "binding:vnic_type": Type.String(),
  "binding:host_id": Type.Optional(Type.String()),
  /** `unbound` without a host, else `bridge`. */
  "binding:vif_type": Type.Optional(Type.String()),
  "binding:vif_details": Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  "binding:profile": Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

export const port = defineResource({
  name: "port",
  operations: crud(
    {
      name: "port",
      collection: "ports",
      path: "/v2.0/ports",
      bulk: true,
      rules: {
        get: portRules.get,
        create: portRules.portMember,
        update: portRules.portMember,
        delete: `${portRules.portMember} or rule:network_member`,
      },
    },
    { view: Port, create: PortCreate, update: PortUpdate },
  ),
});
