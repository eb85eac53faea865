/** The way of one request through a service; the order and its reasons stand in `service.ts`. */
import { ApiError } from "#contracts/kit/errors.ts";
import type { AnyOperation, Method } from "#contracts/kit/resource.ts";
import { inRange, type Microversion } from "#contracts/kit/versions.ts";
import { credentialsOf, type Identity } from "../auth/identity.ts";
import {
  newTrace,
  traceFromHeaders,
  withoutStep,
  withTrace,
  type OpenSpan,
  type TraceContext,
} from "../trace/trace.ts";
import { readJson } from "./body.ts";
import { notImplemented, Reply, type Call, type Handler } from "./call.ts";
import { negotiate, statusAt } from "./microversion.ts";
import { errorResponse, jsonResponse, requestIdHeaders } from "./respond.ts";
import { sentenceOf } from "./sentences.ts";
import type { ServiceOptions } from "./service.ts";
import { makeValidator } from "./validate.ts";

export interface Choice {
  name: string;
  operation: AnyOperation;
  handler: Handler<AnyOperation> | typeof notImplemented;
}

export interface Route {
  method: Method;
  path: string;
  /** More than one where the body's single key chooses the action, or the microversion the operation. */
  choices: Choice[];
}

type Params = Readonly<Record<string, string>>;
export type Pipeline = (request: Request, params: Params, route: Route) => Promise<Response>;

interface Known {
  version: Version;
  identity: Identity | undefined;
  trace: TraceContext;
  /** Of the span that this request is part of. */
  attributes: Record<string, string>;
}

interface Version {
  at: Microversion | undefined;
  headers: Record<string, string>;
}

const defaultLimit_bytes = 114_688;

export function makePipeline(options: ServiceOptions): Pipeline {
  const bodies = makeValidator({ coerce: false });
  const queries = makeValidator({ coerce: true });

  async function answer(request: Request, params: Params, route: Route, trace: TraceContext): Promise<Response> {
    // No name and no id has one, and not every database could even be asked for it.
    if (Object.values(params).some((value) => value.includes("\0"))) throw notFound();
    const version = versionOf(options, request);
    const asked = openStep(options, route, trace);
    const identity = await authenticate(options, request, route, asked?.context ?? trace, asked);
    const answered = openAnswer(options, asked?.context ?? trace);
    const attributes = answered?.attributes ?? asked?.attributes ?? {};
    try {
      const response = await handle(request, params, route, { version, identity, trace, attributes });
      answered?.end();
      return response;
    } catch (error) {
      answered?.end(error);
      throw error;
    }
  }

  async function handle(request: Request, params: Params, route: Route, known: Known): Promise<Response> {
    const { version, identity, trace, attributes } = known;
    const body = await bodyOf(options, request, route);
    const { operation, handler } = choose(route, version.at, body);
    const query = queryOf(request);
    if (operation.query) refuse(options, queries.breaches(operation.query, query, version.at));
    if (operation.request) refuse(options, bodies.breaches(operation.request, body ?? null, version.at));
    const call = makeCall(options, {
      request,
      params,
      operation,
      identity,
      version: version.at,
      query,
      body,
      trace,
      attributes,
    });
    if (identity && operation.policy !== "public") call.enforce(ownTarget(identity));
    if (handler === notImplemented) throw notBuilt(operation);
    const result = await withoutStep(() => handler(call));
    return finish(operation, result, version, requestIdHeaders(options.errorStyle, call.request_id));
  }

  function finish(operation: AnyOperation, result: unknown, version: Version, extra: Record<string, string>): Response {
    if (result instanceof Response) {
      for (const [name, value] of Object.entries({ ...version.headers, ...extra })) result.headers.set(name, value);
      return result;
    }
    const whole = result instanceof Reply ? result : new Reply(result);
    const body = operation.response ? bodies.view(operation.response, whole.body, version.at) : whole.body;
    const headers = { ...version.headers, ...extra, ...whole.headers };
    return jsonResponse(whole.status ?? statusAt(operation.status, version.at), body, headers);
  }

  return async (request, params, route) => {
    const request_id = `req-${options.ids.uuid()}`;
    const trace = { ...(traceFromHeaders((name) => request.headers.get(name)) ?? newTrace(options.ids)), request_id };
    return withTrace(trace, async () => {
      try {
        return await answer(request, params, route, trace);
      } catch (error) {
        return errorResponse(options, error, request_id, request);
      }
    });
  };
}

function versionOf(options: ServiceOptions, request: Request): Version {
  if (!options.microversions) return { at: undefined, headers: {} };
  const negotiated = negotiate(options.microversions, (name) => request.headers.get(name));
  if ("version" in negotiated) return { at: negotiated.version, headers: negotiated.headers };
  const { min, max } = options.microversions;
  const fields = { min_version: min, max_version: max };
  throw new ApiError("bad_version", { status: negotiated.status, message: negotiated.message }, fields);
}

function stepOf(route: Route): number | undefined {
  return route.choices.find(({ operation }) => operation.flowStep !== undefined)?.operation.flowStep;
}

/** The span of a request that is a step of the flow, unless whoever sent it records that step itself. */
function openStep(options: ServiceOptions, route: Route, trace: TraceContext): OpenSpan | undefined {
  const step = stepOf(route);
  return step === undefined || trace.step === step ? undefined : options.tracer.open(step, {}, trace);
}

