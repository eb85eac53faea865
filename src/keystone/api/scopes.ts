/** Where a user could go with a token: the projects or domains in which the user has any role. */
import type { Call } from "#platform/http/call.ts";
import { listAssignmentsOf, projectTarget } from "../store/assignments.ts";
import { reaches } from "../assignments/effective.ts";
import type { AssignmentRow, Db, ProjectRow } from "../store/tables.ts";
import type { KeystoneDeps } from "./deps.ts";
import { domainBody, projectBody } from "./render.ts";

/** The caller's own scopes, only those that are enabled, as `/v3/auth/projects` and `/v3/auth/domains` show them. */
export async function listScopes({ db }: KeystoneDeps, call: Call, kind: "project" | "domain") {
  const rows = await listScopesOf(db, call.identity.user_id, kind);
  const enabled = rows.filter((row) => row.enabled === 1);
  return enabled.map((row) => (kind === "project" ? projectBody(call, row) : domainBody(call, row)));
}

/** Projects or domains in which a user has a role, by name. */
export async function listScopesOf(db: Db, user_id: string, kind: "project" | "domain"): Promise<ProjectRow[]> {
  const assignments = await listAssignmentsOf(db, user_id);
  const rows = await candidates(db, assignments, kind);
  const found: ProjectRow[] = [];
  for (const row of rows) {
    const target = kind === "domain" ? { type: kind, id: row.id } : await projectTarget(db, row, assignments);
    if (assignments.some((assignment) => reaches(assignment, target))) found.push(row);
  }
  return found;
}

/** Those named by an assignment; every project when roles are inherited from somewhere. */
async function candidates(
  db: Db,
  assignments: readonly AssignmentRow[],
  kind: "project" | "domain",
): Promise<ProjectRow[]> {
  const query = db
    .selectFrom("projects")
    .selectAll()
    .where("is_domain", "=", kind === "domain" ? 1 : 0)
    .orderBy("name");
  if (kind === "project" && assignments.some(({ inherited }) => inherited)) return query.execute();
  const named = [
    ...new Set(assignments.filter(({ target_type }) => target_type === kind).map(({ target_id }) => target_id)),
  ];
  return named.length === 0 ? [] : query.where("id", "in", named).execute();
}
