/** Limits, quotas and usage of projects. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Bool, Empty, Links, OneOrMany, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const Int = Type.Integer();
const network = { until: "2.35" };
const file = { until: "2.56" };

export const limits = defineResource({
  name: "limits",
  operations: {
    show: operation({
      method: "GET",
      path: "/v2.1/limits",
      status: 200,
      policy: policy("limits", "any"),
      query: Type.Object({ tenant_id: Type.Optional(OneOrMany), reserved: Type.Optional(OneOrMany) }),
      response: Type.Object({
        limits: Type.Object({
          rate: Type.Array(Type.Unknown()),
          absolute: Type.Object({
            maxTotalInstances: Int,
            maxTotalCores: Int,
            maxTotalRAMSize: Int,
            maxServerMeta: Int,
            maxTotalKeypairs: Int,
            maxServerGroups: Int,
            maxServerGroupMembers: Int,
            maxImageMeta: at({ until: "2.38" }, Int),
            maxPersonality: at(file, Int),
            maxPersonalitySize: at(file, Int),
            maxTotalFloatingIps: at(network, Int),
            maxSecurityGroups: at(network, Int),
            maxSecurityGroupRules: at(network, Int),
            totalInstancesUsed: Int,
            totalCoresUsed: Int,
            totalRAMUsed: Int,
            totalServerGroupsUsed: Int,
            totalFloatingIpsUsed: at(network, Int),
            totalSecurityGroupsUsed: at(network, Int),
          }),
        }),
      }),
    }),
  },
});

/** The names of the quotas; `wrap` makes what stands under each. */
function quotaFields<T extends Parameters<typeof Type.Optional>[0]>(wrap: () => T) {
  return {
    instances: wrap(),
    cores: wrap(),
    ram: wrap(),
    metadata_items: wrap(),
    key_pairs: wrap(),
    server_groups: wrap(),
    server_group_members: wrap(),
    injected_files: at(file, wrap()),
    injected_file_content_bytes: at(file, wrap()),
    injected_file_path_bytes: at(file, wrap()),
    fixed_ips: at(network, wrap()),
    floating_ips: at(network, wrap()),
    security_groups: at(network, wrap()),
    security_group_rules: at(network, wrap()),
  };
}

const Limit = Type.Unsafe<number | string>({
  type: ["integer", "string"],
  pattern: "^-?[0-9]{1,9}$",
  minimum: -1,
  maximum: 0x7fff_ffff,
});
const Quota = Type.Object({ id: Text, ...quotaFields(() => Int) });
const QuotaDetail = Type.Object({
  id: Text,
  ...quotaFields(() => Type.Object({ limit: Int, in_use: Int, reserved: Int })),
});
const limitFields = quotaFields(() => Limit);
const optionalLimits = Object.fromEntries(
  Object.entries(limitFields).map(([name, schema]) => [name, Type.Optional(schema)]),
);
export type QuotaChange = Partial<Record<keyof typeof limitFields, number | string>>;
const QuotaUpdate = Type.Unsafe<QuotaChange & { force?: boolean | string }>(
  Type.Object({ ...optionalLimits, force: Type.Optional(Bool) }, closed),
);
const path = "/v2.1/os-quota-sets/{project_id}";
const query = Type.Object({ user_id: Type.Optional(OneOrMany) });

export const quotaSet = defineResource({
  name: "quota set",
  operations: {
    show: operation({
      method: "GET",
      path,
      status: 200,
      policy: policy("os-quota-sets:show", "reader"),
      query,
      response: Type.Object({ quota_set: Quota }),
    }),
    detail: operation({
      method: "GET",
      path: `${path}/detail`,
      status: 200,
      policy: policy("os-quota-sets:detail", "reader"),
      query,
      response: Type.Object({ quota_set: QuotaDetail }),
    }),
    defaults: operation({
      method: "GET",
      path: `${path}/defaults`,
      status: 200,
      policy: policy("os-quota-sets:defaults", "any"),
      response: Type.Object({ quota_set: Quota }),
    }),
    update: operation({
      method: "PUT",
      path,
      status: 200,
      policy: policy("os-quota-sets:update", "admin"),
      query,
      request: Type.Object({ quota_set: QuotaUpdate }, closed),
      response: Type.Object({ quota_set: Type.Object(quotaFields(() => Int)) }),
    }),
    delete: operation({
      method: "DELETE",
      path,
      status: 202,
      policy: policy("os-quota-sets:delete", "admin"),
      query,
      response: Empty,
    }),
  },
});

const classPath = "/v2.1/os-quota-class-sets/{id}";
export const quotaClass = defineResource({
  name: "quota class",
  operations: {
    show: operation({
      method: "GET",
      path: classPath,
      status: 200,
      policy: policy("os-quota-class-sets:show", "admin"),
      response: Type.Object({ quota_class_set: Quota }),
    }),
    update: operation({
      method: "PUT",
      path: classPath,
      status: 200,
      policy: policy("os-quota-class-sets:update", "admin"),
      request: Type.Object({ quota_class_set: QuotaUpdate }, closed),
      response: Type.Object({ quota_class_set: Type.Object(quotaFields(() => Int)) }),
    }),
  },
});

const Usage = Type.Object({
  tenant_id: Text,
  start: Text,
  stop: Text,
  total_hours: Type.Number(),
  total_vcpus_usage: Type.Number(),
  total_memory_mb_usage: Type.Number(),
  total_local_gb_usage: Type.Number(),
  server_usages: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
});
const UsageQuery = Type.Object({
  start: Type.Optional(OneOrMany),
  end: Type.Optional(OneOrMany),
  detailed: Type.Optional(OneOrMany),
  limit: Type.Optional(at({ since: "2.40" }, Type.Integer({ minimum: 0 }))),
  marker: Type.Optional(at({ since: "2.40" }, Text)),
});

export const usage = defineResource({
  name: "usage",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.1/os-simple-tenant-usage",
      status: 200,
      policy: policy("os-simple-tenant-usage:list", "admin"),
      query: UsageQuery,
      response: Type.Object({ tenant_usages: Type.Array(Usage), tenant_usages_links: Type.Optional(Links) }),
    }),
    show: operation({
      method: "GET",
      path: "/v2.1/os-simple-tenant-usage/{project_id}",
      status: 200,
      policy: policy("os-simple-tenant-usage:show", "reader"),
      query: UsageQuery,
      response: Type.Object({ tenant_usage: Type.Union([Usage, Type.Object({})]) }),
    }),
  },
});
