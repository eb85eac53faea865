/** Quotas: show, defaults, use, change, reset. Everybody may see those of the own project. */
import { errors } from "#contracts/neutron/errors.ts";
import { quota, quotaDefaults, type QuotaResource } from "#contracts/neutron/quota.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Change } from "../store/change.ts";
import { limitsOf, quotaResources, usedBy } from "../store/quotas.ts";
import { targetOf, type Neutron } from "./context.ts";
import { asBoolean } from "./values.ts";

/** The project asked about; another one's needs an administrator. */
function projectOf(call: Call): string {
  const project_id = call.params["project_id"] ?? "";
  call.enforce(targetOf({ project_id }));
  return project_id;
}

export function quotaHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  return implement(quota, {
    list: async () => {
      const rows = await db.selectFrom("quotas").select("project_id").distinct().orderBy("project_id").execute();
      const quotas = [];
      for (const { project_id } of rows) {
        quotas.push({ ...(await limitsOf(db, project_id)), project_id, tenant_id: project_id });
      }
      return { quotas };
    },
    show: async (call) => ({ quota: await limitsOf(db, projectOf(call)) }),
    defaults: (call) => {
      projectOf(call);
      return { quota: { ...quotaDefaults } };
    },
    details: async (call) => {
      const project_id = projectOf(call);
      const limits = await limitsOf(db, project_id);
      const entries = [];
      for (const resource of quotaResources) {
        const used = await usedBy(db, project_id, resource);
        entries.push([resource, { limit: limits[resource], used, reserved: 0 }] as const);
      }
      return { quota: Object.fromEntries(entries) };
    },
    update: async (call) => {
      const project_id = projectOf(call);
      await neutron.store.change((change) => setLimits(call, change, project_id));
      return { quota: await limitsOf(db, project_id) };
    },
    remove: async (call) => {
      const project_id = projectOf(call);
      const { numDeletedRows } = await db.deleteFrom("quotas").where("project_id", "=", project_id).executeTakeFirst();
      if (Number(numDeletedRows) === 0) throw errors.tenantQuotaNotFound({ id: project_id });
      return undefined;
    },
  });
}

async function setLimits(call: Call, change: Change, project_id: string): Promise<void> {
  const { quota: body } = call.body as { quota: Record<string, number | boolean | string> };
  const { check_limit, force, ...limits } = body;
  const unknown = Object.keys(limits).filter(
    (name) => !Object.hasOwn(quotaDefaults, name) && !["project_id", "tenant_id"].includes(name),
  );
  if (unknown.length > 0) throw errors.unrecognized({ attributes: unknown.join("', '") });
  const checked = asBoolean(check_limit) && !asBoolean(force);
  for (const resource of quotaResources) {
    const given = limits[resource];
    if (given === undefined) continue;
    const limit_value = limitOf(resource, given);
    if (checked && limit_value >= 0 && (await usedBy(change.trx, project_id, resource)) > limit_value) {
      throw errors.invalidInput({ error_message: `Quota limit ${limit_value} of ${resource} is below what is used` });
    }
    await change.trx
      .insertInto("quotas")
      .values({ project_id, resource, limit_value })
      .onConflict((conflict) => conflict.columns(["project_id", "resource"]).doUpdateSet({ limit_value }))
      .execute();
  }
}

function limitOf(resource: QuotaResource, given: number | boolean | string): number {
  const limit = Number(given);
  if (typeof given !== "boolean" && Number.isInteger(limit) && limit >= -1 && limit <= 2_147_483_647) return limit;
  throw errors.invalidAttribute({ attribute: resource, reason: `'${given}' is not a limit: -1 or a whole number` });
}
