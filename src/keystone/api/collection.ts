/** Lists as Keystone writes them, and its filters: `name=a`, `enabled=false`, `name__contains=b`. */
import type { Call } from "#platform/http/call.ts";

export interface Links {
  self: string;
  previous: null;
  next: null;
}

/** `{ [name]: items, links }` with the link of this very request. */
export function collection<Name extends string, Item>(
  call: Call,
  name: Name,
  items: readonly Item[],
): { [K in Name]: Item[] } & { links: Links } {
  const { pathname, search } = call.requestUrl;
  const self = call.url(pathname.replace(/^\/identity/, "") + search);
  const page = { [name]: [...items], links: { next: null, self, previous: null } };
  return page as { [K in Name]: Item[] } & { links: Links }; // a computed key widens to string
}

type Comparison = (value: string, wanted: string) => boolean;

const lower =
  (compare: Comparison): Comparison =>
  (value, wanted) =>
    compare(value.toLowerCase(), wanted.toLowerCase());
const equals: Comparison = (value, wanted) => value === wanted;
const contains: Comparison = (value, wanted) => value.includes(wanted);
const starts: Comparison = (value, wanted) => value.startsWith(wanted);
const ends: Comparison = (value, wanted) => value.endsWith(wanted);

const comparisons: Record<string, Comparison> = {
  equals,
  contains,
  startswith: starts,
  endswith: ends,
  iequals: lower(equals),
  icontains: lower(contains),
  istartswith: lower(starts),
  iendswith: lower(ends),
};

/** Keystone reads anything but a clear no as yes, also the empty text. */
export function isYes(text: string): boolean {
  return !/^(0|false|no|off|f|n)$/i.test(text);
}

/** Keeps the items that fit every filter of the query which names one of `fields`; other parameters are ignored. */
export function filtered<T extends object>(items: readonly T[], query: object, fields: readonly string[]): T[] {
  const tests: ((item: T) => boolean)[] = [];
  for (const [parameter, wanted] of Object.entries(query)) {
    const [field = "", how = "equals"] = parameter.split("__");
    const compare = comparisons[how];
    if (!fields.includes(field) || !compare || typeof wanted !== "string") continue;
    tests.push((item) => {
      const value = (item as Record<string, unknown>)[field];
      if (typeof value === "boolean") return value === isYes(wanted);
      return value !== null && value !== undefined && compare(String(value), wanted);
    });
  }
  return items.filter((item) => tests.every((test) => test(item)));
}
