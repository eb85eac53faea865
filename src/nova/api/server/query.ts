/** The query of a list of servers: which filters count for whom, sorting, pages. */
import { errors } from "#contracts/nova/errors.ts";
import { statesOf } from "#contracts/nova/server-states.ts";
import type { Call } from "#platform/http/call.ts";
import { sortColumns, type FilterColumn, type ServerQuery, type SortColumn } from "../../store/server-list.ts";
import type { Glimpse } from "../../store/server-list.ts";
import { lastOf, limitOf } from "../paging.ts";
import { matcherOf } from "./pattern.ts";

export type RawQuery = Record<string, string | string[] | undefined>;

/** Filters by a column's value: for everyone, for everyone from 2.83 on, or for administrators only. */
const everyone: Record<string, FilterColumn> = {
  image: "image_ref",
  flavor: "flavor_id",
  reservation_id: "reservation_id",
  hostname: "hostname",
};
const since283: Record<string, FilterColumn> = {
  availability_zone: "availability_zone",
  config_drive: "config_drive",
  key_name: "key_name",
  power_state: "power_state",
  task_state: "task_state",
  vm_state: "vm_state",
  progress: "progress",
  user_id: "user_id",
};
const administrators: Record<string, FilterColumn> = {
  host: "host",
  node: "node",
  launch_index: "launch_index",
  root_device_name: "root_device_name",
  access_ip_v4: "access_ip_v4",
  access_ip_v6: "access_ip_v6",
  description: "description",
};

/** Names that mean something beside the columns. */
const others = [
  "limit",
  "marker",
  "sort_key",
  "sort_dir",
  "all_tenants",
  "deleted",
  "status",
  "name",
  "ip",
  "ip6",
  "changes-since",
  "changes-before",
  "tenant_id",
  "project_id",
  "tags",
  "tags-any",
  "not-tags",
  "not-tags-any",
  "locked",
  "uuid",
  "soft_deleted",
  "created_at",
  "launched_at",
  "terminated_at",
  "kernel_id",
  "ramdisk_id",
  "auto_disk_config",
  "locked_by",
  "info_cache",
  "security_groups",
  "pci_devices",
  "block_device_mapping",
  "services",
  "metadata",
  "system_metadata",
  "display_name",
  "display_description",
  "instance_type_id",
];

/** Sort keys under the names of the API. */
const sortNames: Record<string, SortColumn> = {
  display_name: "name",
  display_description: "description",
  instance_type_id: "flavor_id",
  uuid: "id",
};
const adminSorts: readonly SortColumn[] = ["host", "node"];

export interface Asker {
  admin: boolean;
  project_id: string | null;
}

export function readServerQuery(call: Pick<Call, "has">, query: RawQuery, asker: Asker): ServerQuery {
  if (call.has("strict queries")) refuseUnknown(query);
  const one = (name: string): string | undefined => lastOf(query[name]);
  const equal: ServerQuery["equal"] = { ...columnFilters(call, query, asker), ...projectFilter(query, asker) };
  if (call.has("locked filter") && one("locked") !== undefined) equal.locked = flagOf("locked", one("locked") ?? "");
  const changes_since = timeOf("changes-since", one("changes-since"));
  const deleted = one("deleted") === undefined ? undefined : flagOf("deleted", one("deleted") ?? "") === 1;
  return {
    equal,
    ...(one("uuid") === undefined ? {} : { ids: [one("uuid") ?? ""] }),
    ...stateFilter(call, query, asker),
    deleted: asker.admin && deleted !== undefined ? deleted : changes_since === undefined ? false : undefined,
    changes_since,
    changes_before: call.has("changes-before") ? timeOf("changes-before", one("changes-before")) : undefined,
    matches: matchesOf(call, query),
    sort: sortOf(query, asker),
    marker: one("marker"),
    limit: limitOf(numberOf("limit", one("limit"))),
  };
}

function refuseUnknown(query: RawQuery): void {
  const known = new Set([...others, ...Object.keys({ ...everyone, ...since283, ...administrators })]);
  const unknown = Object.keys(query).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const names = unknown.map((name) => `'${name}'`).join(", ");
  throw errors.badRequest({
    reason: `Additional properties are not allowed (${names} ${unknown.length > 1 ? "were" : "was"} unexpected)`,
  });
}

function columnFilters(call: Pick<Call, "has">, query: RawQuery, asker: Asker): NonNullable<ServerQuery["equal"]> {
  const allowed = {
    ...everyone,
    ...(asker.admin || call.has("more filters") ? since283 : {}),
    ...(asker.admin ? administrators : {}),
  };
  const equal: NonNullable<ServerQuery["equal"]> = {};
  for (const [name, column] of Object.entries(allowed)) {
    const value = lastOf(query[name]);
    if (value !== undefined) equal[column] = valueOf(column, value);
  }
  return equal;
}

const numeric: readonly FilterColumn[] = ["power_state", "launch_index", "progress"];

