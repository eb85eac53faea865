/** Requests made at random out of every operation that a contract names. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { SchemaNode } from "#contracts/kit/fields.ts";
import type { AnyOperation, ResourceSpec } from "#contracts/kit/resource.ts";
import type { ServiceName } from "#platform/http/client.ts";
import {
  keypairName,
  needs,
  type AskOptions,
  type Method,
  type Person,
  type Things,
  type World,
} from "#tests/support/world.ts";
import type { Random } from "./random.ts";
import { makeValues, type Values } from "./values.ts";

const services: Record<string, ServiceName> = {
  keystone: "identity",
  glance: "image",
  placement: "placement",
  nova: "compute",
  neutron: "network",
  cinder: "volume",
  trace: "trace",
};
const versions: Partial<Record<ServiceName, [name: string, major: number, minor: number]>> = {
  compute: ["compute", 2, 93],
  volume: ["volume", 3, 70],
  placement: ["placement", 1, 39],
};

export interface Subject {
  service: ServiceName;
  operation: AnyOperation;
}

/** Every operation of every contract; those that are not built answer 501 and would only take time. */
export async function allOperations(): Promise<Subject[]> {
  const root = join(import.meta.dirname, "../../../src/contracts");
  const found: Subject[] = [];
  for (const [folder, service] of Object.entries(services)) {
    for (const file of readdirSync(join(root, folder)).filter((name) => name !== "not-built.ts")) {
      const exported = Object.values((await import(join(root, folder, file))) as Record<string, unknown>);
      for (const { operations } of exported.filter(isResource)) {
        const subjects = Object.values(operations).map((operation) => ({ service, operation }));
        // What writes can go wrong in more ways.
        found.push(...subjects, ...subjects.filter(({ operation }) => operation.method !== "GET"));
      }
    }
  }
  return found;
}

/** Keystone has most operations, but not most of what can go wrong. */
const weights: [ServiceName, number][] = [
  ["compute", 8],
  ["network", 7],
  ["volume", 5],
  ["image", 4],
  ["identity", 4],
  ["placement", 4],
  ["trace", 1],
];

export function pickOperation(random: Random, operations: readonly Subject[]): Subject {
  const service = random.pick(weights.flatMap(([name, weight]) => Array<ServiceName>(weight).fill(name)));
  return random.pick(operations.filter((one) => one.service === service));
}

function isResource(value: unknown): value is ResourceSpec {
  return typeof value === "object" && value !== null && "operations" in value;
}

export interface FuzzRequest extends AskOptions {
  who: Person | { token: string } | undefined;
  method: Method;
  service: ServiceName;
  path: string;
}

/** What may be destroyed without ending the test: a user that nobody is, its token, a project without anybody, a host that is none. */
export interface Victims {
  user: string;
  token: string;
  project: string;
  provider: string;
}

export async function makeVictims({ ask, cloud }: World): Promise<Victims> {
  const ok = needs(ask);
  const { project } = await ok("admin", "POST", "identity", "/v3/projects", {
    project: { name: "victim", domain_id: "default" },
  });
  const user = { name: "victim", password: "victim", domain_id: "default" };
  const made = await ok("admin", "POST", "identity", "/v3/users", { user });
  const provider = "99999999-8888-4777-8666-555555555555";
  await ok("admin", "POST", "placement", "/resource_providers", { name: "victim", uuid: provider });
  return { provider, user: made.user.id, project: project.id, token: await cloud.login("victim", "victim") };
}

export interface RequestMaker {
  make(subject: Subject): FuzzRequest;
  /** What was made is what later requests are about: the things of the beginning are soon gone. */
  learn(answer: unknown): void;
}

