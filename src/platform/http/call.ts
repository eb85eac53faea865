/** What a handler gets, and what it may answer. */
import type { AnyOperation, BodyOf, QueryOf, ReplyOf, ResourceSpec } from "#contracts/kit/resource.ts";
import type { Microversion } from "#contracts/kit/versions.ts";
import type { Identity } from "../auth/identity.ts";
import type { Target } from "../policy/parse.ts";

export interface Call<Query = unknown, Body = unknown> {
  /** As asked: `HEAD` where the operation is a `GET`. */
  method: string;
  params: Readonly<Record<string, string>>;
  query: Query;
  body: Body;
  /** Who asks. Throws in a public operation. */
  identity: Identity;
  /** The microversion of this request, for links and headers; behaviour asks {@link Call.has}. */
  version: Microversion | undefined;
  /** True when this request's microversion has the named behaviour of the service. */
  has(feature: string): boolean;
  /** Throws 403 in the service's words unless the operation's policy (or the named one) allows this target. */
  enforce(target: Target, policy?: string): void;
  /** True when the named policy allows the target: for fields that only some see. */
  allows(policy: string, target: Target): boolean;
  headers: Headers;
  request_id: string;
  /** The body as bytes, for operations with `stream`. */
  stream: ReadableStream<Uint8Array> | null;
  /** Absolute URL of a path of this service, below the public URL. */
  url(path: string): string;
  /** The request's path and query, for links to the next page. */
  requestUrl: URL;
  /** Facts for the span of this request (`server_id`, `audit_id`). */
  traceAttributes: Record<string, string>;
}

/** An answer with more than a body. */
export class Reply<T = unknown> {
  readonly body: T;
  readonly status: number | undefined;
  readonly headers: Record<string, string>;
  constructor(body: T, options: { status?: number; headers?: Record<string, string> } = {}) {
    this.body = body;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

/** `Response` is for bytes and for answers that are no JSON. */
export type Answer<T> = T | Reply<T> | Response | undefined;

export type Handler<O> = (call: Call<QueryOf<O>, BodyOf<O>>) => Promise<Answer<ReplyOf<O>>> | Answer<ReplyOf<O>>;

/** Said instead of a handler for what is not built yet: answers 501 and stands in the list of what is missing. */
export const notImplemented: unique symbol = Symbol("not implemented");

export type Handlers<R extends ResourceSpec> = {
  [Name in keyof R["operations"]]: Handler<R["operations"][Name]> | typeof notImplemented;
};

/** A resource with a handler for each operation: one that is missing does not compile. */
export interface Implementation {
  resource: ResourceSpec;
  routes: { name: string; operation: AnyOperation; handler: Handler<AnyOperation> | typeof notImplemented }[];
}

export function implement<R extends ResourceSpec>(resource: R, handlers: Handlers<R>): Implementation {
  const routes: Implementation["routes"] = [];
  for (const [name, operation] of Object.entries(resource.operations)) {
    // The types of `handlers` tie each handler to its own operation; here all of them are treated alike.
    routes.push({ name, operation, handler: handlers[name] as Handler<AnyOperation> | typeof notImplemented });
  }
  return { resource, routes };
}

/** A whole resource of which nothing is built: its routes answer 501. */
export function notBuiltYet(resource: ResourceSpec): Implementation {
  const routes = Object.entries(resource.operations).map(([name, operation]) => ({
    name,
    operation,
    handler: notImplemented as typeof notImplemented,
  }));
  return { resource, routes };
}