/** The span of answering a request that is a step of the flow. */
function openAnswer(options: ServiceOptions, context: TraceContext): OpenSpan | undefined {
  const step = options.followedBy[context.step ?? 0]?.answer;
  return step === undefined ? undefined : options.tracer.open(step, {}, context);
}

async function authenticate(
  options: ServiceOptions,
  request: Request,
  route: Route,
  trace: TraceContext,
  span: OpenSpan | undefined,
): Promise<Identity | undefined> {
  span?.end();
  if (route.choices.every(({ operation }) => operation.policy === "public")) return undefined;
  const token = request.headers.get("x-auth-token");
  if (!token) throw new ApiError("unauthorized", { status: 401, message: "No token was given." });
  const check = options.followedBy[trace.step ?? 0]?.check;
  const ask = (): Promise<Identity | undefined> => options.verifier(token);
  const identity = await withTrace(trace, () =>
    check === undefined ? withoutStep(ask) : options.tracer.step(check, {}, ask),
  );
  if (!identity) throw new ApiError("unauthorized", { status: 401, message: "The token is not good." });
  return identity;
}

/** The JSON body, where an operation of the route has one; streams are left to their handlers. */
async function bodyOf(options: ServiceOptions, request: Request, route: Route): Promise<unknown> {
  const operations = route.choices.map(({ operation }) => operation);
  const wanted = operations.some((operation) => operation.request !== undefined || operation.action !== undefined);
  if (!wanted || operations.some((operation) => operation.stream)) return undefined;
  return readJson(request, { limit_bytes: options.limit_bytes ?? defaultLimit_bytes });
}

function notFound(): ApiError {
  return new ApiError("not_found", { status: 404, message: "The resource could not be found." });
}

/** The operation that this version and this body mean. */
function choose(route: Route, at: Microversion | undefined, body: unknown): Choice {
  const present = route.choices.filter(({ operation }) => inRange(operation, at));
  if (present.length === 0)
    throw new ApiError("not_found", { status: 404, message: "The resource could not be found." });
  const plain = present.find(({ operation }) => operation.action === undefined);
  if (plain) return plain;
  const keys = typeof body === "object" && body !== null ? Object.keys(body) : [];
  const chosen = present.find(({ operation }) => operation.action !== undefined && keys.includes(operation.action));
  if (chosen && keys.length === 1) return chosen;
  if (keys.length > 1)
    throw new ApiError("many_actions", { status: 400, message: "Multiple actions are not allowed in one request." });
  const message = keys[0] === undefined ? "Malformed request body" : `There is no such action: ${keys[0]}`;
  throw new ApiError("no_such_action", { status: 400, message });
}

function queryOf(request: Request): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  const { search, searchParams } = new URL(request.url);
  if (search.includes("%00")) throw new ApiError("bad_query", { status: 400, message: "The query has a NUL in it." });
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name);
    query[name] = values.length === 1 ? values[0] : values;
  }
  return query;
}

/** The target that suits the caller best: whom the policy refuses even this, it refuses everything. */
function ownTarget({ project_id, user_id, domain_id, project_domain_id }: Identity): Record<string, unknown> {
  return { project_id, user_id, domain_id: domain_id ?? project_domain_id };
}

function refuse(options: ServiceOptions, breaches: Parameters<typeof sentenceOf>[0] | undefined): void {
  if (breaches && options.refusal) throw options.refusal(breaches);
  if (breaches)
    throw new ApiError("invalid_input", { status: 400, message: sentenceOf(breaches), type: "HTTPBadRequest" });
}

function notBuilt(operation: AnyOperation): ApiError {
  const message = `Cumulet does not have this operation yet (${operation.method} ${operation.path}).`;
  return new ApiError("not_implemented", { status: 501, message });
}

interface CallFacts {
  request: Request;
  params: Params;
  operation: AnyOperation;
  identity: Identity | undefined;
  version: Microversion | undefined;
  query: Record<string, unknown>;
  body: unknown;
  trace: TraceContext;
  attributes: Record<string, string>;
}

function makeCall(options: ServiceOptions, facts: CallFacts): Call {
  const { operation, identity, request } = facts;
  const allows: Call["allows"] = (policy, target) =>
    identity !== undefined && options.policy.allows(policy, credentialsOf(identity), target);
  return {
    method: request.method,
    params: facts.params,
    query: facts.query,
    body: facts.body,
    get identity() {
      if (!identity) throw new Error(`${operation.method} ${operation.path} is public: it has no identity`);
      return identity;
    },
    version: facts.version,
    has: (feature) => {
      const range = options.features?.[feature];
      if (!range) throw new Error(`${options.name} knows no behaviour called '${feature}'`);
      return inRange(range, facts.version);
    },
    enforce(target, policy) {
      const rule = policy ?? (operation.policy === "public" ? undefined : operation.policy.name);
      if (rule === undefined || allows(rule, target)) return;
      const message = options.forbidden ?? "Policy doesn't allow {rule} to be performed.";
      throw new ApiError("forbidden", { status: 403, message, type: "PolicyNotAuthorized" }, { rule });
    },
    allows,
    headers: request.headers,
    request_id: facts.trace.request_id ?? "",
    stream: request.body,
    url: (path) => options.public_url + options.prefix + path,
    requestUrl: new URL(request.url),
    traceAttributes: facts.attributes,
  };
}
