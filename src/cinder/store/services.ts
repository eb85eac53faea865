/** Rows of agents: where volumes can be made, and when each was last heard of. */
import type { Kysely } from "kysely";
import type { CinderTables, ServiceRow } from "./tables.ts";

export type HostFacts = Pick<
  ServiceRow,
  "host" | "availability_zone" | "backend" | "simulated" | "total_gb" | "free_gb"
>;

export interface ServiceRows {
  list(): Promise<ServiceRow[]>;
  /** Takes a sign of life. */
  seen(id: string, facts: HostFacts, now: number): Promise<void>;
  /** True when there is such an agent. */
  setDisabled(host: string, disabled: boolean, reason: string | null): Promise<boolean>;
}

export function makeServiceRows(db: Kysely<CinderTables>): ServiceRows {
  return {
    list: async () => {
      const rows = await db.selectFrom("services").selectAll().orderBy("host").execute();
      return rows.map((row) => ({ ...row, last_seen_at: Number(row.last_seen_at) }));
    },
    async seen(id, facts, now) {
      const { host: _host, ...rest } = facts;
      const insert = db
        .insertInto("services")
        .values({ id, ...facts, disabled: 0, disabled_reason: null, last_seen_at: now });
      await insert.onConflict((c) => c.column("host").doUpdateSet({ ...rest, last_seen_at: now })).execute();
    },
    async setDisabled(host, disabled, disabled_reason) {
      const update = db
        .updateTable("services")
        .set({ disabled: disabled ? 1 : 0, disabled_reason })
        .where("host", "=", host);
      return (await update.executeTakeFirst()).numUpdatedRows > 0n;
    },
  };
}

/** An agent not heard of for this long is down. */
export const silent_ms = 60_000;
export const isUp = (service: ServiceRow, now: number): boolean => now - service.last_seen_at < silent_ms;
