/** What a user may ask for when creating servers, field by field with the microversion that brought it. */
import { Type, type Static } from "typebox";
import { at } from "../kit/fields.ts";
import {
  AccessIPv4,
  AccessIPv6,
  Bool,
  Count,
  Description,
  Hostname,
  Metadata,
  Name,
  Nullable,
  Size,
  Tags,
  Uuid,
  closed,
} from "./fields.ts";

const Text = Type.String();
const DeviceName = Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._\\-/]*$" });
const DeviceTag = Type.String({ minLength: 1, maxLength: 60, pattern: "^[^,/]*$" });

/** Tags of devices came with 2.32, were lost by mistake, and came back with 2.42. */
const taggedDisk = {
  tag: Type.Optional(at({ since: "2.42" }, DeviceTag)),
  earlyTag: Type.Optional(at({ since: "2.32", until: "2.32", name: "tag" }, DeviceTag)),
};
const taggedNic = {
  tag: Type.Optional(at({ since: "2.42" }, DeviceTag)),
  earlyTag: Type.Optional(at({ since: "2.32", until: "2.36", name: "tag" }, DeviceTag)),
};

export const NetworkRequest = Type.Object(
  {
    uuid: Type.Optional(Uuid),
    port: Type.Optional(Nullable(Uuid)),
    fixed_ip: Type.Optional(Type.String({ maxLength: 64 })),
    ...taggedNic,
  },
  closed,
);
export type NetworkRequest = Static<typeof NetworkRequest>;

export const DeviceRequest = Type.Object(
  {
    uuid: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    source_type: Type.Optional(Type.Enum(["volume", "image", "snapshot", "blank"])),
    destination_type: Type.Optional(Type.Enum(["local", "volume"])),
    boot_index: Type.Optional(
      Type.Unsafe<number | string | null>({ type: ["integer", "string", "null"], pattern: "^-?[0-9]+$" }),
    ),
    volume_size: Type.Optional(Type.Unsafe<number | string | null>({ anyOf: [Size, { type: "null" }] })),
    delete_on_termination: Type.Optional(Bool),
    device_name: Type.Optional(DeviceName),
    disk_bus: Type.Optional(Type.String({ maxLength: 255 })),
    device_type: Type.Optional(Type.String({ maxLength: 255 })),
    guest_format: Type.Optional(Type.String({ maxLength: 255 })),
    no_device: Type.Optional(Type.Unknown()),
    volume_type: Type.Optional(at({ since: "2.67" }, Nullable(Type.String({ maxLength: 255 })))),
    ...taggedDisk,
  },
  closed,
);
export type DeviceRequest = Static<typeof DeviceRequest>;

/** The first form of device mappings: volumes and snapshots only. */
const OldDeviceRequest = Type.Object(
  {
    device_name: DeviceName,
    volume_id: Type.Optional(Uuid),
    snapshot_id: Type.Optional(Uuid),
    volume_size: Type.Optional(Type.Unsafe<number | string | null>({ anyOf: [Size, { type: "null" }] })),
    delete_on_termination: Type.Optional(Bool),
    virtual_name: Type.Optional(Type.String({ maxLength: 255 })),
    no_device: Type.Optional(Type.Unknown()),
  },
  closed,
);

const requested = {
  name: Name,
  flavorRef: Type.Unsafe<string | number>({ type: ["string", "integer"], minLength: 1 }),
  imageRef: Type.Optional(Text),
  networksRequired: at(
    { since: "2.37", name: "networks" },
    Type.Union([Type.Enum(["auto", "none"]), Type.Array(NetworkRequest)]),
  ),
  networks: Type.Optional(at({ until: "2.36" }, Type.Array(NetworkRequest))),
  security_groups: Type.Optional(Type.Array(Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }) }))),
  key_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  user_data: Type.Optional(Type.String({ maxLength: 65_535 })),
  metadata: Type.Optional(Metadata),
  personality: Type.Optional(at({ until: "2.56" }, Type.Array(Type.Object({ path: Text, contents: Text }, closed)))),
  adminPass: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  accessIPv4: Type.Optional(AccessIPv4),
  accessIPv6: Type.Optional(AccessIPv6),
  availability_zone: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  config_drive: Type.Optional(Type.Unsafe<boolean | string>({ anyOf: [Bool, { type: "string", maxLength: 0 }] })),
  block_device_mapping: Type.Optional(Type.Array(OldDeviceRequest)),
  block_device_mapping_v2: Type.Optional(Type.Array(DeviceRequest)),
  min_count: Type.Optional(Count),
  max_count: Type.Optional(Count),
  return_reservation_id: Type.Optional(Bool),
  "OS-DCF:diskConfig": Type.Optional(Type.Enum(["AUTO", "MANUAL"])),
  description: Type.Optional(at({ since: "2.19" }, Description)),
  tags: Type.Optional(at({ since: "2.52" }, Tags)),
  trusted_image_certificates: Type.Optional(at({ since: "2.63" }, Nullable(Type.Array(Text, { maxItems: 50 })))),
  host: Type.Optional(at({ since: "2.74" }, Type.String({ minLength: 1, maxLength: 255 }))),
  hypervisor_hostname: Type.Optional(at({ since: "2.74" }, Type.String({ minLength: 1, maxLength: 255 }))),
  hostname: Type.Optional(at({ since: "2.90" }, Hostname)),
};

/** `os:scheduler_hints`: what the scheduler may know beyond the flavor. */
export const Hints = Type.Object(
  {
    group: Type.Optional(Uuid),
    different_host: Type.Optional(Type.Union([Uuid, Type.Array(Uuid)])),
    same_host: Type.Optional(Type.Union([Uuid, Type.Array(Uuid)])),
    query: Type.Optional(Type.Unknown()),
    build_near_host_ip: Type.Optional(Text),
    cidr: Type.Optional(Text),
    target_cell: Type.Optional(Text),
    different_cell: Type.Optional(Type.Union([Text, Type.Array(Text)])),
  },
  { additionalProperties: true },
);

export const ServerCreate = Type.Object(
  {
    server: Type.Object(requested, closed),
    "os:scheduler_hints": Type.Optional(Hints),
    "OS-SCH-HNT:scheduler_hints": Type.Optional(Hints),
  },
  closed,
);

/** A request as it comes on the wire: `networks` is one field there. */
export type ServerRequest = Omit<Static<typeof ServerCreate>["server"], "networks" | "networksRequired"> & {
  networks?: "auto" | "none" | NetworkRequest[];
};
