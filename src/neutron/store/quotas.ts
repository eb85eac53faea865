/** Limits of projects, and how much of them is used: counted from the rows each time, so it cannot drift. */
import { errors } from "#contracts/neutron/errors.ts";
import { quotaDefaults, type QuotaResource } from "#contracts/neutron/quota.ts";
import type { Trx } from "./change.ts";
import type { Db } from "./tables.ts";

/** The tables that are counted; resources without one are not built yet and always 0. */
const tables = {
  network: "networks",
  subnet: "subnets",
  port: "ports",
  router: "routers",
  floatingip: "floatingips",
  security_group: "security_groups",
  security_group_rule: "rules",
} as const;
type Counted = keyof typeof tables;

export const quotaResources = Object.keys(quotaDefaults) as QuotaResource[]; // the keys of the table are its type

export async function limitsOf(db: Db, project_id: string): Promise<Record<QuotaResource, number>> {
  const rows = await db.selectFrom("quotas").selectAll().where("project_id", "=", project_id).execute();
  const own = Object.fromEntries(rows.map((row) => [row.resource, row.limit_value]));
  return { ...quotaDefaults, ...own };
}

export async function usedBy(db: Db, project_id: string, resource: QuotaResource): Promise<number> {
  if (!Object.hasOwn(tables, resource)) return 0;
  const table = tables[resource as Counted]; // checked on the line above
  const { used } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as("used"))
    .where("project_id", "=", project_id)
    .executeTakeFirstOrThrow();
  return Number(used);
}

/** Refuses when the project would have more than its limit. */
export async function checkQuota(trx: Trx, project_id: string, resource: QuotaResource, more = 1): Promise<void> {
  const row = await trx
    .selectFrom("quotas")
    .select("limit_value")
    .where("project_id", "=", project_id)
    .where("resource", "=", resource)
    .executeTakeFirst();
  const limit = row?.limit_value ?? quotaDefaults[resource];
  if (limit < 0) return;
  if ((await usedBy(trx, project_id, resource)) + more > limit) throw errors.overQuota({ overs: `['${resource}']` });
}
