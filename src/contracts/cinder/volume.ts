/** Volumes: block devices of projects. Source: block storage API 3.0 to 3.70. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Links, ListQuery, Metadata, Name, orNull, Time } from "./fields.ts";
import { rules } from "./rules.ts";

const Brief = Type.Object({ id: Type.String(), name: Name, links: Links });

const AttachmentOfVolume = Type.Object({
  /** The volume's id, for clients of old. */
  id: Type.String(),
  attachment_id: Type.String(),
  volume_id: Type.String(),
  server_id: orNull(Type.String()),
  /** Only for administrators, otherwise null. */
  host_name: orNull(Type.String()),
  device: orNull(Type.String()),
  attached_at: orNull(Time),
});

export const Volume = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Name,
  description: Name,
  /** GiB. */
  size: Type.Integer(),
  status: Type.String(),
  migration_status: orNull(Type.String()),
  attachments: Type.Array(AttachmentOfVolume),
  links: Links,
  availability_zone: Type.String(),
  /** The word `true` or `false`. */
  bootable: Type.Unsafe<"true" | "false">(Type.String()),
  encrypted: Type.Boolean(),
  created_at: Time,
  updated_at: orNull(Time),
  user_id: Type.String(),
  snapshot_id: orNull(Type.String()),
  source_volid: orNull(Type.String()),
  metadata: Metadata,
  volume_type: orNull(Type.String()),
  replication_status: orNull(Type.String()),
  consistencygroup_id: orNull(Type.String()),
  multiattach: Type.Boolean(),
  /** Of a volume that was made from an image. */
  volume_image_metadata: Type.Optional(Metadata),
  "os-vol-tenant-attr:tenant_id": Type.Optional(Type.String()),
  "os-vol-host-attr:host": Type.Optional(orNull(Type.String())),
  "os-vol-mig-status-attr:migstat": Type.Optional(orNull(Type.String())),
  "os-vol-mig-status-attr:name_id": Type.Optional(orNull(Type.String())),
  group_id: at({ since: "3.13" }, orNull(Type.String())),
  provider_id: Type.Optional(at({ since: "3.21" }, orNull(Type.String()))),
  service_uuid: at({ since: "3.48" }, orNull(Type.String())),
  shared_targets: at({ since: "3.48" }, orNull(Type.Boolean())),
  cluster_name: Type.Optional(at({ since: "3.61" }, orNull(Type.String()))),
  volume_type_id: at({ since: "3.63" }, Type.String()),
  consumes_quota: at({ since: "3.65" }, Type.Boolean()),
});

export type VolumeBody = Type.Static<typeof Volume>;

const size = Type.Union([Type.Integer({ maximum: 2_147_483_647 }), Type.String({ maxLength: 20 }), Type.Null()]);
const flag = Type.Union([Type.Boolean(), Type.String()]);

/** What a user says of a new volume. */
export const NewVolume = Type.Object(
  {
    size: Type.Optional(size),
    name: Type.Optional(Name),
    display_name: Type.Optional(Name),
    description: Type.Optional(Name),
    display_description: Type.Optional(Name),
    imageRef: Type.Optional(orNull(Type.String())),
    image_id: Type.Optional(orNull(Type.String())),
    snapshot_id: Type.Optional(orNull(Type.String())),
    source_volid: Type.Optional(orNull(Type.String())),
    backup_id: Type.Optional(at({ since: "3.47" }, orNull(Type.String()))),
    volume_type: Type.Optional(orNull(Type.String({ maxLength: 255 }))),
    availability_zone: Type.Optional(orNull(Type.String({ maxLength: 255 }))),
    metadata: Type.Optional(orNull(Metadata)),
    multiattach: Type.Optional(orNull(flag)),
    consistencygroup_id: Type.Optional(orNull(Type.String())),
    group_id: Type.Optional(at({ since: "3.13" }, orNull(Type.String()))),
  },
  { additionalProperties: Type.Unknown() },
);

const Changes = Type.Object(
  {
    name: Type.Optional(Name),
    display_name: Type.Optional(Name),
    description: Type.Optional(Name),
    display_description: Type.Optional(Name),
    metadata: Type.Optional(orNull(Metadata)),
  },
  { additionalProperties: Type.Unknown() },
);

const one = "/v3/volumes/{volume_id}";
const Whole = Type.Object({ volume: Volume });
const get_all = { name: "volume:get_all", rule: rules.readsOrServes };
/** Lists say how many there are when `with_count` is asked for. */
const listed = { volumes_links: Type.Optional(Links), count: Type.Optional(at({ since: "3.45" }, Type.Integer())) };

export const volume = defineResource({
  name: "volume",
  operations: {
    list: operation({
      method: "GET",
      path: "/v3/volumes",
      policy: get_all,
      status: 200,
      query: ListQuery,
      response: Type.Object({ volumes: Type.Array(Brief), ...listed }),
    }),
    detail: operation({
      method: "GET",
      path: "/v3/volumes/detail",
      policy: get_all,
      status: 200,
      query: ListQuery,
      response: Type.Object({ volumes: Type.Array(Volume), ...listed }),
    }),
    summary: operation({
      method: "GET",
      path: "/v3/volumes/summary",
      since: "3.12",
      policy: get_all,
      status: 200,
      query: ListQuery,
      response: Type.Object({
        "volume-summary": Type.Object({
          total_count: Type.Integer(),
          /** GiB. */
          total_size: Type.Integer(),
          metadata: at({ since: "3.36" }, Type.Record(Type.String(), Type.Array(Type.String()))),
        }),
      }),
    }),
    create: operation({
      method: "POST",
      path: "/v3/volumes",
      policy: { name: "volume:create", rule: rules.writesOrServes },
      status: 202,
      request: Type.Object({ volume: NewVolume }, { additionalProperties: Type.Unknown() }),
      response: Whole,
    }),
    show: operation({
      method: "GET",
      path: one,
      policy: { name: "volume:get", rule: rules.readsOrServes },
      status: 200,
      response: Whole,
    }),
    update: operation({
      method: "PUT",
      path: one,
      policy: { name: "volume:update", rule: rules.writes },
      status: 200,
      request: Type.Object({ volume: Changes }, { additionalProperties: Type.Unknown() }),
      response: Whole,
    }),
    delete: operation({
      method: "DELETE",
      path: one,
      policy: { name: "volume:delete", rule: rules.writesOrServes },
      status: 202,
      query: Type.Object(
        { cascade: Type.Optional(Type.String()), force: Type.Optional(Type.String()) },
        { additionalProperties: Type.Unknown() },
      ),
    }),
  },
});
