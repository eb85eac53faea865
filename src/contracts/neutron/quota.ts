/** Quotas of projects: limits are rows, use is counted when asked. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Int, ListQuery } from "./fields.ts";

/** What has a quota, with its default limit; -1 is no limit. Source: neutron's defaults. */
export const quotaDefaults = {
  network: 100,
  subnet: 100,
  subnetpool: -1,
  port: 500,
  router: 10,
  floatingip: 50,
  rbac_policy: 10,
  security_group: 10,
  security_group_rule: 100,
} as const;
export type QuotaResource = keyof typeof quotaDefaults;

const Limits = Type.Record(Type.String(), Type.Integer());
const Reply = Type.Object({ quota: Limits });
const own = "rule:admin_only or rule:owner";
const get = { name: "get_quota", rule: own };

export const quota = defineResource({
  name: "quota",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.0/quotas",
      status: 200,
      policy: { name: "get_quotas", rule: "rule:admin_only" },
      response: Type.Object({ quotas: Type.Array(Type.Record(Type.String(), Type.Unknown())) }),
    }),
    show: operation({
      method: "GET",
      path: "/v2.0/quotas/{project_id}",
      status: 200,
      policy: get,
      query: ListQuery,
      response: Reply,
    }),
    defaults: operation({
      method: "GET",
      path: "/v2.0/quotas/{project_id}/default",
      status: 200,
      policy: get,
      response: Reply,
    }),
    details: operation({
      method: "GET",
      path: "/v2.0/quotas/{project_id}/details",
      status: 200,
      policy: get,
      response: Type.Object({
        quota: Type.Record(
          Type.String(),
          Type.Object({ limit: Type.Integer(), used: Type.Integer(), reserved: Type.Integer() }),
        ),
      }),
    }),
    update: operation({
      method: "PUT",
      path: "/v2.0/quotas/{project_id}",
      status: 200,
      policy: { name: "update_quota", rule: "rule:admin_only" },
      request: Type.Object({
        quota: Type.Record(Type.String(), Type.Union([Int, Type.Boolean()])),
      }),
      response: Reply,
    }),
    remove: operation({
      method: "DELETE",
      path: "/v2.0/quotas/{project_id}",
      status: 204,
      policy: { name: "delete_quota", rule: "rule:admin_only" },
    }),
  },
});
