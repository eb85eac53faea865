/** Limits of projects. -1 is no limit. */
import type { Kysely } from "kysely";
import type { CinderTables } from "./tables.ts";
import type { Db } from "./volumes.ts";

export const quotaDefaults = {
  volumes: 10,
  snapshots: 10,
  gigabytes: 1000,
  backups: 10,
  backup_gigabytes: 1000,
  groups: 10,
  per_volume_gigabytes: -1,
} as const;

export type Quotas = Record<keyof typeof quotaDefaults, number>;

export interface QuotaRows {
  /** The project's limits, defaults where nothing was said. */
  get(project_id: string, db?: Db): Promise<Quotas>;
  set(project_id: string, limits: Partial<Quotas>): Promise<void>;
  reset(project_id: string): Promise<void>;
  /** Takes the project's turn at counting, until the transaction ends. */
  takeTurn(project_id: string, db: Db): Promise<void>;
}

export function makeQuotaRows(root: Kysely<CinderTables>): QuotaRows {
  return {
    async get(project_id, db = root) {
      const rows = await db.selectFrom("quotas").selectAll().where("project_id", "=", project_id).execute();
      return { ...quotaDefaults, ...Object.fromEntries(rows.map((row) => [row.resource, row.hard_limit])) };
    },
    async set(project_id, limits) {
      await root.transaction().execute(async (trx) => {
        for (const [resource, hard_limit] of Object.entries(limits)) {
          const insert = trx.insertInto("quotas").values({ project_id, resource, hard_limit });
          await insert.onConflict((c) => c.columns(["project_id", "resource"]).doUpdateSet({ hard_limit })).execute();
        }
      });
    },
    async reset(project_id) {
      await root.deleteFrom("quotas").where("project_id", "=", project_id).execute();
    },
    async takeTurn(project_id, db) {
      const insert = db.insertInto("quota_turns").values({ project_id, turn: 1 });
      await insert
        .onConflict((c) => c.column("project_id").doUpdateSet((e) => ({ turn: e("quota_turns.turn", "+", 1) })))
        .execute();
    },
  };
}
