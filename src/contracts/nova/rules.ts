/** Nova's policies: the secure defaults of Zed, in which a role on the server's project decides. */
import type { PolicySpec } from "../kit/resource.ts";

export const baseRules: Readonly<Record<string, string>> = {
  admin_api: "role:admin",
  member_api: "rule:admin_api or (role:member and project_id:%(project_id)s)",
  reader_api: "rule:admin_api or (role:reader and project_id:%(project_id)s)",
  self_api: "rule:admin_api or user_id:%(user_id)s",
  service_api: "rule:admin_api or role:service",
};

const texts = {
  admin: "rule:admin_api",
  member: "rule:member_api",
  reader: "rule:reader_api",
  self: "rule:self_api",
  /** The services' own users tell of events. */
  service: "rule:service_api",
  any: "@",
} as const;

export type Who = keyof typeof texts;

/** `policy("servers:create", "member")` is `os_compute_api:servers:create` with that rule. */
export function policy(name: string, who: Who): PolicySpec {
  const whole = name.startsWith("compute:") ? name : `os_compute_api:${name}`;
  return { name: whole, rule: texts[who] };
}

/** Rules that no route carries: asked inside handlers. */
export const extraRules: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ["servers:index:get_all_tenants", "admin"],
      ["servers:detail:get_all_tenants", "admin"],
      ["servers:allow_all_filters", "admin"],
      ["servers:show:flavor-extra-specs", "reader"],
      ["servers:show:host_status", "admin"],
      ["servers:create:forced_host", "admin"],
      ["servers:create:attach_volume", "member"],
      ["servers:create:attach_network", "member"],
      ["servers:create:zero_disk_flavor", "admin"],
      ["os-extended-server-attributes", "admin"],
      ["os-flavor-extra-specs:index", "reader"],
      ["os-instance-actions:events", "admin"],
      ["os-instance-actions:events:details", "admin"],
      ["os-lock-server:unlock:unlock_override", "admin"],
      ["os-server-groups:index:all_projects", "admin"],
      ["limits:other_project", "admin"],
    ] as const
  ).map(([name, who]) => [policy(name, who).name, policy(name, who).rule]),
);
