/** Limits, quotas and usage of projects: what is used is counted when asked. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import { limits, quotaClass, quotaSet, type QuotaChange } from "#contracts/nova/limits.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { quotaDefaults, type QuotaName, type Quotas } from "../store/quotas.ts";
import type { ApiDeps } from "./deps.ts";
import { lastOf } from "./paging.ts";

export function limitsHandlers(deps: ApiDeps): Implementation {
  return implement(limits, {
    async show(call) {
      const other = lastOf(call.query.tenant_id);
      const project_id = other ?? call.identity.project_id ?? "";
      if (other !== undefined && other !== call.identity.project_id)
        call.enforce({ project_id: other }, "os_compute_api:limits:other_project");
      const [quotas, used, groups] = await Promise.all([
        deps.store.quotas.of(project_id),
        deps.store.servers.usage(project_id),
        deps.store.serverGroups.count(project_id),
      ]);
      return { limits: { rate: [], absolute: { ...maxima(quotas), ...uses(used, groups) } } };
    },
  });
}

function maxima(quotas: Quotas) {
  return {
    maxTotalInstances: quotas.instances,
    maxTotalCores: quotas.cores,
    maxTotalRAMSize: quotas.ram,
    maxServerMeta: quotas.metadata_items,
    maxTotalKeypairs: quotas.key_pairs,
    maxServerGroups: quotas.server_groups,
    maxServerGroupMembers: quotas.server_group_members,
    maxImageMeta: quotas.metadata_items,
    maxPersonality: quotas.injected_files,
    maxPersonalitySize: quotas.injected_file_content_bytes,
    maxTotalFloatingIps: quotas.floating_ips,
    maxSecurityGroups: quotas.security_groups,
    maxSecurityGroupRules: quotas.security_group_rules,
  };
}

function uses(used: { instances: number; cores: number; ram: number }, groups: number) {
  return {
    totalInstancesUsed: used.instances,
    totalCoresUsed: used.cores,
    totalRAMUsed: used.ram,
    totalServerGroupsUsed: groups,
    totalFloatingIpsUsed: 0,
    totalSecurityGroupsUsed: 0,
  };
}

export function quotaSetHandlers(deps: ApiDeps): Implementation {
  const { quotas } = deps.store;
  return implement(quotaSet, {
    async show(call) {
      const id = call.params["project_id"] ?? "";
      call.enforce({ project_id: id });
      return { quota_set: { id, ...(await quotas.of(id)) } };
    },
    async detail(call) {
      const id = call.params["project_id"] ?? "";
      call.enforce({ project_id: id });
      const [limit, used] = await Promise.all([quotas.of(id), usedBy(deps, id)]);
      const entries = names.map(
        (name) => [name, { limit: limit[name], in_use: used[name] ?? 0, reserved: 0 }] as const,
      );
      return {
        quota_set: {
          id,
          ...(Object.fromEntries(entries) as Record<QuotaName, { limit: number; in_use: number; reserved: number }>),
        },
      };
    },
    async defaults(call) {
      return { quota_set: { id: call.params["project_id"] ?? "", ...(await quotas.defaults()) } };
    },
    async update(call) {
      const id = call.params["project_id"] ?? "";
      const { force, ...asked } = call.body.quota_set;
      const change = limitsOf(asked);
      if (force === undefined || !asBoolean(force)) await refuseBelowUse(deps, id, change);
      await quotas.set(id, change);
      return { quota_set: await quotas.of(id) };
    },
    async delete(call) {
      await quotas.reset(call.params["project_id"] ?? "");
      return undefined;
    },
  });
}

export function quotaClassHandlers(deps: ApiDeps): Implementation {
  return implement(quotaClass, {
    async show(call) {
      return { quota_class_set: { id: call.params["id"] ?? "", ...(await deps.store.quotas.defaults()) } };
    },
    async update(call) {
      const { force: _force, ...asked } = call.body.quota_class_set;
      await deps.store.quotas.setDefaults(limitsOf(asked));
      return { quota_class_set: await deps.store.quotas.defaults() };
    },
  });
}

const names = Object.keys(quotaDefaults) as QuotaName[];

function limitsOf(asked: QuotaChange): Partial<Quotas> {
  return Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, Number(value)]));
}

async function usedBy(deps: ApiDeps, project_id: string): Promise<Partial<Quotas>> {
  const [used, server_groups] = await Promise.all([
    deps.store.servers.usage(project_id),
    deps.store.serverGroups.count(project_id),
  ]);
  return { ...used, server_groups };
}

async function refuseBelowUse(deps: ApiDeps, project_id: string, change: Partial<Quotas>): Promise<void> {
  const used = await usedBy(deps, project_id);
  for (const [name, limit] of Object.entries(change)) {
    const in_use = used[name as QuotaName] ?? 0;
    if (limit >= 0 && limit < in_use) {
      throw errors.badRequest({
        reason: `Quota limit ${limit} for ${name} must be greater than or equal to already used and reserved ${in_use}.`,
      });
    }
  }
}
