/** Server groups; who belongs to one stands in the servers' rows. */
import type { Clock } from "#platform/clock/clock.ts";
import { parsed, time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";
import type { ServerGroupRow } from "./tables.ts";

export interface ServerGroup extends Omit<ServerGroupRow, "rules"> {
  rules: Record<string, number>;
}

export interface ServerGroupStore {
  insert(group: Omit<ServerGroup, "created_at">): Promise<void>;
  find(id: string): Promise<ServerGroup | undefined>;
  /** All projects' when left out; oldest first. */
  list(project_id?: string): Promise<ServerGroup[]>;
  delete(id: string): Promise<boolean>;
  count(project_id: string): Promise<number>;
  /** Ids of the living servers of each group. */
  members(ids: readonly string[]): Promise<Map<string, string[]>>;
}

export function makeServerGroupStore(db: NovaDb, clock: Clock): ServerGroupStore {
  const all = () => db.selectFrom("server_groups").selectAll();
  return {
    async insert(group) {
      const row = { ...group, rules: JSON.stringify(group.rules), created_at: clock.now() };
      await db.insertInto("server_groups").values(row).execute();
    },
    async find(id) {
      const row = await all().where("id", "=", id).executeTakeFirst();
      return row && groupOf(row);
    },
    async list(project_id) {
      const query = project_id === undefined ? all() : all().where("project_id", "=", project_id);
      return (await query.orderBy("created_at").orderBy("id").execute()).map(groupOf);
    },
    async delete(id) {
      return (await db.deleteFrom("server_groups").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
    },
    async count(project_id) {
      const query = db.selectFrom("server_groups").select(({ fn }) => fn.countAll<number>().as("n"));
      return Number((await query.where("project_id", "=", project_id).executeTakeFirstOrThrow()).n);
    },
    async members(ids) {
      if (ids.length === 0) return new Map();
      const query = db.selectFrom("servers").select(["id", "server_group_id"]).where("deleted_at", "is", null);
      const rows = await query.where("server_group_id", "in", ids).orderBy("created_at").execute();
      const members = Map.groupBy(rows, (row) => row.server_group_id ?? "");
      return new Map([...members].map(([id, group]) => [id, group.map((row) => row.id)]));
    },
  };
}

function groupOf(row: ServerGroupRow): ServerGroup {
  return { ...row, rules: parsed(row.rules), created_at: time(row.created_at) };
}
