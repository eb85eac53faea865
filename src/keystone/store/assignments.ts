/** Who has which role where, as stored. */
import type { RoleTarget } from "../assignments/effective.ts";
import type { AssignmentRow, Conn, ProjectRow } from "./tables.ts";

/** The assignments of a user, own and through groups. */
export async function listAssignmentsOf(conn: Conn, user_id: string): Promise<AssignmentRow[]> {
  return conn
    .selectFrom("assignments")
    .selectAll()
    .where((eb) =>
      eb.or([
        eb.and([eb("actor_type", "=", "user"), eb("actor_id", "=", user_id)]),
        eb.and([
          eb("actor_type", "=", "group"),
          eb("actor_id", "in", eb.selectFrom("memberships").select("group_id").where("user_id", "=", user_id)),
        ]),
      ]),
    )
    .execute();
}

/** Assigns a role; doing it twice changes nothing. */
export async function ensureAssignment(conn: Conn, row: AssignmentRow): Promise<void> {
  await conn
    .insertInto("assignments")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** True when there was such an assignment. */
export async function deleteAssignment(conn: Conn, row: AssignmentRow): Promise<boolean> {
  const [result] = await assigned(conn.deleteFrom("assignments"), row).execute();
  return Number(result?.numDeletedRows ?? 0) > 0;
}

export async function hasAssignment(conn: Conn, row: AssignmentRow): Promise<boolean> {
  const query = conn.selectFrom("assignments").select("role_id");
  return (await assigned(query, row).executeTakeFirst()) !== undefined;
}

/** Any of Kysely's builders with conditions: they share no common type. */
interface Conditional<Q> {
  where(column: keyof AssignmentRow, operator: "=", value: string | number): Q;
}

function assigned<Q extends Conditional<Q>>(query: Q, row: AssignmentRow): Q {
  let result = query;
  for (const [column, value] of Object.entries(row)) result = result.where(column as keyof AssignmentRow, "=", value);
  return result;
}

/** The project as something that roles are asked for; `above` is read only when an assignment could come from there. */
export async function projectTarget(
  conn: Conn,
  project: Pick<ProjectRow, "id" | "domain_id" | "parent_id">,
  assignments: readonly AssignmentRow[],
): Promise<RoleTarget> {
  const needed = assignments.some(({ inherited, target_type }) => inherited && target_type === "project");
  const above = needed ? await listAbove(conn, project) : [];
  return { type: "project", id: project.id, domain_id: project.domain_id, above };
}

/** The projects over a project, nearest first, without its domain. */
export async function listAbove(
  conn: Conn,
  project: Pick<ProjectRow, "id" | "domain_id" | "parent_id">,
): Promise<string[]> {
  const above: string[] = [];
  let next = project.parent_id;
  while (next !== null && next !== project.domain_id && !above.includes(next)) {
    above.push(next);
    const row = await conn.selectFrom("projects").select("parent_id").where("id", "=", next).executeTakeFirst();
    next = row?.parent_id ?? null;
  }
  return above;
}
