/** The query of `GET /v2/images`: filters, order, page. Pure. */
import { errors } from "#contracts/glance/errors.ts";
import { visibilities } from "#contracts/glance/image-fields.ts";
import { comparisons, sortKeys, type ImageFilter, type SortKey } from "../store/list-images.ts";

export interface ListQuery {
  filter: Omit<ImageFilter, "project_id">;
  sort: { key: SortKey; descending: boolean }[];
  limit: number;
  marker: string | undefined;
}

const bad = (reason: string) => errors.badQuery({ reason });
const texts = [
  "id",
  "name",
  "status",
  "container_format",
  "disk_format",
  "owner",
  "checksum",
  "os_hash_value",
] as const;
const severalAllowed = new Set<string>(["id", "name", "status", "container_format", "disk_format"]);
const paging = new Set(["limit", "marker", "sort", "sort_key", "sort_dir", "tag", "visibility", "member_status"]);
const pageDefault = 25;
const pageMax = 1000;

const many = (value: unknown): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
const last = (value: unknown): string | undefined => many(value).at(-1);

export function readListQuery(query: Readonly<Record<string, unknown>>): ListQuery {
  const filter: ListQuery["filter"] = {
    member_status: memberStatus(last(query["member_status"])),
    columns: {},
    numbers: [],
    properties: {},
    tags: many(query["tag"]),
  };
  const visibility = last(query["visibility"]);
  if (visibility !== undefined) filter.visibility = visibilityOf(visibility);
  for (const [name, value] of Object.entries(query))
    if (!paging.has(name)) addFilter(filter, name, String(last(value)));
  if (!("os_hidden" in query)) filter.numbers.push({ column: "os_hidden", is: "eq", value: 0 });
  return { filter, sort: sortOf(query), limit: limitOf(last(query["limit"])), marker: last(query["marker"]) };
}

function visibilityOf(text: string): NonNullable<ImageFilter["visibility"]> {
  const known = [...visibilities, "all" as const].find((one) => one === text);
  if (known) return known;
  throw bad(`Invalid visibility value: ${text}`);
}

function memberStatus(text: string | undefined): ImageFilter["member_status"] {
  const known = (["accepted", "pending", "rejected", "all"] as const).find((one) => one === (text ?? "accepted"));
  if (known) return known;
  throw bad(`Invalid status: ${text}`);
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return pageDefault;
  if (!/^-?\d{1,9}$/.test(text)) throw bad("limit param must be an integer");
  if (Number(text) < 0) throw bad("limit param must be positive");
  return Math.min(Number(text), pageMax);
}

function addFilter(filter: ListQuery["filter"], name: string, text: string): void {
  const column = texts.find((one) => one === name);
  if (column) filter.columns[column] = valuesOf(name, text);
  else if (name === "size_min" || name === "size_max") {
    filter.numbers.push({ column: "size", is: name === "size_min" ? "gte" : "lte", value: numberOf(name, text) });
  } else if (name === "min_ram" || name === "min_disk" || name === "size") {
    filter.numbers.push({ column: name, is: "eq", value: numberOf(name, text) });
  } else if (name === "protected" || name === "os_hidden") {
    filter.numbers.push({ column: name, is: "eq", value: booleanOf(name, text) });
  } else if (name === "created_at" || name === "updated_at") filter.numbers.push(...timesOf(name, text));
  else filter.properties[name] = text;
}

/** `in:a,b` means any of them; a value with a comma stands in double quotes. */
function valuesOf(name: string, text: string): string[] {
  if (!text.startsWith("in:") || !severalAllowed.has(name)) return [text];
  const values = text.slice(3).match(/"[^"]*"|[^,]+/g) ?? [];
  if (values.length === 0) throw bad(`Invalid filter value ${text}.`);
  return values.map((value) => value.replace(/^"(.*)"$/, "$1"));
}

function numberOf(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw bad(`Invalid value for '${name}': it must be a whole number of 0 or more.`);
}

function booleanOf(name: string, text: string): number {
  if (/^true$/i.test(text)) return 1;
  if (/^false$/i.test(text)) return 0;
  throw bad(`${name} must be True, or False`);
}

/** `gte:2026-01-31T10:20:30Z`. Images are shown by seconds, so they are compared by seconds. */
function timesOf(column: "created_at" | "updated_at", text: string): ImageFilter["numbers"] {
  const [, word, time] = /^(?:(\w+):)?(.*)$/.exec(text) ?? [];
  const is = (word ?? "eq") as keyof typeof comparisons;
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(time ?? "") ? (time ?? "") : `${time}Z`;
  const at = Date.parse(zoned);
  if (!(is in comparisons) || Number.isNaN(at)) throw bad(`Invalid time filter '${text}' for ${column}.`);
  if (is === "eq")
    return [
      { column, is: "gte", value: at },
      { column, is: "lt", value: at + 1000 },
    ];
  const end = is === "gt" || is === "lte";
  return [{ column, is: is === "gt" ? "gte" : is === "lte" ? "lt" : is, value: end ? at + 1000 : at }];
}

function sortOf(query: Readonly<Record<string, unknown>>): ListQuery["sort"] {
  const sort = last(query["sort"]);
  const keys = many(query["sort_key"]);
  const dirs = many(query["sort_dir"]);
  if (sort !== undefined && (keys.length > 0 || dirs.length > 0))
    throw bad("Old and new sorting syntax cannot be combined");
  const pairs =
    sort === undefined
      ? classicPairs(keys, dirs)
      : sort.split(",").map((pair): [string, string] => {
          const [key = "", dir = "desc"] = pair.trim().split(":");
          return [key, dir];
        });
  const order = pairs.map(([key, dir]) => ({ key: keyOf(key), descending: descendingOf(dir) }));
  for (const key of ["created_at", "id"] as const) {
    if (!order.some((one) => one.key === key)) order.push({ key, descending: order.at(-1)?.descending ?? true });
  }
  return order;
}

function classicPairs(keys: string[], dirs: string[]): [string, string][] {
  const named = keys.length === 0 ? ["created_at"] : keys;
  if (dirs.length > 1 && dirs.length !== named.length)
    throw bad("Number of sort dirs does not match the number of sort keys");
  return named.map((key, at) => [key, (dirs.length === 1 ? dirs[0] : dirs[at]) ?? "desc"]);
}

function keyOf(text: string): SortKey {
  const key = sortKeys.find((one) => one === text);
  if (key) return key;
  throw bad(`Invalid sort key: ${text}. It must be one of the following: ${sortKeys.join(", ")}.`);
}

function descendingOf(text: string): boolean {
  if (text === "asc" || text === "desc") return text === "desc";
  throw bad(`Invalid sort direction: ${text}`);
}