function valueOf(column: FilterColumn, text: string): string | number | null {
  if (column === "config_drive") return flagOf(column, text);
  if (column === "task_state" && /^(none|null|)$/i.test(text)) return null;
  if (column === "image_ref" && text === "") return null;
  if (!numeric.includes(column)) return text;
  return numberOf(column, text) ?? null;
}

/** One project, unless an administrator asks for all of them or for another. */
function projectFilter(query: RawQuery, asker: Asker): NonNullable<ServerQuery["equal"]> {
  const other = lastOf(query["project_id"]) ?? lastOf(query["tenant_id"]);
  const all = lastOf(query["all_tenants"]);
  if (asker.admin && all !== undefined && (all === "" || flagOf("all_tenants", all) === 1)) {
    return other === undefined ? {} : { project_id: other };
  }
  return { project_id: asker.project_id };
}

function stateFilter(call: Pick<Call, "has">, query: RawQuery, asker: Asker): Pick<ServerQuery, "states"> {
  const raw = query["status"];
  const asked = raw === undefined ? [] : [raw].flat();
  if (asked.length === 0) return {};
  const states = asked.flatMap((status) => statesOf(status.toUpperCase()));
  if (states.length === 0 && call.has("strict status")) throw errors.badRequest({ reason: "Invalid status value" });
  if (states.some(({ vm_state }) => vm_state === "deleted") && !asker.admin) {
    throw errors.forbidden({ reason: "Only administrators may list deleted instances" });
  }
  return { states };
}

/** What the database cannot decide; undefined when there is nothing of that. */
function matchesOf(call: Pick<Call, "has">, query: RawQuery): ((server: Glimpse) => boolean) | undefined {
  const checks: ((server: Glimpse) => boolean)[] = [];
  const name = lastOf(query["name"]) ?? lastOf(query["display_name"]);
  if (name) {
    const matches = matcherOf(name);
    checks.push((server) => matches(server.name));
  }
  for (const [key, version] of [
    ["ip", 4],
    ["ip6", 6],
  ] as const) {
    const text = lastOf(query[key]);
    if (!text) continue;
    const matches = matcherOf(text);
    checks.push(({ info_cache }) =>
      info_cache.some(({ fixed_ips }) => fixed_ips.some((ip) => ip.version === version && matches(ip.ip_address))),
    );
  }
  if (call.has("tags")) checks.push(...tagChecks(query));
  return checks.length === 0 ? undefined : (server) => checks.every((check) => check(server));
}

function tagChecks(query: RawQuery): ((server: Glimpse) => boolean)[] {
  const list = (name: string): string[] | undefined => lastOf(query[name])?.split(",");
  const [all, any, notAll, none] = [list("tags"), list("tags-any"), list("not-tags"), list("not-tags-any")];
  return [
    ...(all ? [(server: Glimpse) => all.every((tag) => server.tags.includes(tag))] : []),
    ...(any ? [(server: Glimpse) => any.some((tag) => server.tags.includes(tag))] : []),
    ...(notAll ? [(server: Glimpse) => !notAll.every((tag) => server.tags.includes(tag))] : []),
    ...(none ? [(server: Glimpse) => !none.some((tag) => server.tags.includes(tag))] : []),
  ];
}

function sortOf(query: RawQuery, asker: Asker): ServerQuery["sort"] {
  const keys = [query["sort_key"] ?? []].flat();
  const directions = [query["sort_dir"] ?? []].flat();
  return keys.map((key, at) => {
    const column = sortNames[key] ?? sortColumns.find((name) => name === key);
    if (column === undefined)
      throw errors.badRequest({ reason: `Invalid input for query parameters sort_key. Value: ${key}.` });
    if (adminSorts.includes(column) && !asker.admin) {
      throw errors.forbidden({ reason: `Only administrators can sort servers by ${key}` });
    }
    const direction = directions[at] ?? directions[0] ?? "desc";
    if (!/^(asc|desc)$/i.test(direction))
      throw errors.badRequest({ reason: `Invalid input for query parameters sort_dir. Value: ${direction}.` });
    return { column, descending: direction.toLowerCase() === "desc" };
  });
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw errors.badRequest({
      reason: `Invalid input for query parameters ${name}. Value: ${text}. '${text}' does not match '^[0-9]*$'`,
    });
  return Number(text);
}

function flagOf(name: string, text: string): 0 | 1 {
  if (/^(1|t|true|on|y|yes)$/i.test(text)) return 1;
  if (/^(0|f|false|off|n|no|)$/i.test(text)) return 0;
  throw errors.badRequest({ reason: `Invalid value '${text}' for query parameter ${name}` });
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`;
  const at_ms = Date.parse(zoned);
  if (Number.isNaN(at_ms))
    throw errors.badRequest({
      reason: `Invalid input for query parameters ${name}. Value: ${text}. '${text}' is not a 'date-time'`,
    });
  return at_ms;
}
