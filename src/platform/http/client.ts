/**
 * How a service reaches another: only by its HTTP contract. Services that share a process are dispatched to directly;
 * the others are reached through one connection pool. Both ways carry the trace.
 */
import { Pool } from "undici";
import type { TSchema } from "typebox";
import type { AnyOperation, BodyOf, OperationSpec, QueryOf, ReplyOf } from "#contracts/kit/resource.ts";
import { traceHeaders } from "../trace/trace.ts";
import type { Fetcher } from "./service.ts";

export type ServiceName = "identity" | "image" | "compute" | "placement" | "network" | "volume" | "trace" | "metadata";

export interface Upstream {
  /** `path` is below the service's mount, with its query: `/v3/auth/tokens`. */
  fetch(service: ServiceName, path: string, init?: UpstreamInit): Promise<Response>;
  /** Ends the connections to other processes. */
  close(): Promise<void>;
}

export interface UpstreamInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | ReadableStream<Uint8Array> | null;
  signal?: AbortSignal;
}

export interface UpstreamOptions {
  /** Services of this process, by mount (`/identity`). */
  local: ReadonlyMap<string, Fetcher>;
  /** Where the others are reached, without a trailing slash. */
  base_url: string;
}

export function makeUpstream(options: UpstreamOptions): Upstream {
  let pool: Pool | undefined;
  return {
    async fetch(service, path, init = {}) {
      const headers = { ...traceHeaders(), ...init.headers };
      const mount = `/${service}`;
      const local = options.local.get(mount);
      if (local) return local(new Request(`${options.base_url}${mount}${path}`, requestInit(init, headers)));
      const url = new URL(`${options.base_url}${mount}${path}`);
      pool ??= new Pool(url.origin, { connections: 32 });
      return remote(pool, url, init, headers);
    },
    async close() {
      await pool?.close();
    },
  };
}

function requestInit(init: UpstreamInit, headers: Record<string, string>): RequestInit {
  const streaming = init.body instanceof ReadableStream;
  return {
    method: init.method ?? "GET",
    headers,
    body: (init.body ?? null) as RequestInit["body"] & {},
    ...(init.signal ? { signal: init.signal } : {}),
    ...(streaming ? { duplex: "half" } : {}),
  } as RequestInit; // `duplex` is not in the type yet, and Node demands it for streams
}

async function remote(pool: Pool, url: URL, init: UpstreamInit, headers: Record<string, string>): Promise<Response> {
  const answer = await pool.request({
    path: url.pathname + url.search,
    method: (init.method ?? "GET") as "GET",
    headers,
    body: (init.body ?? null) as string | null, // undici also takes bytes and web streams here
    ...(init.signal ? { signal: init.signal } : {}),
  });
  const received = Object.entries(answer.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value] as [string, string]],
  );
  const empty = answer.statusCode === 204 || answer.statusCode === 304;
  const body = empty ? null : (answer.body as unknown as ReadableStream<Uint8Array>); // Response reads async iterables
  return new Response(body, { status: answer.statusCode, headers: received });
}

/** A service said no. `message` is what its envelope said; `status` decides what the caller does. */
export class UpstreamError extends Error {
  readonly service: ServiceName;
  readonly status: number;
  readonly type: string | undefined;
  constructor(service: ServiceName, status: number, message: string, type?: string) {
    super(message);
    this.name = "UpstreamError";
    this.service = service;
    this.status = status;
    this.type = type;
  }
}

/** For `.catch`: a 404 becomes undefined; any other failure goes on. */
export function missing(error: unknown): undefined {
  if (error instanceof UpstreamError && error.status === 404) return undefined;
  throw error;
}

export interface CallRequest<Query, Body> {
  params?: Record<string, string>;
  query?: Query;
  body?: Body;
  /** Token to act with. */
  token?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ContractClient {
  /** Calls an operation by its contract; throws {@link UpstreamError} unless it succeeds. */
  call<Q extends TSchema, B extends TSchema, R extends TSchema>(
    operation: OperationSpec<Q, B, R>,
    request?: CallRequest<QueryOf<OperationSpec<Q, B, R>>, BodyOf<OperationSpec<Q, B, R>>>,
  ): Promise<ReplyOf<OperationSpec<Q, B, R>>>;
  /** Calls an operation whose answer is bytes. */
  stream(operation: AnyOperation, request?: CallRequest<unknown, undefined>): Promise<ReadableStream<Uint8Array>>;
}

/** A typed client of one service. `token` is asked for each call that brings none: a service user's own. */
export function makeClient(upstream: Upstream, service: ServiceName, token?: () => Promise<string>): ContractClient {
  return {
    async call(operation, request = {}) {
      const path = pathOf(operation, request.params);
      const given = request.token ?? (operation.policy === "public" ? undefined : await token?.());
      const response = await upstream.fetch(service, path + searchOf(request.query), {
        method: operation.method,
        headers: headersOf(given, request),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        ...(request.signal ? { signal: request.signal } : {}),
      });
      const text = await response.text();
      if (response.status >= 300) throw refused(service, response.status, text);
      return (text === "" ? undefined : JSON.parse(text)) as never; // the contract is the type
    },
    async stream(operation, request = {}) {
      const path = pathOf(operation, request.params);
      const given = request.token ?? (await token?.());
      const response = await upstream.fetch(service, path, {
        method: operation.method,
        headers: headersOf(given, request),
      });
      if (response.status >= 300 || response.body === null)
        throw refused(service, response.status, await response.text());
      return response.body;
    },
  };
}

function headersOf(token: string | undefined, request: CallRequest<unknown, unknown>): Record<string, string> {
  return {
    accept: "application/json",
    ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    ...(token ? { "x-auth-token": token } : {}),
    ...request.headers,
  };
}

function pathOf(operation: AnyOperation, params: Record<string, string> = {}): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ""));
}

function searchOf(query: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, String(one));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

/** Reads the sentence out of any service's envelope. */
function refused(service: ServiceName, status: number, text: string): UpstreamError {
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    const inner = Object.values(parsed)[0];
    const facts = (Array.isArray(inner) ? inner[0] : typeof inner === "object" ? inner : parsed) as Record<
      string,
      unknown
    >;
    const message = String(facts["message"] ?? facts["detail"] ?? text.slice(0, 500));
    return new UpstreamError(service, status, message, typeof facts["type"] === "string" ? facts["type"] : undefined);
  } catch {
    return new UpstreamError(service, status, text.slice(0, 500));
  }
}
