/**
 * Parts for testing one service alone: databases in memory, the in-process queue, and a stand-in for Keystone that
 * knows the identities of {@link people} by their name as token. Whole clouds are tested with the real Keystone.
 */
import { followedBy } from "#contracts/flow.ts";
import type { Identity, TokenVerifier } from "#platform/auth/identity.ts";
import { inProcessBus } from "#platform/bus/in-process.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { sqliteOpener } from "#platform/db/database.ts";
import { makeUpstream } from "#platform/http/client.ts";
import type { Fetcher } from "#platform/http/service.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import type { Parts } from "#platform/role/role.ts";
import { makeTracer, type SpanRecord } from "#platform/trace/trace.ts";

export const projects = { demo: "d".repeat(32), other: "0".repeat(32), admin: "a".repeat(32), service: "5".repeat(32) };

function person(name: string, project: keyof typeof projects, roles: string[]): Identity {
  const id = Buffer.from(name).toString("hex").padEnd(32, "0").slice(0, 32);
  return {
    token: name,
    user_id: id,
    user_name: name,
    user_domain_id: "default",
    project_id: projects[project],
    project_name: project,
    project_domain_id: "default",
    domain_id: null,
    system: false,
    roles,
    audit_ids: [name],
    expires_at: "2099-01-01T00:00:00.000000Z",
  };
}

/** Their token is their name. */
export const people = {
  admin: person("admin", "admin", ["admin", "manager", "member", "reader"]),
  member: person("member", "demo", ["member", "reader"]),
  reader: person("reader", "demo", ["reader"]),
  stranger: person("stranger", "other", ["member", "reader"]),
  service: person("service", "service", ["service"]),
};

const verifier: TokenVerifier = async (token) => Object.values(people).find((one) => one.token === token);

export interface TestParts extends Parts {
  spans: SpanRecord[];
  /** Adds a service (or a stand-in for one) that others reach by its mount. */
  mount(path: string, fetch: Fetcher): void;
}

export function testParts(component: string, state_dir = ""): TestParts {
  const clock = systemClock();
  const ids = systemIds();
  const log = makeLog({ level: "silent" });
  const spans: SpanRecord[] = [];
  const tracer = makeTracer(component, { clock, ids, sink: (span) => spans.push(span) });
  const local = new Map<string, Fetcher>();
  const public_url = "http://127.0.0.1:8774";
  return {
    clock,
    ids,
    log,
    spans,
    tracer,
    bus: inProcessBus({ ids, log }),
    upstream: makeUpstream({ local, base_url: public_url }),
    openDatabase: sqliteOpener({}),
    serviceUser: { token: async () => "service", forget: () => undefined },
    verifier,
    service: { verifier, public_url, auth_url: `${public_url}/identity`, followedBy, tracer, ids, log },
    state_dir,
    simulated: true,
    mount: (path, fetch) => void local.set(path, fetch),
  };
}

/** Sends a request to a service and reads its JSON. */
export async function ask(
  fetch: Fetcher,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(
    new Request(`http://127.0.0.1:8774${path}`, {
      method,
      headers: {
        accept: "application/json",
        ...(options.token ? { "x-auth-token": options.token } : {}),
        ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}
