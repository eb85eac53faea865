/**
 * Lists as Neutron answers them: any visible attribute is an exact filter (repeated: *or*), `fields` chooses columns,
 * `sort_key` and `sort_dir` come in pairs, `limit` and `marker` page, and links appear only when a limit was given.
 */
import { errors } from "#contracts/neutron/errors.ts";
import type { ApiError } from "#contracts/kit/errors.ts";
import { printed } from "#platform/http/sentences.ts";
import type { Call } from "#platform/http/call.ts";
import { asBoolean } from "./values.ts";

type View = Readonly<Record<string, unknown>>;
export type Matcher = (view: View, values: readonly string[]) => boolean;

export interface ListingSpec {
  /** Key in the body: `networks`. */
  collection: string;
  /** Attributes that may be filtered and sorted by. */
  attributes: ReadonlySet<string>;
  /** Filters that are more than equality. */
  matchers?: Readonly<Record<string, Matcher>>;
  /** The error for a marker that is not there. */
  notFound(marker: string): ApiError;
}

const controls = new Set(["fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir"]);

const tagMatchers: Record<string, Matcher> = {
  tags: (view, values) => split(values).every((tag) => tagsOf(view).includes(tag)),
  "tags-any": (view, values) => split(values).some((tag) => tagsOf(view).includes(tag)),
  "not-tags": (view, values) => !split(values).every((tag) => tagsOf(view).includes(tag)),
  "not-tags-any": (view, values) => !split(values).some((tag) => tagsOf(view).includes(tag)),
  changed_since: (view, values) => values.every((value) => String(view["updated_at"]) >= value),
};

function split(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(","));
}

function tagsOf(view: View): readonly string[] {
  return Array.isArray(view["tags"]) ? view["tags"].map(String) : [];
}

/** All values of one query parameter. */
export function valuesOf(query: unknown, name: string): string[] {
  const value = (query as Record<string, unknown> | undefined)?.[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Only the attributes asked for with `fields`. */
export function chosen<T extends object>(call: Pick<Call, "query">, view: T): T {
  const fields = valuesOf(call.query, "fields").filter((field) => field !== "");
  if (fields.length === 0) return view;
  return Object.fromEntries(Object.entries(view).filter(([key]) => fields.includes(key))) as T; // the caller asked for less
}

export function listing(call: Call, spec: ListingSpec, views: readonly object[]): Record<string, unknown> {
  const found = sorted(call, spec, matching(call, spec, views as readonly View[]));
  const page = paged(call, spec, found);
  const links = page.links.length > 0 ? { [`${spec.collection}_links`]: page.links } : {};
  return { [spec.collection]: page.views.map((view) => chosen(call, view)), ...links };
}

function matching(call: Call, spec: ListingSpec, views: readonly View[]): readonly View[] {
  const names = Object.keys(call.query as object).filter((name) => !controls.has(name));
  const own: Readonly<Record<string, Matcher>> = { ...tagMatchers, ...spec.matchers };
  const known = (name: string): boolean => Object.hasOwn(own, name) || spec.attributes.has(name);
  const unknown = names.filter((name) => !known(name));
  if (unknown.length > 0) {
    throw errors.badRequest({ message: `${printed(unknown)} is invalid attribute for filtering` });
  }
  const filters = names.map((name) => {
    const values = valuesOf(call.query, name);
    const matcher =
      own[name] ?? tagMatchers[name] ?? ((view: View) => values.some((value) => equal(view[name], value)));
    return (view: View) => matcher(view, values);
  });
  return filters.length === 0 ? views : views.filter((view) => filters.every((filter) => filter(view)));
}

function equal(value: unknown, text: string): boolean {
  if (typeof value === "boolean") return value === asBoolean(text);
  if (Array.isArray(value)) return value.some((one) => equal(one, text));
  if (value === null || value === undefined) return text === "" || text.toLowerCase() === "none" || text === "null";
  return String(value) === text;
}

function sorted(call: Call, spec: ListingSpec, views: readonly View[]): readonly View[] {
  const keys = valuesOf(call.query, "sort_key");
  const dirs = valuesOf(call.query, "sort_dir");
  const paging = limitOf(call) > 0;
  if (keys.length !== dirs.length && dirs.length > 0) {
    throw errors.badRequest({ message: "The number of sort_keys and sort_dirs must be same" });
  }
  const absent = keys.filter((key) => !spec.attributes.has(key));
  if (absent.length > 0) throw errors.badRequest({ message: `${printed(absent)} is invalid attribute for sort_keys` });
  const wrong = dirs.filter((dir) => dir !== "asc" && dir !== "desc");
  if (wrong.length > 0) {
    const message = `${printed(wrong)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'`;
    throw errors.badRequest({ message });
  }
  const order = keys.map((key, at) => ({ key, sign: dirs[at] === "desc" ? -1 : 1 }));
  if (paging && !keys.includes("id")) order.push({ key: "id", sign: 1 });
  if (order.length === 0) return views;
  return views.toSorted((a, b) => {
    for (const { key, sign } of order) {
      const result = compare(a[key], b[key]);
      if (result !== 0) return result * sign;
    }
    return 0;
  });
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [printed(a), printed(b)];
  return left < right ? -1 : Number(left > right);
}

function limitOf(call: Call): number {
  const [text] = valuesOf(call.query, "limit");
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw errors.badRequest({ message: `Bad limit request: Limit must be an integer 0 or greater and not '${text}'.` });
}

interface Page {
  views: readonly View[];
  links: { rel: string; href: string }[];
}

function paged(call: Call, spec: ListingSpec, views: readonly View[]): Page {
  const limit = limitOf(call);
  if (limit === 0) return { views, links: [] };
  const [marker] = valuesOf(call.query, "marker");
  const reverse = asBoolean(valuesOf(call.query, "page_reverse")[0]);
  const at = marker ? views.findIndex((view) => view["id"] === marker) : -1;
  if (marker && at < 0) throw spec.notFound(marker);
  const end = marker ? at : views.length;
  const page = reverse ? views.slice(Math.max(0, end - limit), end) : views.slice(at + 1, at + 1 + limit);
  const full = page.length >= limit;
  const links = [];
  if (full || reverse) links.push({ rel: "next", href: pageUrl(call, page.at(-1), false) });
  if (full || !reverse) links.push({ rel: "previous", href: pageUrl(call, page[0], true) });
  return { views: page, links };
}

function pageUrl(call: Call, edge: View | undefined, reverse: boolean): string {
  const search = new URLSearchParams(call.requestUrl.search);
  search.delete("marker");
  search.delete("page_reverse");
  if (edge) search.set("marker", String(edge["id"]));
  if (reverse) search.set("page_reverse", "True");
  const root = new URL(call.url("/"));
  return `${root.origin}${call.requestUrl.pathname}?${search.toString()}`;
}
