/** Which roles assignments give (pure). */
import type { AssignmentRow } from "../store/tables.ts";

/** What roles are asked for. `above` are the projects over a project, nearest first, without the domain. */
export type RoleTarget =
  | { type: "project"; id: string; domain_id: string; above: readonly string[] }
  | { type: "domain"; id: string }
  | { type: "system" };

/** True when the assignment gives its role on the target: directly, or inherited from above. */
export function reaches(assignment: AssignmentRow, target: RoleTarget): boolean {
  const { target_type, target_id, inherited } = assignment;
  if (target.type === "system") return target_type === "system";
  if (!inherited) return target_type === target.type && target_id === target.id;
  if (target.type === "domain") return false;
  return target_type === "domain" ? target_id === target.domain_id : target.above.includes(target_id);
}

/** Role → the roles it implies directly. */
export type Implications = ReadonlyMap<string, readonly string[]>;

/** The roles and all they imply, each once, the given ones first. */
export function withImplied(role_ids: Iterable<string>, implications: Implications): string[] {
  const found = new Set(role_ids);
  // A set is walked in the order of insertion, and what is added on the way is walked too.
  for (const id of found) for (const implied of implications.get(id) ?? []) found.add(implied);
  return [...found];
}

/** All roles that the assignments give on the target. */
export function effectiveRoles(
  assignments: readonly AssignmentRow[],
  target: RoleTarget,
  implications: Implications,
): string[] {
  const direct = assignments.filter((assignment) => reaches(assignment, target)).map(({ role_id }) => role_id);
  return withImplied(direct, implications);
}
