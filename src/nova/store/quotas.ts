/** Limits of projects. What is used is counted, never kept in a counter that could drift. */
import type { NovaDb } from "./server-row.ts";

/** The defaults of nova 26. */
export const quotaDefaults = {
  instances: 10,
  cores: 20,
  ram: 51_200,
  metadata_items: 128,
  key_pairs: 100,
  server_groups: 10,
  server_group_members: 10,
  injected_files: 5,
  injected_file_content_bytes: 10_240,
  injected_file_path_bytes: 255,
  fixed_ips: -1,
  floating_ips: -1,
  security_groups: -1,
  security_group_rules: -1,
} as const;

export type QuotaName = keyof typeof quotaDefaults;
export type Quotas = Record<QuotaName, number>;

/** Key of the rows that replace the defaults of all projects. */
const defaultClass = "class:default";

export interface QuotaStore {
  /** The project's limits; -1 is none. */
  of(project_id: string): Promise<Quotas>;
  defaults(): Promise<Quotas>;
  set(project_id: string, limits: Partial<Quotas>): Promise<void>;
  setDefaults(limits: Partial<Quotas>): Promise<void>;
  reset(project_id: string): Promise<void>;
}

export function makeQuotaStore(db: NovaDb): QuotaStore {
  const read = async (keys: string[]): Promise<Quotas> => {
    const rows = await db.selectFrom("quotas").selectAll().where("project_id", "in", keys).execute();
    const quotas: Record<string, number> = { ...quotaDefaults };
    for (const key of keys) for (const row of rows) if (row.project_id === key) quotas[row.resource] = row.hard_limit;
    return quotas as Quotas; // rows are written by `write` only
  };
  const write = async (project_id: string, limits: Partial<Quotas>): Promise<void> => {
    const rows = Object.entries(limits).map(([resource, hard_limit]) => ({ project_id, resource, hard_limit }));
    if (rows.length === 0) return;
    await db
      .insertInto("quotas")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["project_id", "resource"]).doUpdateSet((e) => ({ hard_limit: e.ref("excluded.hard_limit") })),
      )
      .execute();
  };
  return {
    of: (project_id) => read([defaultClass, project_id]),
    defaults: () => read([defaultClass]),
    set: write,
    setDefaults: (limits) => write(defaultClass, limits),
    async reset(project_id) {
      await db.deleteFrom("quotas").where("project_id", "=", project_id).execute();
    },
  };
}
