/**
 * A change: one transaction with what it means for others. What the agents must do (a new plan revision) and what Nova
 * must hear stand in the same transaction as the change itself; pokes follow only after it is committed.
 */
import type { Kysely, Transaction } from "kysely";
import type { Clock } from "#platform/clock/clock.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { isUuid, type Ids } from "#platform/ids/ids.ts";
import type { NeutronTables } from "./tables.ts";

export type Trx = Transaction<NeutronTables>;

/** Names of Nova's external events that Neutron sends. */
export type NovaEvent = "network-vif-plugged" | "network-vif-unplugged" | "network-vif-deleted" | "network-changed";

export interface Change {
  trx: Trx;
  /** Time of the change, milliseconds since the epoch. */
  now: number;
  ids: Ids;
  /**
   * Raises the plans' revision (once in a change) and gives it: what the agents must have has changed. The agents of
   * the named hosts are told; of all hosts when none are named.
   */
  planRevision(hosts?: readonly string[]): Promise<number>;
  /** Nova hears of a server's port after the commit. */
  tellNova(name: NovaEvent, port: { id: string; device_id: string; device_owner: string }): Promise<void>;
}

export interface Store {
  db: Kysely<NeutronTables>;
  /** Runs a change; one that lost a race for a unique key runs again, and then sees the winner. */
  change<T>(work: (change: Change) => Promise<T>): Promise<T>;
}

export interface StoreOptions {
  db: Kysely<NeutronTables>;
  clock: Clock;
  ids: Ids;
  /** After a commit that raised the plans' revision; `hosts` undefined: any host may be concerned. */
  onPlan(revision: number, hosts: ReadonlySet<string> | undefined): void;
  /** After a commit that left words for Nova. */
  onEvents(): void;
}

const attempts_max = 5;

/** What a change means for others. */
interface Told {
  revision: number;
  events: number;
  all: boolean;
  hosts: Set<string>;
}

/** Lost a race: for a unique key, or (PostgreSQL) for a serial order of transactions. */
function lostRace(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return isUniqueViolation(error) || code === "40001" || code === "40P01";
}

export function makeStore(options: StoreOptions): Store {
  const once = async <T>(work: (change: Change) => Promise<T>): Promise<T> => {
    const told: Told = { revision: 0, events: 0, all: false, hosts: new Set() };
    const result = await options.db
      .transaction()
      .setIsolationLevel("serializable")
      .execute((trx) => work(makeChange(options, trx, told)));
    if (told.revision > 0) options.onPlan(told.revision, told.all ? undefined : told.hosts);
    if (told.events > 0) options.onEvents();
    return result;
  };
  return {
    db: options.db,
    async change(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (attempt >= attempts_max || !lostRace(error)) throw error;
        }
      }
    },
  };
}

function makeChange(options: StoreOptions, trx: Trx, told: Told): Change {
  const now = options.clock.now();
  return {
    trx,
    now,
    ids: options.ids,
    async planRevision(hosts) {
      if (hosts) for (const host of hosts) told.hosts.add(host);
      else told.all = true;
      if (told.revision > 0) return told.revision;
      const row = await trx
        .updateTable("plan")
        .set((value) => ({ revision: value("revision", "+", 1) }))
        .where("id", "=", 1)
        .returning("revision")
        .executeTakeFirstOrThrow();
      told.revision = row.revision;
      return row.revision;
    },
    async tellNova(name, port) {
      if (!port.device_owner.startsWith("compute:") || !isUuid(port.device_id)) return;
      told.events += 1;
      const row = {
        id: options.ids.uuid(),
        name,
        server_id: port.device_id,
        port_id: port.id,
        created_at: now,
        attempts: 0,
      };
      await trx.insertInto("events").values(row).execute();
    },
  };
}
