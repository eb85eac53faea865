/**
 * A service made of contracts and handlers. Every request takes the same way, in this order and for these reasons:
 * request id and trace first, so that even a refusal can be found; the microversion next, since it decides which
 * operation exists; the token before the body, so that strangers cannot make us parse; then body, schema, policy,
 * handler; and last the view of the version asked for.
 */
import type { ErrorObject } from "ajv";
import { Hono } from "hono";
import { ApiError } from "#contracts/kit/errors.ts";
import type { ErrorStyle } from "#contracts/kit/envelopes.ts";
import type { MicroversionSupport, VersionRange } from "#contracts/kit/versions.ts";
import type { TokenVerifier } from "../auth/identity.ts";
import type { Ids } from "../ids/ids.ts";
import type { Log } from "../log/log.ts";
import type { Policy } from "../policy/policy.ts";
import type { Tracer } from "../trace/trace.ts";
import type { Implementation } from "./call.ts";
import { makePipeline, type Route } from "./pipeline.ts";
import { errorResponse } from "./respond.ts";

export type Fetcher = (request: Request) => Promise<Response>;

export interface ServiceOptions {
  /** Name in logs and traces: `nova-api`. */
  name: string;
  /** Where the service is mounted: `/compute`. */
  prefix: string;
  errorStyle: ErrorStyle;
  microversions?: MicroversionSupport;
  /** Behaviours that depend on the microversion, by name. */
  features?: Readonly<Record<string, VersionRange>>;
  implementations: readonly Implementation[];
  verifier: TokenVerifier;
  policy: Policy;
  /** The sentence of a refusal by policy, `{rule}` filled in. */
  forbidden?: string;
  /** What a body or query that breaks its schema is answered, when the service has words of its own for it. */
  refusal?: (breaches: readonly ErrorObject[]) => ApiError;
  /** Where users reach this cloud, without a trailing slash: `http://127.0.0.1:8774`. */
  public_url: string;
  /** `WWW-Authenticate` of a 401. */
  auth_url: string;
  /** Which steps of the flow follow a request that is one. */
  followedBy: Readonly<Record<number, { check?: number; answer?: number }>>;
  tracer: Tracer;
  ids: Ids;
  log: Log;
  /** Largest JSON body in bytes. */
  limit_bytes?: number;
  /** Answers a path that no contract has; 404 in the service's envelope when left out. */
  fallback?: (request: Request) => Response | Promise<Response> | undefined;
}

/** Builds the service. Two operations on one route without different actions, or a route without a policy, throw. */
export function makeService(options: ServiceOptions): Fetcher {
  const app = new Hono();
  const routes = groupRoutes(options.implementations);
  const run = makePipeline(options);
  for (const route of routes) {
    const path = options.prefix + route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, (context) => run(context.req.raw, context.req.param(), route));
    if (path.length > 1 && !path.endsWith("/")) {
      app.on(route.method, `${path}/`, (context) => run(context.req.raw, context.req.param(), route));
    }
  }
  app.notFound(async (context) => {
    const other = await options.fallback?.(context.req.raw);
    return other ?? missing(options, context.req.raw, routes);
  });
  return async (request) => app.fetch(request);
}

function groupRoutes(implementations: readonly Implementation[]): Route[] {
  const routes = new Map<string, Route>();
  for (const { resource, routes: own } of implementations) {
    for (const { name, operation, handler } of own) {
      const key = `${operation.method} ${operation.path}`;
      const route = routes.get(key) ?? { method: operation.method, path: operation.path, choices: [] };
      routes.set(key, route);
      const twin = route.choices.find((choice) => choice.operation.action === operation.action);
      if (twin && !operation.since && !twin.operation.since)
        throw new Error(`${key} is defined twice (${resource.name}.${name})`);
      route.choices.push({ name: `${resource.name}.${name}`, operation, handler });
    }
  }
  return [...routes.values()].sort((a, b) => specificity(b.path) - specificity(a.path));
}

/** `/servers/detail` must be found before `/servers/{id}`. */
function specificity(path: string): number {
  return (
    path.split("/").filter((part) => part !== "" && !part.startsWith("{")).length -
    (path.match(/\{/g)?.length ?? 0) / 10
  );
}

/** 404, or 405 with `Allow` when the path exists with other methods. */
function missing(options: ServiceOptions, request: Request, routes: readonly Route[]): Response {
  const path = new URL(request.url).pathname.slice(options.prefix.length).replace(/(.)\/$/, "$1");
  const methods = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  const request_id = `req-${options.ids.uuid()}`;
  const error =
    methods.length === 0
      ? new ApiError("not_found", { status: 404, message: "The resource could not be found." })
      : new ApiError(
          "method_not_allowed",
          { status: 405, message: `The method ${request.method} is not allowed for this resource.` },
          {},
          {
            headers: { Allow: [...new Set(methods)].join(", ") },
          },
        );
  return errorResponse(options, error, request_id, request);
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.replace(/(.)\/$/, "$1").split("/");
  const given = path.split("/");
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith("{") || part === given[at]);
}
