/** Pages: limits, markers, and the link to the next page as Nova gives it, also after a last page that is full. */
import type { Call } from "#platform/http/call.ts";

export const pageLimit = 1000;

/** The limit asked for, never above Nova's own; 0 gives an empty page. */
export function limitOf(asked: number | undefined): number {
  return Math.min(asked ?? pageLimit, pageLimit);
}

export interface PageLink {
  rel: string;
  href: string;
}

/** The link to the page after this one, or undefined when this page is not full. */
export function nextLink(
  call: Pick<Call, "requestUrl" | "url">,
  page: readonly unknown[],
  limit: number,
  last: string | undefined,
): PageLink[] | undefined {
  if (limit === 0 || page.length < limit || last === undefined) return undefined;
  const search = new URLSearchParams(call.requestUrl.search);
  search.set("marker", last);
  const path = call.requestUrl.pathname.replace(/^\/compute/, "");
  return [{ rel: "next", href: `${call.url(path)}?${search.toString()}` }];
}

/** The part of a list after a marker; undefined when no item has that name. */
export function afterMarker<T>(
  items: readonly T[],
  marker: string | undefined,
  nameOf: (item: T) => string,
): T[] | undefined {
  if (marker === undefined) return [...items];
  const at = items.findIndex((item) => nameOf(item) === marker);
  return at < 0 ? undefined : items.slice(at + 1);
}

/** The last of several values of one query name. */
export function lastOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}
