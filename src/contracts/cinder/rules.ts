/** The default rules that several operations share. `role:service` is Nova's own user, which attaches for everybody. */
const owner = "project_id:%(project_id)s";

export const rules = {
  admin: "role:admin",
  reads: `role:admin or (role:reader and ${owner})`,
  writes: `role:admin or (role:member and ${owner})`,
  readsOrServes: `role:admin or role:service or (role:reader and ${owner})`,
  writesOrServes: `role:admin or role:service or (role:member and ${owner})`,
  anyone: "@",
} as const;

/** Rules that no route carries by itself: fields and choices inside an operation. */
export const extraRules: Readonly<Record<string, string>> = {
  "volume_extension:volume_host_attribute": rules.admin,
  "volume_extension:volume_mig_status_attribute": rules.admin,
  "volume_extension:volume_tenant_attribute": rules.readsOrServes,
  "volume:force_delete": rules.admin,
  "volume:create_from_image": rules.writesOrServes,
  /** Take away an attachment that a server uses: only its compute service knows that the guest has let go of it. */
  "volume:attachment_delete_in_use": "role:service",
  /** See and name other projects' volumes: also Nova, which looks for what it left behind. */
  "volume:all_projects": "role:admin or role:service",
  "volume_extension:types_extra_specs:read_sensitive": rules.admin,
};
