/**
 * Attachments: a volume is reserved for a server, connected to a host, and completed once the guest has it. Users attach
 * through the compute service; these calls are its.
 */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Links, ListQuery, orNull, Time } from "./fields.ts";
import { rules } from "./rules.ts";

/** Who wants to reach the volume, as the compute service describes its host. */
export const Connector = Type.Object(
  {
    host: Type.Optional(Type.String()),
    ip: Type.Optional(Type.String()),
    initiator: Type.Optional(orNull(Type.String())),
    platform: Type.Optional(Type.String()),
    os_type: Type.Optional(Type.String()),
    multipath: Type.Optional(Type.Boolean()),
    mountpoint: Type.Optional(orNull(Type.String())),
    mode: Type.Optional(Type.String()),
  },
  { additionalProperties: Type.Unknown() },
);

/**
 * How the host reaches the volume. One flat object: that is how the API writes it. `driver_volume_type` `file` means a
 * file at `path` of the format `format`; `fake` means that there is nothing behind it.
 */
export const ConnectionInfo = Type.Object(
  {
    driver_volume_type: Type.Optional(Type.String()),
    /** Absolute path on the host of the connector. */
    path: Type.Optional(Type.String()),
    format: Type.Optional(Type.Unsafe<"raw" | "qcow2">(Type.String())),
    /** GiB. */
    size_gb: Type.Optional(Type.Integer()),
    access_mode: Type.Optional(Type.Unsafe<"rw" | "ro">(Type.String())),
    encrypted: Type.Optional(Type.Boolean()),
    qos_specs: Type.Optional(orNull(Type.Unknown())),
    attachment_id: Type.Optional(Type.String()),
  },
  { additionalProperties: Type.Unknown() },
);

export type ConnectorBody = Type.Static<typeof Connector>;
export type ConnectionInfoBody = Type.Static<typeof ConnectionInfo>;

const Brief = Type.Object({
  id: Type.String(),
  /** `reserved`, `attaching`, `attached`. */
  status: Type.String(),
  /** Server. */
  instance: orNull(Type.String()),
  volume_id: Type.String(),
});

export const Attachment = Type.Object({
  id: Type.String(),
  status: Type.String(),
  instance: orNull(Type.String()),
  volume_id: Type.String(),
  attached_at: orNull(Time),
  detached_at: orNull(Time),
  attach_mode: orNull(Type.String()),
  connection_info: ConnectionInfo,
});

export type AttachmentBody = Type.Static<typeof Attachment>;

const Whole = Type.Object({ attachment: Attachment });
const since = "3.27";
const all = "/v3/attachments";
const one = `${all}/{attachment_id}`;
const reads = { name: "volume:attachment_get", rule: rules.readsOrServes };

export const attachment = defineResource({
  name: "attachment",
  operations: {
    list: operation({
      method: "GET",
      path: all,
      since,
      policy: reads,
      status: 200,
      query: ListQuery,
      response: Type.Object({ attachments: Type.Array(Brief), attachments_links: Type.Optional(Links) }),
    }),
    detail: operation({
      method: "GET",
      path: `${all}/detail`,
      since,
      policy: reads,
      status: 200,
      query: ListQuery,
      response: Type.Object({ attachments: Type.Array(Attachment), attachments_links: Type.Optional(Links) }),
    }),
    create: operation({
      method: "POST",
      path: all,
      since,
      policy: { name: "volume:attachment_create", rule: rules.writesOrServes },
      status: 200,
      request: Type.Object(
        {
          attachment: Type.Object(
            {
              volume_uuid: Type.String({ format: "uuid" }),
              instance_uuid: Type.Optional(orNull(Type.String({ format: "uuid" }))),
              connector: Type.Optional(orNull(Connector)),
              mode: Type.Optional(at({ since: "3.54" }, Type.Unsafe<"rw" | "ro">(Type.String({ enum: ["rw", "ro"] })))),
            },
            { additionalProperties: Type.Unknown() },
          ),
        },
        { additionalProperties: Type.Unknown() },
      ),
      response: Whole,
    }),
    show: operation({ method: "GET", path: one, since, policy: reads, status: 200, response: Whole }),
    update: operation({
      method: "PUT",
      path: one,
      since,
      policy: { name: "volume:attachment_update", rule: rules.writesOrServes },
      status: 200,
      request: Type.Object(
        { attachment: Type.Object({ connector: Connector }, { additionalProperties: Type.Unknown() }) },
        { additionalProperties: Type.Unknown() },
      ),
      response: Whole,
    }),
    complete: operation({
      method: "POST",
      path: `${one}/action`,
      since: "3.44",
      action: "os-complete",
      policy: { name: "volume:attachment_complete", rule: rules.writesOrServes },
      status: 204,
      request: Type.Object({ "os-complete": Type.Unknown() }),
    }),
    delete: operation({
      method: "DELETE",
      path: one,
      since,
      policy: { name: "volume:attachment_delete", rule: rules.writesOrServes },
      status: 200,
      response: Type.Object({ attachments: Type.Array(Brief) }),
    }),
  },
});
