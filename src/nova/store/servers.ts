/** Rows of servers. Every change of state is a guarded update: who comes second changes nothing and learns it. */
import type { TaskState, VmState } from "#contracts/nova/server-states.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { listServers, type ServerQuery } from "./server-list.ts";
import {
  columnsOf,
  newRow,
  serverOf,
  type NewServer,
  type NovaDb,
  type Server,
  type ServerPatch,
} from "./server-row.ts";

export type { NewServer, NovaDb, Server, ServerPatch } from "./server-row.ts";

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

export interface ServerReads {
  /** Deleted ones are found too: their `deleted_at` says it. */
  find(id: string, db?: NovaDb): Promise<Server | undefined>;
  /** Servers with these ids, in no order. */
  findMany(ids: readonly string[]): Promise<Server[]>;
  list(query: ServerQuery): Promise<Server[]>;
  /** Not deleted ones on a host. */
  listByHost(host: string): Promise<Server[]>;
  /** What a project's servers use. */
  usage(project_id: string, db?: NovaDb): Promise<{ instances: number; cores: number; ram: number }>;
}

export interface ServerWrites {
  insert(servers: readonly NewServer[], db?: NovaDb): Promise<void>;
  /** True when this call made the change; false when the guard did not hold (any more) or the server is deleted. */
  update(id: string, patch: ServerPatch, guard?: ServerGuard, db?: NovaDb): Promise<boolean>;
  /** Marks as deleted: hidden from now on. True when this call did. */
  markDeleted(id: string, db?: NovaDb): Promise<boolean>;
  /** A value of the server's own memory (`password`); null takes it away. */
  putSystemMetadata(id: string, key: string, value: string | null): Promise<void>;
  findSystemMetadata(id: string, key: string): Promise<string | undefined>;
}

export type ServerStore = ServerReads & ServerWrites;

export function makeServerStore(db: NovaDb, clock: Clock): ServerStore {
  return { ...makeReads(db), ...makeWrites(db, clock) };
}

function makeReads(db: NovaDb): ServerReads {
  const all = (trx: NovaDb = db) => trx.selectFrom("servers").selectAll();
  return {
    async find(id, trx) {
      const row = await all(trx).where("id", "=", id).executeTakeFirst();
      return row && serverOf(row);
    },
    async findMany(ids) {
      if (ids.length === 0) return [];
      const rows = await all().where("id", "in", ids).execute();
      return rows.map(serverOf);
    },
    list: (query) => listServers(db, query),
    async listByHost(host) {
      const rows = await all().where("host", "=", host).where("deleted_at", "is", null).execute();
      return rows.map(serverOf);
    },
    async usage(project_id, trx = db) {
      const row = await trx
        .selectFrom("servers")
        .select(({ fn }) => [
          fn.countAll<number>().as("n"),
          fn.sum<number>("vcpus").as("cores"),
          fn.sum<number>("memory_mb").as("ram"),
        ])
        .where("project_id", "=", project_id)
        .where("deleted_at", "is", null)
        .executeTakeFirstOrThrow();
      return { instances: Number(row.n), cores: Number(row.cores ?? 0), ram: Number(row.ram ?? 0) };
    },
  };
}

function makeWrites(db: NovaDb, clock: Clock): ServerWrites {
  return {
    async insert(servers, trx = db) {
      await trx.insertInto("servers").values(servers.map(newRow)).execute();
    },
    async update(id, patch, guard = {}, trx = db) {
      const { vm_state, task_state, host, generation } = guard;
      const set = { ...columnsOf(patch), ...(generation === undefined ? {} : { generation }), updated_at: clock.now() };
      let query = trx.updateTable("servers").set(set).where("id", "=", id).where("deleted_at", "is", null);
      if (vm_state) query = query.where("vm_state", "in", vm_state);
      if (host !== undefined) query = query.where("host", host === null ? "is" : "=", host);
      if (generation !== undefined) query = query.where("generation", "<", generation);
      if (task_state) {
        const tasks = task_state.filter((task) => task !== null);
        const none = task_state.includes(null);
        query = query.where((e) =>
          e.or([
            ...(tasks.length > 0 ? [e("task_state", "in", tasks)] : []),
            ...(none ? [e("task_state", "is", null)] : []),
          ]),
        );
      }
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async markDeleted(id, trx = db) {
      const now = clock.now();
      const gone = {
        vm_state: "deleted",
        task_state: null,
        power_state: 0,
        deleted_at: now,
        terminated_at: now,
        updated_at: now,
      } as const;
      const query = trx.updateTable("servers").set(gone).where("id", "=", id).where("deleted_at", "is", null);
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async putSystemMetadata(server_id, key, value) {
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom("system_metadata").where("server_id", "=", server_id).where("key", "=", key).execute();
        if (value !== null) await trx.insertInto("system_metadata").values({ server_id, key, value }).execute();
      });
    },
    async findSystemMetadata(server_id, key) {
      const query = db
        .selectFrom("system_metadata")
        .select("value")
        .where("server_id", "=", server_id)
        .where("key", "=", key);
      return (await query.executeTakeFirst())?.value;
    },
  };
}
