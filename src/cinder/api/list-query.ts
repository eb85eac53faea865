/** The query of volume lists: filters, order, page. Pure. */
import { errors } from "#contracts/cinder/errors.ts";
import { sortKeys, type Page, type SortKey, type VolumeFilter } from "../store/list-volumes.ts";

export interface ListQuery {
  filter: VolumeFilter;
  page: Omit<Page, "after">;
  marker: string | undefined;
  all_projects: boolean;
  project_id: string | undefined;
  with_count: boolean;
}

type Query = Readonly<Record<string, unknown>>;

const pageMax = 1000;
const many = (value: unknown): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
const last = (value: unknown): string | undefined => many(value).at(-1);
const bad = (reason: string) => errors.invalidInput({ reason });
const wire: Record<string, keyof VolumeFilter["columns"]> = {
  id: "id",
  name: "name",
  display_name: "name",
  status: "status",
  availability_zone: "availability_zone",
  description: "description",
  user_id: "user_id",
};

/** True in the words that clients use: 1, t, true, on, y, yes. */
export function isTrue(text: unknown): boolean {
  return /^(1|t|true|on|y|yes)$/i.test(String(text));
}

export function numberIn(query: Query, name: "limit" | "offset", otherwise: number): number {
  const text = last(query[name]);
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw errors.badRequest({ reason: `${name} param must be an integer` });
  return Number(text);
}

export function readListQuery(query: Query): ListQuery {
  const filter: VolumeFilter = { columns: {}, metadata: {}, times: [] };
  for (const [name, value] of Object.entries(query)) addFilter(filter, name, last(value) ?? "");
  const limit = Math.min(numberIn(query, "limit", pageMax), pageMax);
  return {
    filter,
    page: { sort: sortOf(query), limit, offset: numberIn(query, "offset", 0) },
    marker: last(query["marker"]),
    all_projects: isTrue(last(query["all_tenants"]) ?? ""),
    project_id: last(query["project_id"]),
    with_count: isTrue(last(query["with_count"]) ?? ""),
  };
}

function addFilter(filter: VolumeFilter, name: string, text: string): void {
  const column = wire[name];
  if (column) filter.columns[column] = text;
  else if (name === "bootable") filter.bootable = isTrue(text);
  else if (name === "size" && /^\d{1,9}$/.test(text)) filter.size = Number(text);
  else if (name === "name~") filter.name_like = text;
  else if (name === "metadata") Object.assign(filter.metadata, pairsOf(text));
  else if (name === "created_at" || name === "updated_at")
    filter.times.push(...text.split(",").map((part) => timeOf(name, part)));
}

/** Metadata comes as Python writes a dictionary: `{'key': 'value'}`. */
function pairsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/u?(["'])(.*?)\1\s*:\s*u?(["'])(.*?)\3/g)];
  if (pairs.length === 0) throw bad(`the metadata filter ${text} is not a dictionary`);
  return Object.fromEntries(pairs.map((pair) => [pair[2] ?? "", pair[4] ?? ""]));
}

const signs = { gt: ">", gte: ">=", lt: "<", lte: "<=", eq: "=", neq: "!=" } as const;

function timeOf(column: "created_at" | "updated_at", text: string): VolumeFilter["times"][number] {
  const [, word = "eq", time = ""] = /^(?:(\w+):)?(.*)$/.exec(text) ?? [];
  const is = signs[word as keyof typeof signs];
  const value = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);
  if (!is || Number.isNaN(value)) throw bad(`the time filter ${text} cannot be read`);
  return { column, is, value };
}

function sortOf(query: Query): Page["sort"] {
  const sort = last(query["sort"]);
  const keys = many(query["sort_key"]);
  const dirs = many(query["sort_dir"]);
  if (sort !== undefined && keys.length + dirs.length > 0) {
    throw bad("The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.");
  }
  const pairs = (sort ?? "")
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => pair.trim().split(":"));
  const named = sort === undefined ? keys.map((key, at) => [key, dirs[at] ?? dirs[0]]) : pairs;
  const order = named.map(([key = "", dir = "desc"]) => ({ key: keyOf(key), descending: descendingOf(dir) }));
  for (const key of ["created_at", "id"] as const) {
    if (!order.some((one) => one.key === key)) order.push({ key, descending: order.at(-1)?.descending ?? true });
  }
  return order;
}

function keyOf(text: string): SortKey {
  const key = sortKeys.find((one) => one === text || (one === "name" && text === "display_name"));
  if (key) return key;
  throw bad(`sort key ${text} is not known`);
}

function descendingOf(text: string): boolean {
  if (text === "asc" || text === "desc") return text === "desc";
  throw bad(`Unknown sort direction, must be one of: asc, desc.`);
}
