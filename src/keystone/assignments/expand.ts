/** A list of assignments turned into what really holds for single users in single scopes (pure). */
import type { AssignmentRow } from "../store/tables.ts";
import { withImplied, type Implications } from "./effective.ts";

/** An assignment that holds, and what it came from when it is not stored as such. */
export interface Expanded extends AssignmentRow {
  /** The group through which the user has it. */
  group_id?: string;
  /** The role that implies this one. */
  prior_role_id?: string;
}

export interface Surroundings {
  /** Group → its users. */
  members: ReadonlyMap<string, readonly string[]>;
  implications: Implications;
  /** Roles that belong to a domain: they only stand for what they imply. */
  domainRoles: ReadonlySet<string>;
  /** The projects below a project or domain. */
  below(target_id: string): readonly string[];
}

/** Groups become their users, inherited roles stand on the projects below, and implied roles stand beside their prior. */
export function expand(assignments: readonly AssignmentRow[], around: Surroundings): Expanded[] {
  const found = new Map<string, Expanded>();
  for (const row of assignments) {
    for (const actor of actorsOf(row, around)) {
      for (const target of targetsOf(actor, around)) {
        for (const role_id of withImplied([row.role_id], around.implications)) {
          if (around.domainRoles.has(role_id)) continue;
          const implied = role_id === row.role_id ? {} : { prior_role_id: row.role_id };
          const one = { ...target, role_id, ...implied };
          const key = [one.actor_id, one.target_type, one.target_id, role_id].join(" ");
          if (!found.has(key)) found.set(key, one);
        }
      }
    }
  }
  return [...found.values()];
}

function actorsOf(row: AssignmentRow, { members }: Surroundings): Expanded[] {
  if (row.actor_type === "user") return [row];
  const users = members.get(row.actor_id) ?? [];
  return users.map((user_id) => ({ ...row, actor_type: "user", actor_id: user_id, group_id: row.actor_id }));
}

function targetsOf(row: Expanded, { below }: Surroundings): Expanded[] {
  if (!row.inherited) return [row];
  return below(row.target_id).map((target_id) => ({ ...row, target_type: "project", target_id }));
}
