/** Handlers of quotas and limits. */
import { errors } from "#contracts/cinder/errors.ts";
import { quotaSet, volumeLimits } from "#contracts/cinder/quota.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { quotaDefaults, type Quotas } from "../store/quotas.ts";
import { projectOf, type Cinder } from "./cinder.ts";
import { isTrue } from "./list-query.ts";

type Numbers = Record<string, number>;

/** Each type has its own three quotas, all without a limit. */
async function withTypes(cinder: Cinder, quotas: Numbers): Promise<Numbers> {
  const names = (await cinder.store.types.list()).map((type) => type.name);
  const ofTypes = names.flatMap((name) =>
    ["volumes", "gigabytes", "snapshots"].map((what): [string, number] => [`${what}_${name}`, -1]),
  );
  return { ...quotas, ...Object.fromEntries(ofTypes) };
}

export function quotaHandlers(cinder: Cinder): Implementation {
  const { quotas, volumes } = cinder.store;
  const target = (call: Call): string => {
    const project_id = call.params["target_id"] ?? "";
    call.enforce({ project_id });
    return project_id;
  };
  return implement(quotaSet, {
    show: async (call) => {
      const project_id = target(call);
      const limits = await withTypes(cinder, await quotas.get(project_id));
      if (!isTrue((call.query as Record<string, unknown>)["usage"] ?? ""))
        return { quota_set: { id: project_id, ...limits } };
      const used: Numbers = await volumes.usage(project_id);
      const entries = Object.entries(limits).map(([name, limit]) => [
        name,
        { limit, in_use: used[name] ?? 0, reserved: 0 },
      ]);
      return { quota_set: { id: project_id, ...Object.fromEntries(entries) } };
    },
    defaults: async (call) => ({ quota_set: { id: target(call), ...(await withTypes(cinder, quotaDefaults)) } }),
    update: async (call) => {
      const project_id = target(call);
      await quotas.set(project_id, await readLimits(cinder, project_id, call));
      return { quota_set: await withTypes(cinder, await quotas.get(project_id)) };
    },
    delete: async (call) => {
      await quotas.reset(target(call));
      return undefined;
    },
  });
}

async function readLimits(cinder: Cinder, project_id: string, call: Call): Promise<Partial<Quotas>> {
  const { quota_set: asked } = call.body as { quota_set: Record<string, unknown> };
  const force = isTrue((call.query as Record<string, unknown>)["skip_validation"] ?? "true");
  const used: Numbers = await cinder.store.volumes.usage(project_id);
  const limits: Numbers = {};
  for (const [name, value] of Object.entries(asked)) {
    if (name === "tenant_id" || name === "force" || name === "id") continue;
    const limit = typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
    if (typeof limit !== "number" || !Number.isInteger(limit) || limit < -1)
      throw errors.badRequest({ reason: `Quota limit for ${name} must be an integer of -1 or more.` });
    if (!(name in quotaDefaults)) throw errors.badRequest({ reason: `Bad key in quota set: ${name}` });
    if (!force && limit >= 0 && limit < (used[name] ?? 0))
      throw errors.badRequest({ reason: `Quota ${name} is below what is in use.` });
    limits[name] = limit;
  }
  return limits;
}

export function limitHandlers(cinder: Cinder): Implementation {
  return implement(volumeLimits, {
    show: async (call) => {
      const project_id = (call.query as { project_id?: string }).project_id ?? projectOf(call);
      call.enforce({ project_id });
      const [limits, used] = await Promise.all([
        cinder.store.quotas.get(project_id),
        cinder.store.volumes.usage(project_id),
      ]);
      const absolute = {
        maxTotalVolumes: limits.volumes,
        maxTotalVolumeGigabytes: limits.gigabytes,
        maxTotalSnapshots: limits.snapshots,
        maxTotalBackups: limits.backups,
        maxTotalBackupGigabytes: limits.backup_gigabytes,
        totalVolumesUsed: used.volumes,
        totalGigabytesUsed: used.gigabytes,
        totalSnapshotsUsed: 0,
        totalBackupsUsed: 0,
        totalBackupGigabytesUsed: 0,
      };
      return { limits: { rate: [], absolute } };
    },
  });
}
