/** Lists of images: who sees what, filters, order and pages, as one query. */
import { sql, type Expression, type Kysely, type SqlBool } from "kysely";
import type { GlanceTables, ImageRow } from "./tables.ts";

export const sortKeys = [
  "name",
  "status",
  "container_format",
  "disk_format",
  "size",
  "id",
  "created_at",
  "updated_at",
] as const;
export type SortKey = (typeof sortKeys)[number];
export const comparisons = { gt: ">", gte: ">=", lt: "<", lte: "<=", eq: "=", neq: "!=" } as const;

export interface ImageFilter {
  /** Whose eyes: undefined sees every project's images. */
  project_id: string | undefined;
  visibility?: ImageRow["visibility"] | "all";
  /** Which sharings count as visible. */
  member_status: "accepted" | "pending" | "rejected" | "all";
  /** Columns that must have one of the values. */
  columns: Partial<
    Record<
      "id" | "name" | "status" | "container_format" | "disk_format" | "owner" | "checksum" | "os_hash_value",
      string[]
    >
  >;
  numbers: {
    column: "size" | "min_ram" | "min_disk" | "protected" | "os_hidden" | "created_at" | "updated_at";
    is: keyof typeof comparisons;
    value: number;
  }[];
  properties: Record<string, string>;
  tags: string[];
}

export interface ImagePage {
  sort: { key: SortKey; descending: boolean }[];
  after?: ImageRow;
  limit: number;
}

export async function listImages(db: Kysely<GlanceTables>, filter: ImageFilter, page: ImagePage): Promise<ImageRow[]> {
  let query = db.selectFrom("images").selectAll("images").where("images.status", "!=", "deleted");
  query = query.where((e) => e.and([visible(filter), ...conditions(filter)]));
  if (page.after) query = query.where(later(page.sort, page.after));
  for (const { key, descending } of page.sort) query = query.orderBy(orderOf(key), descending ? "desc" : "asc");
  return query.limit(page.limit).execute();
}

/** Sorted with a value for nothing, so that pages neither skip nor repeat rows. */
function orderOf(key: SortKey): Expression<string> {
  if (key === "size") return sql`coalesce(images.size, -1)`;
  if (key === "created_at" || key === "updated_at") return sql`images.${sql.raw(key)}`;
  return sql`coalesce(images.${sql.raw(key)}, '')`;
}

function later(sort: ImagePage["sort"], after: ImageRow): Expression<SqlBool> {
  const valueOf = (key: SortKey): unknown => after[key] ?? (key === "size" ? -1 : "");
  const parts = sort.map(({ key, descending }, at) => {
    const same = sort.slice(0, at).map((earlier) => sql`${orderOf(earlier.key)} = ${valueOf(earlier.key)}`);
    const beyond = sql`${orderOf(key)} ${sql.raw(descending ? "<" : ">")} ${valueOf(key)}`;
    return sql`(${sql.join([...same, beyond], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
}

function visible(filter: ImageFilter): Expression<SqlBool> {
  const { project_id, visibility } = filter;
  if (project_id === undefined) return ofVisibility(visibility);
  const own = sql`images.owner = ${project_id}`;
  const status = filter.member_status === "all" ? sql`1 = 1` : sql`m.status = ${filter.member_status}`;
  const sharing = sql`exists (select 1 from image_members m where m.image_id = images.id and m.member_id = ${project_id} and ${status})`;
  const shared = sql`(images.visibility = 'shared' and ${sharing})`;
  const seen: Record<string, Expression<unknown>> = {
    public: sql`images.visibility = 'public'`,
    community: sql`images.visibility = 'community'`,
    private: sql`(images.visibility = 'private' and ${own})`,
    shared: sql`(images.visibility = 'shared' and (${own} or ${sharing}))`,
    all: sql`(${own} or images.visibility in ('public', 'community') or ${shared})`,
  };
  const usual = sql`(${own} or images.visibility = 'public' or ${shared})`;
  return sql<SqlBool>`${(visibility && seen[visibility]) ?? usual}`;
}

function ofVisibility(visibility: ImageFilter["visibility"]): Expression<SqlBool> {
  return visibility && visibility !== "all" ? sql<SqlBool>`images.visibility = ${visibility}` : sql<SqlBool>`1 = 1`;
}

function conditions(filter: ImageFilter): Expression<SqlBool>[] {
  const columns = Object.entries(filter.columns).map(
    ([column, values]) => sql<SqlBool>`images.${sql.raw(column)} in (${sql.join(values)})`,
  );
  const numbers = filter.numbers.map(
    ({ column, is, value }) => sql<SqlBool>`images.${sql.raw(column)} ${sql.raw(comparisons[is])} ${value}`,
  );
  const properties = Object.entries(filter.properties).map(
    ([name, value]) =>
      sql<SqlBool>`exists (select 1 from image_properties p where p.image_id = images.id and p.name = ${name} and p.value = ${value})`,
  );
  const tags = filter.tags.map(
    (tag) => sql<SqlBool>`exists (select 1 from image_tags t where t.image_id = images.id and t.value = ${tag})`,
  );
  return [...columns, ...numbers, ...properties, ...tags];
}
