/** A server as the house knows it, and as its row has it. */
import type { Kysely, Selectable } from "kysely";
import type { Interface, RequestedNetwork } from "#contracts/nova/order.ts";
import type { ServerFault, ServerFlavor } from "#contracts/nova/server-facts.ts";
import { parsed, parsedOrNull, time } from "./json.ts";
import type { NovaTables, ServerRow } from "./tables.ts";

/** The database, or a transaction in it. */
export type NovaDb = Kysely<NovaTables>;

interface JsonColumns {
  flavor: ServerFlavor;
  metadata: Record<string, string>;
  tags: string[];
  security_groups: string[];
  security_group_names: string[];
  requested_networks: RequestedNetwork[];
  scheduler_hints: Record<string, unknown>;
  fault: ServerFault | null;
  /** The interfaces as last known. */
  info_cache: Interface[];
}

interface FlagColumns {
  config_drive: boolean;
  locked: boolean;
}

/** A row with its JSON read and its flags as booleans. */
export interface Server extends Omit<ServerRow, keyof JsonColumns | keyof FlagColumns>, JsonColumns, FlagColumns {}

/** Columns that a new server has no value for yet. */
type Later =
  | "updated_at"
  | "deleted_at"
  | "terminated_at"
  | "launched_at"
  | "generation"
  | "progress"
  | "fault"
  | "info_cache"
  | "locked"
  | "locked_by"
  | "locked_reason"
  | "host"
  | "node"
  | "power_state";

export type NewServer = Omit<Server, Later>;
export type ServerPatch = Partial<Omit<Server, "id" | "project_id" | "user_id" | "created_at" | "updated_at">>;

const jsonColumns: Record<keyof JsonColumns, true> = {
  flavor: true,
  metadata: true,
  tags: true,
  security_groups: true,
  security_group_names: true,
  requested_networks: true,
  scheduler_hints: true,
  fault: true,
  info_cache: true,
};

export function serverOf(row: Selectable<ServerRow>): Server {
  return {
    ...row,
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    launched_at: time(row.launched_at),
    terminated_at: time(row.terminated_at),
    deleted_at: time(row.deleted_at),
    flavor: parsed(row.flavor),
    metadata: parsed(row.metadata),
    tags: parsed(row.tags),
    security_groups: parsed(row.security_groups),
    security_group_names: parsed(row.security_group_names),
    requested_networks: parsed(row.requested_networks),
    scheduler_hints: parsed(row.scheduler_hints),
    fault: parsedOrNull(row.fault),
    info_cache: parsed(row.info_cache),
    config_drive: row.config_drive === 1,
    locked: row.locked === 1,
  };
}

/** The columns of a patch: JSON as text, booleans as 0 and 1. */
export function columnsOf(patch: ServerPatch): Partial<ServerRow> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (typeof value === "boolean") columns[name] = value ? 1 : 0;
    else columns[name] = name in jsonColumns && value !== null ? JSON.stringify(value) : value;
  }
  return columns;
}

const untouched = {
  host: null,
  node: null,
  power_state: 0,
  locked: 0,
  locked_by: null,
  locked_reason: null,
  fault: null,
  info_cache: "[]",
  generation: 0,
  progress: 0,
  launched_at: null,
  terminated_at: null,
  deleted_at: null,
};

export function newRow(server: NewServer): ServerRow {
  // Every column of a new server is in `server` or in `untouched`.
  return { ...untouched, ...columnsOf(server), updated_at: server.created_at } as ServerRow;
}
