/** The links that Nova puts beside everything. */
import type { Call } from "#platform/http/call.ts";

export type Urls = Pick<Call, "url">;

export interface ResourceLink {
  rel: string;
  href: string;
}

/** `servers`, id: a link of this version and one of none. */
export function linksOf(call: Urls, collection: string, id: string): ResourceLink[] {
  const encoded = encodeURIComponent(id);
  return [
    { rel: "self", href: call.url(`/v2.1/${collection}/${encoded}`) },
    { rel: "bookmark", href: call.url(`/${collection}/${encoded}`) },
  ];
}

export function bookmark(call: Urls, collection: string, id: string): ResourceLink[] {
  return [{ rel: "bookmark", href: call.url(`/${collection}/${encodeURIComponent(id)}`) }];
}
