/**
 * The messages between cinder-api, cinder-scheduler and cinder-volume. The agent has no database: a message brings all
 * that it needs, and what it did goes back as a message. Casts are pokes: operations are rows, and are poked again.
 */
import { Type } from "typebox";
import { defineMessage } from "../kit/message.ts";
import { ConnectionInfo, Connector } from "./attachment.ts";

export const volumeApiAddress = "cinder-api";
export const volumeSchedulerAddress = "cinder-scheduler";
export const volumeAddress = (host: string): string => `cinder-volume.${host}`;

const Id = Type.String({ minLength: 1 });
const None = Type.Object({});

/** Where the content of a new volume comes from. */
const Source = Type.Union([
  Type.Object({ kind: Type.Literal("empty") }),
  Type.Object({
    kind: Type.Literal("image"),
    image_id: Id,
    /** As the image service says; the content is read in this format only. */
    disk_format: Type.String(),
    /** SHA-512 in hex, checked before the first use. */
    os_hash_value: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({ kind: Type.Literal("volume"), volume_id: Id }),
]);

export type VolumeSource = Type.Static<typeof Source>;

const StepRecords = Type.Record(
  Type.String(),
  Type.Object({
    status: Type.Union([Type.Literal("done"), Type.Literal("undone")]),
    output: Type.Optional(Type.Unknown()),
  }),
);

/** Somebody must find a backend for a volume. */
export const scheduleVolume = defineMessage({
  name: "cinder.schedule_volume",
  version: 1,
  body: Type.Object({ operation_id: Id }),
  reply: None,
});

/** The agent's part of an operation, forwards or back. */
export const runVolumeWork = defineMessage({
  name: "cinder.run_volume_work",
  version: 1,
  body: Type.Object({
    operation_id: Id,
    kind: Type.Union([Type.Literal("volume.create"), Type.Literal("volume.delete"), Type.Literal("volume.extend")]),
    undo: Type.Boolean(),
    volume_id: Id,
    /** GiB; for an extension the new size. */
    size_gb: Type.Integer({ minimum: 1 }),
    source: Source,
    journal: StepRecords,
  }),
  reply: None,
});

export const recordVolumeStep = defineMessage({
  name: "cinder.record_step",
  version: 1,
  body: Type.Object({
    operation_id: Id,
    step: Type.String(),
    status: Type.Union([Type.Literal("done"), Type.Literal("undone")]),
    output: Type.Optional(Type.Unknown()),
  }),
  reply: None,
});

/** The agent's part is over. `failed` asks to be told to undo; `stuck` is an undo that did not work. */
export const volumeWorkEnded = defineMessage({
  name: "cinder.volume_work_ended",
  version: 1,
  body: Type.Object({
    operation_id: Id,
    outcome: Type.Union([Type.Literal("done"), Type.Literal("failed"), Type.Literal("undone"), Type.Literal("stuck")]),
    /** For the operator. */
    error: Type.Union([Type.String(), Type.Null()]),
    /** For the user: without paths, addresses or programs of the host. Null when nothing may be said. */
    reason: Type.Union([Type.String(), Type.Null()]),
  }),
  reply: None,
});

/** Makes a volume reachable from the connector's host. Safe to repeat. */
export const connectVolume = defineMessage({
  name: "cinder.connect_volume",
  version: 1,
  body: Type.Object({
    volume_id: Id,
    attachment_id: Id,
    connector: Connector,
    size_gb: Type.Integer(),
    mode: Type.Union([Type.Literal("rw"), Type.Literal("ro")]),
  }),
  reply: Type.Object({ connection_info: ConnectionInfo }),
});

/** Takes that back. Safe to repeat, and for a volume that is gone. */
export const disconnectVolume = defineMessage({
  name: "cinder.disconnect_volume",
  version: 1,
  body: Type.Object({ volume_id: Id, attachment_id: Id }),
  reply: None,
});

/** A sign of life with the backend's capacity, every few seconds. */
export const volumeHostReport = defineMessage({
  name: "cinder.host_report",
  version: 1,
  body: Type.Object({
    host: Id,
    availability_zone: Id,
    backend: Type.String(),
    simulated: Type.Boolean(),
    total_gb: Type.Number(),
    free_gb: Type.Number(),
  }),
  reply: None,
});

/** What the backend holds: the reply names what belongs to deleted volumes and may go. */
export const volumeInventory = defineMessage({
  name: "cinder.inventory",
  version: 1,
  body: Type.Object({ host: Id, volume_ids: Type.Array(Type.String()) }),
  reply: Type.Object({ deleted: Type.Array(Type.String()) }),
});
