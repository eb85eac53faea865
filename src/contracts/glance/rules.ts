/** The default rules that several operations share. `role:service` is the services' own users, which fetch images. */
const owner = "project_id:%(project_id)s";
const open = "'public':%(visibility)s or 'community':%(visibility)s";

export const rules = {
  admin: "role:admin",
  reads: "role:admin or role:service or role:reader",
  adds: `role:admin or (role:member and ${owner})`,
  owns: `role:admin or (role:member and ${owner})`,
  ownsOrServes: `role:admin or role:service or (role:member and ${owner})`,
  sees: `role:admin or role:service or (role:reader and (${owner} or project_id:%(member_id)s or ${open}))`,
  downloads: `role:admin or role:service or (role:member and (${owner} or project_id:%(member_id)s or ${open}))`,
  readsMembers: `role:admin or (role:reader and (${owner} or project_id:%(member_id)s))`,
  /** The project that the image is shared with says whether it takes it: it is the target. */
  answersSharing: `role:admin or (role:member and ${owner})`,
  anyone: "@",
} as const;

/** Rules that no route carries: asked while an image is changed. */
export const extraRules: Readonly<Record<string, string>> = {
  publicize_image: rules.admin,
  communitize_image: rules.owns,
  /** Read an image that is deactivated. */
  download_deactivated: rules.admin,
  /** See every project's images. */
  see_all_images: rules.admin,
};
