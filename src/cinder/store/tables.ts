/** The volume service's own tables. Rows of deleted volumes stay: they say which files may be removed. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { VolumeStatus } from "#contracts/cinder/volume-states.ts";
import { operationsMigration, type OperationTables } from "#platform/operations/store.ts";

export interface CinderTables extends OperationTables {
  volumes: VolumeRow;
  volume_metadata: { volume_id: string; key: string; value: string };
  attachments: AttachmentRow;
  volume_types: VolumeTypeRow;
  quotas: { project_id: string; resource: string; hard_limit: number };
  /** One row for each project: whoever counts its volumes changes the row first, so that two counts never overlap. */
  quota_turns: { project_id: string; turn: number };
  services: ServiceRow;
  messages: MessageRow;
}

export interface VolumeRow {
  id: string;
  project_id: string;
  user_id: string;
  name: string | null;
  description: string | null;
  /** GiB. */
  size: number;
  status: VolumeStatus;
  availability_zone: string;
  bootable: number;
  volume_type_id: string;
  /** Host of the agent that holds it; null until one is chosen. */
  host: string | null;
  source_volid: string | null;
  /** JSON, name → text; null unless made from an image. */
  image_metadata: string | null;
  /** Null: nobody said. */
  readonly: number | null;
  /** Why it is in `error`, for people. */
  error: string | null;
  /** Milliseconds since the epoch. */
  created_at: number;
  updated_at: number | null;
  deleted_at: number | null;
}

export type AttachmentStatus = "reserved" | "attaching" | "attached";

export interface AttachmentRow {
  id: string;
  volume_id: string;
  project_id: string;
  server_id: string | null;
  host_name: string | null;
  mountpoint: string | null;
  status: AttachmentStatus;
  mode: "rw" | "ro";
  /** JSON. */
  connector: string | null;
  connection_info: string | null;
  created_at: number;
  attached_at: number | null;
}

export interface VolumeTypeRow {
  id: string;
  name: string;
  description: string | null;
  is_public: number;
  /** JSON, name → text. */
  extra_specs: string;
  created_at: number;
}

export interface ServiceRow {
  id: string;
  host: string;
  availability_zone: string;
  backend: string;
  simulated: number;
  total_gb: number;
  free_gb: number;
  disabled: number;
  disabled_reason: string | null;
  last_seen_at: number;
}

/** A message to a user. Its id is that of the operation that did not end well. */
export interface MessageRow {
  id: string;
  project_id: string;
  event_id: string;
  user_message: string;
  resource_type: string;
  resource_uuid: string;
  request_id: string | null;
  created_at: number;
}

type Kind = "text" | "integer" | "bigint" | "double precision";
type Columns = Record<string, Kind | `${Kind}?`>;

async function table(db: Kysely<unknown>, name: string, key: readonly string[], columns: Columns): Promise<void> {
  let builder = db.schema.createTable(name) as ReturnType<typeof db.schema.createTable>;
  for (const [column, kind] of Object.entries(columns)) {
    const type = kind.replace("?", "") as Kind;
    builder = builder.addColumn(column, type, (c) => (kind.endsWith("?") ? c : c.notNull()));
  }
  await builder.addPrimaryKeyConstraint(`${name}_key`, key as never[]).execute();
}

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await operationsMigration.up(db);
    await table(db, "volumes", ["id"], {
      id: "text", project_id: "text", user_id: "text", name: "text?", description: "text?", size: "integer",
      status: "text", availability_zone: "text", bootable: "integer", volume_type_id: "text", host: "text?",
      source_volid: "text?", image_metadata: "text?", readonly: "integer?", error: "text?", created_at: "bigint",
      updated_at: "bigint?", deleted_at: "bigint?",
    }); // prettier-ignore
    await db.schema.createIndex("volumes_by_project").on("volumes").columns(["project_id", "created_at"]).execute();
    await db.schema.createIndex("volumes_by_host").on("volumes").columns(["host"]).execute();
    await table(db, "volume_metadata", ["volume_id", "key"], { volume_id: "text", key: "text", value: "text" });
    await table(db, "attachments", ["id"], {
      id: "text", volume_id: "text", project_id: "text", server_id: "text?", host_name: "text?", mountpoint: "text?",
      status: "text", mode: "text", connector: "text?", connection_info: "text?", created_at: "bigint", attached_at: "bigint?",
    }); // prettier-ignore
    await db.schema.createIndex("attachments_by_volume").on("attachments").columns(["volume_id"]).execute();
    await db.schema.createIndex("attachments_by_server").on("attachments").columns(["server_id"]).execute();
    await table(db, "volume_types", ["id"], {
      id: "text", name: "text", description: "text?", is_public: "integer", extra_specs: "text", created_at: "bigint",
    }); // prettier-ignore
    await db.schema.createIndex("volume_types_by_name").on("volume_types").columns(["name"]).unique().execute();
    await table(db, "quotas", ["project_id", "resource"], {
      project_id: "text",
      resource: "text",
      hard_limit: "integer",
    });
    await table(db, "quota_turns", ["project_id"], { project_id: "text", turn: "integer" });
    await table(db, "services", ["id"], {
      id: "text", host: "text", availability_zone: "text", backend: "text", simulated: "integer",
      total_gb: "double precision", free_gb: "double precision", disabled: "integer", disabled_reason: "text?", last_seen_at: "bigint",
    }); // prettier-ignore
    await db.schema.createIndex("services_by_host").on("services").columns(["host"]).unique().execute();
  },
};

const second: Migration = {
  async up(db: Kysely<unknown>) {
    await table(db, "messages", ["id"], {
      id: "text", project_id: "text", event_id: "text", user_message: "text", resource_type: "text",
      resource_uuid: "text", request_id: "text?", created_at: "bigint",
    }); // prettier-ignore
    await db.schema.createIndex("messages_by_project").on("messages").columns(["project_id", "created_at"]).execute();
  },
};

export const migrations = { "0001-volumes": first, "0002-messages": second };