export function requestMaker(random: Random, world: World, victims: Victims): RequestMaker {
  const things: Things = {
    ...world.things,
    other_project: victims.project,
    stranger_user: victims.user,
    provider: victims.provider,
    provider_generation: 0,
  };
  const tokens = { victim: victims.token };
  const values = makeValues(random, things);
  const make: RequestMaker["make"] = ({ service, operation }) => {
    const body = bodyOf(random, values, operation);
    return {
      who: whoOf(random, service),
      method: random.chance(0.03)
        ? random.pick<Method>(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
        : operation.method,
      service,
      path: pathOf(random, values, things, { service, operation }) + queryOf(random, values, operation),
      headers: headersOf(random, values, service, { operation, tokens }),
      ...(body === undefined || operation.method === "GET" ? {} : { body }),
    };
  };
  return { make, learn: (answer) => Object.assign(things, idsIn(answer)) };
}

/** `{ port: { id } }` names a port. */
function idsIn(answer: unknown): Partial<Things> {
  const found = Object.entries(Object(answer) as Record<string, unknown>).flatMap(([key, value]) => {
    const { id } = Object(value) as { id?: unknown };
    return typeof id === "string" && !["user", "project", "token"].includes(key) ? [[key, id]] : [];
  });
  return Object.fromEntries(found) as Partial<Things>; // keys that no parameter means do no harm
}

/** An administrator comes furthest; of Keystone's own things, those that matter must outlive the test. */
function whoOf(random: Random, service: ServiceName): FuzzRequest["who"] {
  if (random.chance(0.03)) return random.pick([undefined, { token: "rubbish" }]);
  const admin: Person[] =
    service === "identity" || service === "placement" ? Array(9).fill("admin") : ["admin", "admin"];
  return random.pick<Person>([...admin, "member", "member", random.pick<Person>(["stranger", "reader"])]);
}

function pathOf(random: Random, values: Values, things: Things, { service, operation }: Subject): string {
  const { path } = operation;
  const wrong = operation.method === "DELETE" ? 0.7 : 0.1;
  const filled = path.replaceAll(/([\w-]+)\/\{(\w+)\}/g, (_whole, plural: string, name: string) => {
    const part = random.chance(wrong) ? values.text() : partOf(random, things, { service, plural, name });
    return `${plural}/${encode(part)}`;
  });
  return service === "volume" && random.chance(0.3) ? filled.replace("/v3/", `/v3/${things.project}/`) : filled;
}

/** As `encodeURIComponent`, which refuses halves of characters. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed().slice(0, 4000));
}

const vital = { project_id: "other_project", user_id: "stranger_user", target_id: "other_project" } as const;
const unnamed: Record<string, string> = {
  flavors: "42",
  "os-keypairs": keypairName,
  types: "__DEFAULT__",
  traits: "CUSTOM_A",
  resource_classes: "CUSTOM_A",
};

/** The thing that a parameter means; anything at all when neither its name nor the path says. */
function partOf(random: Random, things: Things, at: { service: ServiceName; plural: string; name: string }): string {
  if (at.name in vital) return things[vital[at.name as keyof typeof vital]];
  if (at.service === "identity") return learned(random, things, at.name);
  const singular = at.plural.replace(/^os-/, "").replaceAll("-", "_").replace(/s$/, "");
  const named: Record<string, unknown> = {
    ...things,
    resource_provider: things.provider,
    allocation: things.server,
    image: things.private_image,
  };
  const meant = unnamed[at.plural] ?? named[singular] ?? named[at.name.replace(/_(id|uuid)$/, "")];
  return String(meant !== undefined && random.chance(0.9) ? meant : random.pick(Object.values(things)));
}

/** In Keystone only what the test itself made may be meant: without roles and services the cloud would be none. */
function learned(random: Random, things: Things, name: string): string {
  const made = (things as unknown as Record<string, string>)[name.replace(/_id$/, "")];
  return made ?? random.pick([things.other_project, things.stranger_user, "no-such"]);
}

function queryOf(random: Random, values: Values, { query, method }: AnyOperation): string {
  const search = new URLSearchParams();
  const { properties = {} } = (query ?? {}) as SchemaNode;
  const common = [
    "limit",
    "marker",
    "sort_key",
    "sort_dir",
    "sort",
    "fields",
    "name",
    "page_reverse",
    "all_tenants",
    "status",
    "changes-since",
  ];
  const names = [...Object.keys(properties), ...(method === "GET" ? common : [])];
  for (const name of names) {
    if (!random.chance(properties[name] ? 0.3 : 0.06)) continue;
    for (let times = random.chance(0.1) ? 2 : 1; times > 0; times -= 1) {
      const value = properties[name] && random.chance(0.7) ? values.of(properties[name], name) : values.text();
      search.append(name, String(typeof value === "object" ? JSON.stringify(value) : value).slice(0, 2000));
    }
  }
  if (random.chance(0.05)) search.append(values.text().slice(0, 500), values.text().slice(0, 500));
  return search.size === 0 ? "" : `?${search.toString()}`;
}

function bodyOf(random: Random, values: Values, { request, stream, action }: AnyOperation): unknown {
  if (stream) return values.text();
  if (random.chance(0.02)) return random.pick(["", "{", "[]", "null", "{}", '{"a":1}{', "[".repeat(5000)]);
  if (request === undefined) return action === undefined ? undefined : { [action]: values.junk() };
  const right = values.of(request as SchemaNode); // a typebox schema is its own JSON Schema
  return JSON.stringify(random.chance(0.35) ? values.bent(right) : right) ?? "null";
}

function headersOf(
  random: Random,
  values: Values,
  service: ServiceName,
  { operation, tokens }: { operation: AnyOperation; tokens: { victim: string } },
): Record<string, string> {
  const headers: Record<string, string> = {};
  const [name, major, minor] = versions[service] ?? [];
  if (name !== undefined && random.chance(0.8)) {
    const good = [`${major}.${minor}`, `${major}.${1 + random.below(minor ?? 1)}`, "latest"];
    const asked = random.pick(random.chance(0.97) ? good : ["99.99", "x", ""]);
    headers["openstack-api-version"] = `${name} ${asked}`;
  }
  const type = operation.stream ? "application/octet-stream" : operation.accepts?.[0];
  if (type && random.chance(0.9)) headers["content-type"] = type;
  if (random.chance(0.02))
    headers["content-type"] = random.pick([
      "text/plain",
      "application/jsonx",
      ";;;",
      "application/json; charset=utf-16",
    ]);
  if (random.chance(0.05)) headers["accept"] = random.pick(["*/*", "text/html", "application/xml", ";q=x"]);
  if (service === "identity" && operation.path.startsWith("/v3/auth"))
    headers["x-subject-token"] = random.pick([tokens.victim, "rubbish"]);
  for (const extra of [
    "if-match",
    "range",
    "x-openstack-request-id",
    "x-image-meta-store",
    "traceparent",
    "x-service-token",
    "openstack-api-version",
  ]) {
    if (random.chance(0.01)) headers[extra] = latin(values.text());
  }
  return headers;
}

/** What may stand in a header at all. */
function latin(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 500);
}
