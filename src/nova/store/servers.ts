/** Rows of servers. Every change of state is a guarded update: who comes second changes nothing and learns it. */
import type { Kysely, Selectable } from "kysely";
import type { InfoCache, RequestedNetworks, ServerFault, ServerFlavor } from "#contracts/nova/server-facts.ts";
import type { TaskState, VmState } from "#contracts/nova/server-states.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { parsed, parsedOrNull, time } from "./json.ts";
import type { NovaTables, ServerRow } from "./tables.ts";

export type NovaDb = Kysely<NovaTables>;

/** A row with its JSON read and its flags as booleans. */
export interface Server extends Omit<
  ServerRow,
  | "flavor"
  | "metadata"
  | "tags"
  | "security_groups"
  | "requested_networks"
  | "scheduler_hints"
  | "fault"
  | "info_cache"
  | "config_drive"
  | "locked"
> {
  flavor: ServerFlavor;
  metadata: Record<string, string>;
  tags: string[];
  security_groups: string[];
  requested_networks: RequestedNetworks;
  scheduler_hints: Record<string, unknown>;
  fault: ServerFault | null;
  info_cache: InfoCache;
  config_drive: boolean;
  locked: boolean;
}

export type NewServer = Omit<
  Server,
  | "updated_at"
  | "deleted_at"
  | "terminated_at"
  | "launched_at"
  | "generation"
  | "progress"
  | "fault"
  | "info_cache"
  | "locked"
  | "locked_by"
  | "locked_reason"
  | "host"
  | "node"
  | "power_state"
>;

export type ServerPatch = Partial<Omit<Server, "id" | "project_id" | "user_id" | "created_at" | "updated_at">>;

/** What must still hold for a change to be made. */
export interface ServerGuard {
  vm_state?: readonly VmState[];
  /** Null stands for no task. */
  task_state?: readonly (TaskState | null)[];
  /** Null: not yet on a host. */
  host?: string | null;
  /** The change comes from an agent's report of this number: made only when it is newer than all before. */
  generation?: number;
}

export interface ServerStore {
  insert(server: NewServer, db?: NovaDb): Promise<void>;
  /** Deleted ones are found too: their `deleted_at` says it. */
  find(id: string, db?: NovaDb): Promise<Server | undefined>;
  /** Servers with these ids, in no order. */
  findMany(ids: readonly string[]): Promise<Server[]>;
  /** True when this call made the change; false when the guard did not hold (any more) or the server is deleted. */
  update(id: string, patch: ServerPatch, guard?: ServerGuard, db?: NovaDb): Promise<boolean>;
  /** Marks as deleted: hidden from now on. True when this call did. */
  markDeleted(id: string, db?: NovaDb): Promise<boolean>;
  /** Not deleted ones on a host. */
  listByHost(host: string): Promise<Server[]>;
  /** What a project's servers use. */
  usage(project_id: string, db?: NovaDb): Promise<{ instances: number; cores: number; ram: number }>;
}

export function makeServerStore(db: NovaDb, clock: Clock): ServerStore {
  return {
    async insert(server, trx = db) {
      await trx.insertInto("servers").values(newRow(server)).execute();
    },
    async find(id, trx = db) {
      const row = await trx.selectFrom("servers").selectAll().where("id", "=", id).executeTakeFirst();
      return row && serverOf(row);
    },
    async findMany(ids) {
      if (ids.length === 0) return [];
      return (
        await db
          .selectFrom("servers")
          .selectAll()
          .where("id", "in", [...ids])
          .execute()
      ).map(serverOf);
    },
    async update(id, patch, guard = {}, trx = db) {
      let query = trx
        .updateTable("servers")
        .set({ ...columnsOf(patch), updated_at: clock.now() })
        .where("id", "=", id)
        .where("deleted_at", "is", null);
      const { vm_state, task_state, host, generation } = guard;
      if (vm_state) query = query.where("vm_state", "in", [...vm_state]);
      if (host !== undefined) query = query.where("host", host === null ? "is" : "=", host);
      if (generation !== undefined) query = query.set({ generation }).where("generation", "<", generation);
      if (task_state) {
        const tasks = task_state.filter((task): task is TaskState => task !== null);
        const none = task_state.includes(null);
        query = query.where((e) => {
          const among = tasks.length > 0 ? [e("task_state", "in", tasks)] : [];
          return e.or([...among, ...(none ? [e("task_state", "is", null)] : [])]);
        });
      }
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async markDeleted(id, trx = db) {
      const now = clock.now();
      const gone = {
        vm_state: "deleted" as const,
        task_state: null,
        deleted_at: now,
        terminated_at: now,
        updated_at: now,
        power_state: 0,
      };
      const result = await trx
        .updateTable("servers")
        .set(gone)
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async listByHost(host) {
      const rows = await db
        .selectFrom("servers")
        .selectAll()
        .where("host", "=", host)
        .where("deleted_at", "is", null)
        .execute();
      return rows.map(serverOf);
    },
    async usage(project_id, trx = db) {
      const row = await trx
        .selectFrom("servers")
        .select((e) => [
          e.fn.countAll<number>().as("instances"),
          e.fn.sum<number>("vcpus").as("cores"),
          e.fn.sum<number>("memory_mb").as("ram"),
        ])
        .where("project_id", "=", project_id)
        .where("deleted_at", "is", null)
        .executeTakeFirstOrThrow();
      return { instances: Number(row.instances), cores: Number(row.cores ?? 0), ram: Number(row.ram ?? 0) };
    },
  };
}

export function serverOf(row: Selectable<ServerRow>): Server {
  return {
    ...row,
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    launched_at: time(row.launched_at),
    terminated_at: time(row.terminated_at),
    deleted_at: time(row.deleted_at),
    flavor: parsed(row.flavor),
    metadata: parsed(row.metadata),
    tags: parsed(row.tags),
    security_groups: parsed(row.security_groups),
    requested_networks: parsed(row.requested_networks),
    scheduler_hints: parsed(row.scheduler_hints),
    fault: parsedOrNull(row.fault),
    info_cache: parsed(row.info_cache),
    config_drive: row.config_drive === 1,
    locked: row.locked === 1,
  };
}

const jsonColumns = new Set([
  "flavor",
  "metadata",
  "tags",
  "security_groups",
  "requested_networks",
  "scheduler_hints",
  "fault",
  "info_cache",
]);

/** The columns of a patch: JSON as text, booleans as 0 and 1. */
function columnsOf(patch: ServerPatch): Partial<ServerRow> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (typeof value === "boolean") columns[name] = value ? 1 : 0;
    else columns[name] = jsonColumns.has(name) && value !== null ? JSON.stringify(value) : value;
  }
  return columns;
}

function newRow(server: NewServer): ServerRow {
  const empty = {
    host: null,
    node: null,
    power_state: 0,
    locked: 0,
    locked_by: null,
    locked_reason: null,
    fault: null,
    info_cache: "{}",
    generation: 0,
    progress: 0,
    launched_at: null,
    terminated_at: null,
    deleted_at: null,
  };
  // Every column of a new server is in `server` or in `empty`.
  return { ...empty, ...columnsOf(server), updated_at: server.created_at } as ServerRow;
}
