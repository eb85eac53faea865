/** What Neutron's handlers share: the store, the settings, and who the caller is to a row. */
import { errors } from "#contracts/neutron/errors.ts";
import { attributeRules } from "#contracts/neutron/rules.ts";
import { isoSeconds } from "#platform/clock/clock.ts";
import type { Call } from "#platform/http/call.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Target } from "#platform/policy/parse.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Store } from "../store/change.ts";
import type { StandardRow } from "../store/tables.ts";

export interface NeutronSettings {
  /** Bytes; of networks whose maker names none. */
  mtu: number;
  /** Hosts that carry DHCP and routers; a network or router is on one of them, chosen by its id. */
  network_hosts: readonly string[];
  /** Domain of guests' names, without dots at its ends. */
  dns_domain: string;
  /** Resolvers that the hosts ask for names outside the domain; none: such names are refused. */
  upstream_dns: readonly string[];
  /** Guests reach the metadata service. */
  metadata: boolean;
  availability_zone: string;
  /** Physical networks for `provider:physical_network`. */
  physical_networks: readonly string[];
  /** An agent that was not heard of for this long is shown as dead. */
  agent_down_ms: number;
}

export interface Neutron {
  store: Store;
  settings: NeutronSettings;
  clock: Clock;
  ids: Ids;
}

/** What the caller may see. */
export interface Scope {
  /** Administrators and service users see the things of all projects. */
  all: boolean;
  admin: boolean;
  project_id: string;
}

export function scopeOf(call: Pick<Call, "allows" | "identity">): Scope {
  const admin = call.allows("context_is_admin", {});
  const all = admin || call.allows("service_api", {});
  return { all, admin, project_id: call.identity.project_id ?? "" };
}

/** What policy rules may ask about a row. */
export function targetOf(row: { project_id: string }, more: Record<string, unknown> = {}): Target {
  return { project_id: row.project_id, tenant_id: row.project_id, ...more };
}

/** The project of a new thing: the caller's own, or the one named, if the operation's policy allows that. */
export function projectFor(call: Call, body: { project_id?: string; tenant_id?: string }): string {
  const { project_id, tenant_id } = body;
  if (project_id !== undefined && tenant_id !== undefined && project_id !== tenant_id) {
    throw errors.badRequest({ message: "'project_id' and 'tenant_id' do not match" });
  }
  const named = project_id ?? tenant_id ?? "";
  const own = call.identity.project_id;
  if (named === "" && !own)
    throw errors.badRequest({
      message: "Running with a token without a project requires that project_id is specified",
    });
  const project = named === "" ? (own ?? "") : named;
  if (project !== own) call.enforce({ project_id: project, tenant_id: project });
  return project;
}

/** Asks the policy of each attribute of a request that has one: `enforceAttributes(call, "create_network", body, …)`. */
export function enforceAttributes(call: Call, operation: string, body: object, target: Target): void {
  for (const attribute of Object.keys(body)) {
    const rule = `${operation}:${attribute}`;
    if (rule in attributeRules) call.enforce(target, rule);
  }
}

/** The attributes that all things with standard attributes show. */
export function standardView(row: StandardRow) {
  return {
    id: row.id,
    project_id: row.project_id,
    tenant_id: row.project_id,
    name: row.name,
    description: row.description,
    tags: parsed<string[]>(row.tags),
    revision_number: row.revision_number,
    created_at: isoSeconds(row.created_at),
    updated_at: isoSeconds(row.updated_at),
  };
}

/** The columns of a new thing that all share. */
export function standardRow(
  neutron: Pick<Neutron, "ids">,
  now: number,
  project_id: string,
  body: { name?: string; description?: string },
): StandardRow {
  return {
    id: neutron.ids.uuid(),
    project_id,
    name: body.name ?? "",
    description: body.description ?? "",
    tags: "[]",
    revision_number: 0,
    created_at: now,
    updated_at: now,
  };
}

/** Reads a JSON column that this service wrote. */
export function parsed<T>(json: string): T {
  return JSON.parse(json) as T; // written by this service only
}

/** `If-Match: revision_number=4` makes a change conditional. */
export function checkRevision(call: Call, row: { revision_number: number }): void {
  const match = /^\s*"?revision_number=(\d+)"?\s*$/.exec(call.headers.get("if-match") ?? "");
  if (!match || Number(match[1]) === row.revision_number) return;
  throw errors.preconditionFailed({ expected: Number(match[1]), current: row.revision_number });
}
