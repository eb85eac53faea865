/** What users see of a server, field by field with the microversion that brought it. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { Links, Nullable } from "./fields.ts";

const Text = Type.String();
const NullText = Nullable(Type.String());

export const AddressView = Type.Object({
  version: Type.Integer(),
  addr: Text,
  "OS-EXT-IPS:type": Text,
  "OS-EXT-IPS-MAC:mac_addr": Text,
});

export const EmbeddedFlavor = Type.Object({
  vcpus: Type.Integer(),
  /** MiB. */
  ram: Type.Integer(),
  /** GiB. */
  disk: Type.Integer(),
  ephemeral: Type.Integer(),
  /** MiB. */
  swap: Type.Integer(),
  original_name: Text,
  extra_specs: Type.Optional(Type.Record(Text, Text)),
});

const Reference = Type.Object({ id: Text, links: Links });

/** Fields of the first version. */
const first = {
  id: Text,
  name: Text,
  status: Text,
  tenant_id: Text,
  user_id: Text,
  metadata: Type.Record(Text, Text),
  hostId: Text,
  /** Empty text for a server that boots from a volume. */
  image: Type.Union([Reference, Type.Literal("")]),
  created: Text,
  updated: Text,
  addresses: Type.Record(Text, Type.Array(AddressView)),
  accessIPv4: Text,
  accessIPv6: Text,
  links: Links,
  "OS-DCF:diskConfig": Text,
  progress: Type.Optional(Type.Integer()),
  fault: Type.Optional(
    Type.Object({ code: Type.Integer(), created: Text, message: Text, details: Type.Optional(Text) }),
  ),
  flavorReference: at({ until: "2.46", name: "flavor" }, Reference),
  flavor: at({ since: "2.47" }, EmbeddedFlavor),
  locked: at({ since: "2.9" }, Type.Boolean()),
  description: at({ since: "2.19" }, NullText),
  tags: at({ since: "2.26" }, Type.Array(Text)),
  trusted_image_certificates: at({ since: "2.63" }, Nullable(Type.Array(Text))),
  locked_reason: at({ since: "2.73" }, NullText),
};

/** Fields that the answer to a change has only from 2.75 on. */
function extended(since: string | undefined) {
  const from = (own: string): { since: string } => ({ since: since ?? own });
  return {
    key_name: at(from("2.1"), NullText),
    config_drive: at(from("2.1"), Text),
    "OS-EXT-AZ:availability_zone": at(from("2.1"), Text),
    "OS-SRV-USG:launched_at": at(from("2.1"), NullText),
    "OS-SRV-USG:terminated_at": at(from("2.1"), NullText),
    "OS-EXT-STS:task_state": at(from("2.1"), NullText),
    "OS-EXT-STS:vm_state": at(from("2.1"), Text),
    "OS-EXT-STS:power_state": at(from("2.1"), Type.Integer()),
    "os-extended-volumes:volumes_attached": at(
      from("2.1"),
      Type.Array(Type.Object({ id: Text, delete_on_termination: at({ since: "2.3" }, Type.Boolean()) })),
    ),
    security_groups: Type.Optional(at(from("2.1"), Type.Array(Type.Object({ name: Text })))),
    "OS-EXT-SRV-ATTR:host": Type.Optional(at(from("2.1"), NullText)),
    "OS-EXT-SRV-ATTR:instance_name": Type.Optional(at(from("2.1"), Text)),
    "OS-EXT-SRV-ATTR:hypervisor_hostname": Type.Optional(at(from("2.1"), NullText)),
    "OS-EXT-SRV-ATTR:reservation_id": Type.Optional(at(from("2.3"), Text)),
    "OS-EXT-SRV-ATTR:launch_index": Type.Optional(at(from("2.3"), Type.Integer())),
    /** For administrators from 2.3, for everyone from 2.90: the key says which. */
    adminHostname: Type.Optional(at({ since: since ?? "2.3", until: "2.89", name: "OS-EXT-SRV-ATTR:hostname" }, Text)),
    "OS-EXT-SRV-ATTR:hostname": Type.Optional(at({ since: "2.90" }, Text)),
    "OS-EXT-SRV-ATTR:kernel_id": Type.Optional(at(from("2.3"), Text)),
    "OS-EXT-SRV-ATTR:ramdisk_id": Type.Optional(at(from("2.3"), Text)),
    "OS-EXT-SRV-ATTR:root_device_name": Type.Optional(at(from("2.3"), NullText)),
    "OS-EXT-SRV-ATTR:user_data": Type.Optional(at(from("2.3"), NullText)),
    host_status: Type.Optional(at(from("2.16"), Text)),
  };
}

export const ServerView = Type.Object({
  ...first,
  ...extended(undefined),
  /** Only where one server is shown, not in lists. */
  server_groups: Type.Optional(at({ since: "2.71" }, Type.Array(Text))),
});

/** The answer to a change of name or description. */
export const ChangedServerView = Type.Object({
  ...first,
  ...extended("2.75"),
  server_groups: Type.Optional(at({ since: "2.75" }, Type.Array(Text))),
});

export const ServerBrief = Type.Object({ id: Text, name: Text, links: Links });
