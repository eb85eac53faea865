/** Projects and domains go with what points to them. */
import { errors } from "#contracts/keystone/errors.ts";
import { touchReference } from "../store/reference-data.ts";
import type { Conn, ProjectRow } from "../store/tables.ts";

/** A project goes when nothing stands below it. */
export async function removeProject(conn: Conn, { id }: ProjectRow): Promise<void> {
  const child = await conn.selectFrom("projects").select("id").where("parent_id", "=", id).executeTakeFirst();
  if (child) {
    const detail = `Cannot delete the project ${id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`;
    throw errors.forbidden({ detail });
  }
  await removeProjects(conn, [id]);
}

async function removeProjects(conn: Conn, project_ids: readonly string[]): Promise<void> {
  if (project_ids.length === 0) return;
  await conn.deleteFrom("projects").where("id", "in", project_ids).execute();
  await conn.deleteFrom("assignments").where("target_id", "in", project_ids).execute();
  await conn.deleteFrom("application_credentials").where("project_id", "in", project_ids).execute();
  await conn.deleteFrom("credentials").where("project_id", "in", project_ids).execute();
  await conn.deleteFrom("limits").where("holder_id", "in", project_ids).execute();
  await conn
    .updateTable("users")
    .set({ default_project_id: null })
    .where("default_project_id", "in", project_ids)
    .execute();
}

/** A domain goes with everything in it, once it is disabled. */
export async function removeDomain(conn: Conn, { id: domain_id, enabled }: ProjectRow): Promise<void> {
  if (enabled === 1) {
    throw errors.forbidden({ detail: "Cannot delete a domain that is enabled, please disable it first." });
  }
  for (const [table, actor_type] of [
    ["users", "user"],
    ["groups", "group"],
  ] as const) {
    const own = conn.selectFrom(table).select("id").where("domain_id", "=", domain_id);
    const column = `${actor_type}_id` as const;
    await conn.deleteFrom("assignments").where("actor_type", "=", actor_type).where("actor_id", "in", own).execute();
    await conn.deleteFrom("memberships").where(column, "in", own).execute();
    if (table === "users") {
      await conn.deleteFrom("application_credentials").where("user_id", "in", own).execute();
      await conn.deleteFrom("credentials").where("user_id", "in", own).execute();
    }
    await conn.deleteFrom(table).where("domain_id", "=", domain_id).execute();
  }
  const roles = conn.selectFrom("roles").select("id").where("domain_id", "=", domain_id);
  await conn.deleteFrom("assignments").where("role_id", "in", roles).execute();
  await conn.deleteFrom("implied_roles").where("prior_role_id", "in", roles).execute();
  await conn.deleteFrom("roles").where("domain_id", "=", domain_id).execute();
  const below = await conn.selectFrom("projects").select("id").where("domain_id", "=", domain_id).execute();
  await removeProjects(conn, [...below.map(({ id }) => id), domain_id]);
  await touchReference(conn);
}
