/** The schema of nova's database, step by step; a step that has shipped never changes. */
import type { CreateTableBuilder, Kysely } from "kysely";
import type { Migrations } from "#platform/db/database.ts";
import { operationsMigration } from "#platform/operations/store.ts";

type Type = "text" | "integer" | "bigint" | "real";

/** `name type` is required; `name type?` may be null. Makes a table of one line per group of columns. */
function columns(db: Kysely<unknown>, table: string, spec: readonly string[]): CreateTableBuilder<string, string> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(table);
  for (const text of spec) {
    const [names = "", type = ""] = text.split(":");
    const nullable = type.endsWith("?");
    for (const name of names.trim().split(/\s+/)) {
      builder = builder.addColumn(name, type.replace("?", "").trim() as Type, (column) =>
        nullable ? column : column.notNull(),
      );
    }
  }
  return builder;
}

async function index(db: Kysely<unknown>, table: string, on: string[], unique = false): Promise<void> {
  const builder = db.schema
    .createIndex(`${table}_by_${on.join("_")}`)
    .on(table)
    .columns(on);
  await (unique ? builder.unique() : builder).execute();
}

async function servers(db: Kysely<unknown>): Promise<void> {
  const spec = [
    "id name project_id user_id vm_state flavor flavor_id metadata tags hostname reservation_id disk_config: text",
    "security_groups security_group_names requested_networks scheduler_hints info_cache: text",
    "host node task_state image_ref key_name key_data key_type user_data availability_zone: text?",
    "requested_host requested_node description locked_by locked_reason root_device_name access_ip_v4 access_ip_v6: text?",
    "server_group_id fault trace_id request_id: text?",
    "power_state config_drive locked launch_index generation progress vcpus memory_mb: integer",
    "created_at updated_at: bigint",
    "launched_at terminated_at deleted_at: bigint?",
  ];
  await columns(db, "servers", spec).addPrimaryKeyConstraint("servers_key", ["id"]).execute();
  await index(db, "servers", ["project_id", "deleted_at", "created_at"]);
  await index(db, "servers", ["host", "deleted_at"]);
  await columns(db, "system_metadata", ["server_id key value: text"])
    .addPrimaryKeyConstraint("system_metadata_key", ["server_id", "key"])
    .execute();
  await columns(db, "scheduler_decisions", ["server_id decision: text", "attempt: integer", "created_at: bigint"])
    .addPrimaryKeyConstraint("scheduler_decisions_key", ["server_id", "attempt"])
    .execute();
}

async function devices(db: Kysely<unknown>): Promise<void> {
  const spec = [
    "id server_id source_type destination_type: text",
    "volume_id image_id snapshot_id volume_type device_name attachment_id tag disk_bus device_type guest_format: text?",
    "volume_size boot_index: integer?",
    "delete_on_termination attached: integer",
    "created_at updated_at: bigint",
  ];
  await columns(db, "block_devices", spec).addPrimaryKeyConstraint("block_devices_key", ["id"]).execute();
  await index(db, "block_devices", ["server_id"]);
  await index(db, "block_devices", ["volume_id"]);
}

async function catalogue(db: Kysely<unknown>): Promise<void> {
  const flavor = [
    "id name extra_specs: text",
    "description: text?",
    "memory_mb vcpus root_gb ephemeral_gb swap is_public disabled: integer",
    "rxtx_factor: real",
    "created_at: bigint",
  ];
  await columns(db, "flavors", flavor)
    .addPrimaryKeyConstraint("flavors_key", ["id"])
    .addUniqueConstraint("flavors_name", ["name"])
    .execute();
  await columns(db, "flavor_access", ["flavor_id project_id: text"])
    .addPrimaryKeyConstraint("flavor_access_key", ["flavor_id", "project_id"])
    .execute();
  await columns(db, "keypairs", ["id user_id name type public_key fingerprint: text", "created_at: bigint"])
    .addPrimaryKeyConstraint("keypairs_key", ["user_id", "name"])
    .execute();
  await columns(db, "quotas", ["project_id resource: text", "hard_limit: integer"])
    .addPrimaryKeyConstraint("quotas_key", ["project_id", "resource"])
    .execute();
  await columns(db, "server_groups", ["id project_id user_id name policy rules: text", "created_at: bigint"])
    .addPrimaryKeyConstraint("server_groups_key", ["id"])
    .execute();
  await index(db, "server_groups", ["project_id"]);
}

async function hosts(db: Kysely<unknown>): Promise<void> {
  const service = [
    "id host binary zone: text",
    "disabled_reason: text?",
    "disabled forced_down version: integer",
    "last_seen_at: bigint?",
    "created_at updated_at: bigint",
  ];
  await columns(db, "services", service)
    .addPrimaryKeyConstraint("services_key", ["id"])
    .addUniqueConstraint("services_host_binary", ["host", "binary"])
    .execute();
  const node = [
    "id host hypervisor_hostname hypervisor_type cpu_info: text",
    "host_ip uptime: text?",
    "hypervisor_version vcpus memory_mb local_gb vcpus_used memory_mb_used local_gb_used running_vms: integer",
    "created_at updated_at: bigint",
  ];
  await columns(db, "compute_nodes", node)
    .addPrimaryKeyConstraint("compute_nodes_key", ["id"])
    .addUniqueConstraint("compute_nodes_host", ["host", "hypervisor_hostname"])
    .execute();
  await columns(db, "aggregates", [
    "id: integer",
    "uuid name hosts metadata: text",
    "created_at: bigint",
    "updated_at: bigint?",
  ])
    .addPrimaryKeyConstraint("aggregates_key", ["id"])
    .addUniqueConstraint("aggregates_name", ["name"])
    .execute();
}

async function actions(db: Kysely<unknown>): Promise<void> {
  const action = [
    "request_id server_id action: text",
    "user_id project_id message: text?",
    "start_time updated_at: bigint",
  ];
  await columns(db, "instance_actions", action)
    .addPrimaryKeyConstraint("instance_actions_key", ["server_id", "request_id", "action"])
    .execute();
  const event = [
    "request_id server_id event: text",
    "result host details: text?",
    "start_time: bigint",
    "finish_time: bigint?",
  ];
  await columns(db, "instance_action_events", event)
    .addPrimaryKeyConstraint("instance_action_events_key", ["server_id", "request_id", "event", "start_time"])
    .execute();
}

export const novaMigrations: Migrations = {
  "0001-servers": { up: servers },
  "0002-devices": { up: devices },
  "0003-catalogue": { up: catalogue },
  "0004-hosts": { up: hosts },
  "0005-actions": { up: actions },
  "0006-operations": operationsMigration,
};
