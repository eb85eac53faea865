/**
 * Lists of servers: what the database can filter it filters; what needs more (a pattern over names, tags, addresses) is
 * decided here over the few columns that it needs, before whole rows are read.
 */
import type { TaskState, VmState } from "#contracts/nova/server-states.ts";
import { serverOf, type NovaDb, type Server } from "./server-row.ts";
import type { ServerRow } from "./tables.ts";

/** Columns that a list can be filtered by for equality. */
export const filterColumns = [
  "project_id",
  "user_id",
  "host",
  "node",
  "image_ref",
  "flavor_id",
  "key_name",
  "availability_zone",
  "reservation_id",
  "hostname",
  "task_state",
  "vm_state",
  "power_state",
  "launch_index",
  "root_device_name",
  "access_ip_v4",
  "access_ip_v6",
  "config_drive",
  "locked",
  "progress",
  "description",
] as const satisfies readonly (keyof ServerRow)[];
export type FilterColumn = (typeof filterColumns)[number];

/** Columns that a list can be sorted by. */
export const sortColumns = [
  "access_ip_v4",
  "access_ip_v6",
  "availability_zone",
  "config_drive",
  "created_at",
  "description",
  "name",
  "host",
  "hostname",
  "image_ref",
  "flavor_id",
  "key_name",
  "launch_index",
  "launched_at",
  "locked_by",
  "node",
  "power_state",
  "progress",
  "project_id",
  "root_device_name",
  "task_state",
  "terminated_at",
  "updated_at",
  "user_id",
  "id",
  "vm_state",
  "locked",
] as const satisfies readonly (keyof ServerRow)[];
export type SortColumn = (typeof sortColumns)[number];

/** Columns that a {@link ServerQuery.matches} may look at. */
export type Glimpse = Pick<Server, "id" | "name" | "tags" | "info_cache" | "metadata">;

export interface ServerQuery {
  equal?: Partial<Record<FilterColumn, string | number | null>>;
  ids?: readonly string[];
  /** Any of these pairs; `tasks` undefined means any task. */
  states?: readonly { vm_state: VmState; task_states: readonly TaskState[] | undefined }[];
  /** False: only those that live; true: only deleted ones; undefined: both. */
  deleted?: boolean | undefined;
  /** Changed at or after / at or before, in milliseconds. */
  changes_since?: number | undefined;
  changes_before?: number | undefined;
  /** What the database cannot decide. */
  matches?: ((server: Glimpse) => boolean) | undefined;
  sort: readonly { column: SortColumn; descending: boolean }[];
  /** The list goes on after this id; the caller knows that it exists. */
  marker?: string | undefined;
  limit: number;
}

export async function listServers(db: NovaDb, query: ServerQuery): Promise<Server[]> {
  const filtered = inOrder(filteredBy(db, query), query);
  if (query.marker === undefined && !query.matches) {
    const rows = await filtered.selectAll().limit(query.limit).execute();
    return rows.map(serverOf);
  }
  const page = await pageOf(filtered, query);
  if (page.length === 0) return [];
  const rows = await db.selectFrom("servers").selectAll().where("id", "in", page).execute();
  const place = new Map(page.map((id, at) => [id, at]));
  return rows.map(serverOf).sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

type Filtered = ReturnType<typeof filteredBy>;

/** Ids of the page that the query means. */
async function pageOf(filtered: Filtered, { matches, marker, limit }: ServerQuery): Promise<string[]> {
  let ids: string[];
  if (matches) {
    const rows = await filtered.select(["id", "name", "tags", "info_cache", "metadata"]).execute();
    const glimpses = rows.map((row): Glimpse => ({
      ...row,
      tags: JSON.parse(row.tags) as Glimpse["tags"],
      info_cache: JSON.parse(row.info_cache) as Glimpse["info_cache"],
      metadata: JSON.parse(row.metadata) as Glimpse["metadata"],
    }));
    ids = glimpses.filter((row) => row.id === marker || matches(row)).map((row) => row.id);
  } else {
    ids = (await filtered.select("id").execute()).map((row) => row.id);
  }
  const after = marker === undefined ? 0 : ids.indexOf(marker) + 1;
  return ids.slice(after, after + limit);
}

function filteredBy(db: NovaDb, query: ServerQuery) {
  let rows = db.selectFrom("servers");
  for (const [column, value] of Object.entries(query.equal ?? {})) {
    rows = rows.where(column as FilterColumn, value === null ? "is" : "=", value); // `equal` has no other keys
  }
  if (query.ids) rows = rows.where("id", "in", query.ids);
  if (query.deleted !== undefined) rows = rows.where("deleted_at", query.deleted ? "is not" : "is", null);
  if (query.changes_since !== undefined) rows = rows.where("updated_at", ">=", query.changes_since);
  if (query.changes_before !== undefined) rows = rows.where("updated_at", "<=", query.changes_before);
  if (query.states) {
    const { states } = query;
    rows = rows.where((e) =>
      e.or(
        states.map(({ vm_state, task_states }) =>
          e.and([e("vm_state", "=", vm_state), ...(task_states ? [e("task_state", "in", task_states)] : [])]),
        ),
      ),
    );
  }
  return rows;
}

/** The order asked for; age and id decide between equals, so that pages do not overlap. */
function inOrder(rows: Filtered, { sort }: ServerQuery): Filtered {
  let ordered = rows;
  for (const { column, descending } of sort) ordered = ordered.orderBy(column, descending ? "desc" : "asc");
  for (const column of ["created_at", "launch_index", "id"] as const) {
    if (!sort.some((one) => one.column === column)) ordered = ordered.orderBy(column, "desc");
  }
  return ordered;
}
