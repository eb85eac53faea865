/**
 * The rules behind Keystone's policies, as of Zed with the former defaults still accepted. Targets are flat: `user_id`,
 * `project_id`, `domain_id` of the thing that is touched.
 */
import type { PolicySpec } from "../kit/resource.ts";

export const baseRules: Readonly<Record<string, string>> = {
  admin_required: "role:admin",
  system_reader: "role:reader and system_scope:all",
  domain_reader: "role:reader and domain_id:%(domain_id)s",
  in_domain: "domain_id:%(domain_id)s or project_domain_id:%(domain_id)s",
  owner: "user_id:%(user_id)s",
  own_project: "project_id:%(project_id)s",
  service: "role:service",
};

const texts = {
  admin: "rule:admin_required",
  reader: "rule:admin_required or rule:system_reader",
  domainReader: "rule:admin_required or rule:system_reader or rule:domain_reader",
  inDomain: "rule:admin_required or rule:system_reader or rule:in_domain",
  selfReader: "rule:admin_required or rule:system_reader or rule:domain_reader or rule:owner",
  ownProject: "rule:admin_required or rule:system_reader or rule:domain_reader or rule:own_project",
  adminOrSelf: "rule:admin_required or rule:owner",
  readerOrSelf: "rule:admin_required or rule:system_reader or rule:owner",
  token: "rule:admin_required or rule:system_reader or rule:service or rule:owner",
  adminOrService: "rule:admin_required or rule:service",
  self: "rule:owner",
  any: "",
} as const;

/** `policy("list_users", "domainReader")` is `identity:list_users` with that rule. */
export function policy(name: string, who: keyof typeof texts): PolicySpec {
  return { name: `identity:${name}`, rule: texts[who] };
}
