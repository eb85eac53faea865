/** Lists of volumes: filters, order and pages as one query. */
import { sql, type Expression, type SqlBool } from "kysely";
import type { VolumeRow } from "./tables.ts";
import type { Db } from "./volumes.ts";

export const sortKeys = [
  "created_at",
  "updated_at",
  "id",
  "name",
  "size",
  "status",
  "availability_zone",
  "bootable",
  "host",
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface VolumeFilter {
  /** Undefined: every project's. */
  project_id?: string | undefined;
  columns: Partial<
    Record<
      "id" | "name" | "status" | "availability_zone" | "volume_type_id" | "host" | "user_id" | "description",
      string
    >
  >;
  bootable?: boolean;
  size?: number;
  metadata: Record<string, string>;
  /** Text inside the name. */
  name_like?: string;
  times: { column: "created_at" | "updated_at"; is: "=" | "!=" | ">" | ">=" | "<" | "<="; value: number }[];
}

export interface Page {
  sort: { key: SortKey; descending: boolean }[];
  after?: VolumeRow | undefined;
  limit: number;
  offset: number;
}

export async function listVolumes(db: Db, filter: VolumeFilter, page: Page): Promise<VolumeRow[]> {
  let query = matching(db, filter).selectAll();
  if (page.after) query = query.where(later(page.sort, page.after));
  for (const { key, descending } of page.sort) query = query.orderBy(orderOf(key), descending ? "desc" : "asc");
  return query.limit(page.limit).offset(page.offset).execute();
}

export async function countVolumes(db: Db, filter: VolumeFilter): Promise<{ count: number; size: number }> {
  const query = matching(db, filter).select((e) => [e.fn.countAll().as("count"), e.fn.sum("size").as("size")]);
  const row = await query.executeTakeFirstOrThrow();
  return { count: Number(row.count), size: Number(row.size ?? 0) };
}

function matching(db: Db, filter: VolumeFilter) {
  let query = db.selectFrom("volumes").where("deleted_at", "is", null);
  if (filter.project_id !== undefined) query = query.where("project_id", "=", filter.project_id);
  for (const [column, value] of Object.entries(filter.columns)) query = query.where(sql.ref(column), "=", value);
  if (filter.bootable !== undefined) query = query.where("bootable", "=", filter.bootable ? 1 : 0);
  if (filter.size !== undefined) query = query.where("size", "=", filter.size);
  if (filter.name_like !== undefined)
    query = query.where("name", "like", `%${filter.name_like.replaceAll(/[%_\\]/g, "")}%`);
  for (const { column, is, value } of filter.times) query = query.where(column, is, value);
  for (const [key, value] of Object.entries(filter.metadata)) {
    query = query.where(
      sql<SqlBool>`exists (select 1 from volume_metadata m where m.volume_id = volumes.id and m.key = ${key} and m.value = ${value})`,
    );
  }
  return query;
}

/** Sorted with a value for nothing, so that pages neither skip nor repeat rows. */
function orderOf(key: SortKey): Expression<string> {
  if (key === "created_at" || key === "updated_at" || key === "size" || key === "bootable")
    return sql`coalesce(${sql.ref(key)}, 0)`;
  return sql`coalesce(${sql.ref(key)}, '')`;
}

function later(sort: Page["sort"], after: VolumeRow): Expression<SqlBool> {
  const numeric = new Set<SortKey>(["created_at", "updated_at", "size", "bootable"]);
  const valueOf = (key: SortKey): unknown => after[key] ?? (numeric.has(key) ? 0 : "");
  const parts = sort.map(({ key, descending }, at) => {
    const same = sort.slice(0, at).map((earlier) => sql`${orderOf(earlier.key)} = ${valueOf(earlier.key)}`);
    const beyond = sql`${orderOf(key)} ${sql.raw(descending ? "<" : ">")} ${valueOf(key)}`;
    return sql`(${sql.join([...same, beyond], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
}
