/** How a bad request and its refusal are written down, and what every refusal of a service looks like. */
import assert from "node:assert/strict";
import type { ServiceName } from "#platform/http/client.ts";
import type { Answer } from "#tests/support/cloud.ts";
import type { AskOptions, Method, Person, World } from "#tests/support/world.ts";

export interface Row extends AskOptions {
  what: string;
  /** Member of `demo` unless said otherwise; null sends no token. */
  who?: Person | { token: string } | null;
  method: Method;
  service: ServiceName;
  path: string;
  status: number;
  /** Part of the sentence for the user, or Neutron's type, or Placement's code. */
  says?: RegExp;
  /** Headers that the refusal must have. */
  has?: Record<string, RegExp>;
}

export type Rest = Omit<Row, "what" | "method" | "service" | "path" | "status">;

/** `["POST /v2.1/servers", 400]` of one service, in a line. */
export function rowsOf(service: ServiceName, defaults: Rest = {}) {
  return (status: number, what: string, request: string, rest: Rest = {}): Row => {
    const at = request.indexOf(" ");
    const method = request.slice(0, at) as Method;
    return { ...defaults, ...rest, what, method, service, path: request.slice(at + 1), status };
  };
}

export const unknownId = "11111111-2222-3333-4444-555555555555";

/** Asks, and checks status, envelope and headers of the refusal. */
export async function expectRefusal(world: World, row: Row): Promise<void> {
  const { who = "member", method, service, path, status, says, has = {} } = row;
  const options = {
    ...(row.body === undefined ? {} : { body: row.body }),
    ...(row.headers ? { headers: row.headers } : {}),
  };
  const answer = await world.ask(who ?? undefined, method, service, path, options);
  const seen = `${method} ${service}${path.slice(0, 120)}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 600)}`;
  assert.equal(answer.status, status, seen);
  expectHeaders(service, answer, seen);
  const asksForHtml = service === "image" && row.headers?.["accept"] === "*/*";
  if (method !== "HEAD") expectBody(service, answer, asksForHtml, seen);
  if (says) assert.match(JSON.stringify(answer.body), says, seen);
  for (const [name, value] of Object.entries(has))
    assert.match(answer.headers.get(name) ?? "", value, `${name} of ${seen}`);
}

function expectHeaders(service: ServiceName, { status, headers }: Answer, seen: string): void {
  const request_id = headers.get("x-openstack-request-id") ?? "";
  assert.match(request_id, /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, `request id of ${seen}`);
  if (service === "compute" || service === "volume")
    assert.equal(headers.get("x-compute-request-id"), request_id, seen);
  if (status === 401)
    assert.match(headers.get("www-authenticate") ?? "", /^Keystone uri="http/, `WWW-Authenticate of ${seen}`);
  if (status === 405) assert.match(headers.get("allow") ?? "", /^[A-Z]+(, [A-Z]+)*$/, `Allow of ${seen}`);
}

const novaKeys: Record<number, string> = {
  400: "badRequest",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  501: "notImplemented",
};

const titles: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Request Entity Too Large",
};

/** Keys of the envelope and nothing beside them: what else stood there would be a leak. */
function expectBody(service: ServiceName, { status, body, headers }: Answer, html: boolean, seen: string): void {
  assert.match(headers.get("content-type") ?? "", html ? /^text\/html/ : /^application\/json/, seen);
  if (html) return assert.match(body, new RegExp(`<h1>${status} `), seen);
  if (status === 401 || service === "identity") return expectKeystone(status, body, seen);
  if (service === "compute" || service === "volume") {
    const key = novaKeys[status] ?? "computeFault";
    assert.deepEqual(Object.keys(body), [key], seen);
    assert.deepEqual(Object.keys(body[key]), ["code", "message", ...(status === 413 ? ["retryAfter"] : [])], seen);
    assert.equal(body[key].code, status, seen);
    return expectSentence(body[key].message, seen);
  }
  if (service === "network") {
    assert.deepEqual(Object.keys(body), ["NeutronError"], seen);
    assert.deepEqual(Object.keys(body.NeutronError), ["type", "message", "detail"], seen);
    assert.match(body.NeutronError.type, /^[A-Z]\w+$/, seen);
    return expectSentence(body.NeutronError.message, seen);
  }
  if (service === "image") {
    assert.deepEqual(Object.keys(body), ["message", "code", "title"], seen);
    assert.ok(body.code.startsWith(`${status} `), seen);
    return expectSentence(body.message, seen);
  }
  assert.deepEqual(Object.keys(body), ["errors"], seen);
  const [error] = body.errors;
  assert.equal(error.status, status, seen);
  assert.match(error.code, /^placement\.\w+/, seen);
  assert.match(error.request_id, /^req-/, seen);
  expectSentence(error.detail, seen);
}

function expectKeystone(status: number, body: Answer["body"], seen: string): void {
  assert.deepEqual(Object.keys(body), ["error"], seen);
  assert.deepEqual(Object.keys(body.error).sort(), ["code", "message", "title"], seen);
  assert.equal(body.error.code, status, seen);
  if (titles[status]) assert.equal(body.error.title, titles[status], seen);
  expectSentence(body.error.message, seen);
}

/** Said to a person: no holes that nobody filled, no traces of the program. */
function expectSentence(text: unknown, seen: string): void {
  assert.ok(typeof text === "string" && text !== "", seen);
  assert.doesNotMatch(text, /\{[a-z_]+\}|undefined|\[object |SQLITE|TypeError|node:internal|\.ts:\d|\/src\//, seen);
}
