/**
 * What a token means right now: names, states and roles as they stand in the database. Each table that is read here is
 * watched (`store/token-epoch.ts`), so that what was found is used again only while nothing has changed.
 */
import type { Clock } from "#platform/clock/clock.ts";
import { effectiveRoles, withImplied } from "../assignments/effective.ts";
import { findApplicationCredential, hasEnded, rolesOfCredential } from "../store/application-credentials.ts";
import { listAssignmentsOf, projectTarget } from "../store/assignments.ts";
import type { Reference, ReferenceData } from "../store/reference-data.ts";
import {
  findDomain,
  findProject,
  findUser,
  type SubjectDomain,
  type SubjectProject,
  type SubjectUser,
} from "../store/subjects.ts";
import type { Db } from "../store/tables.ts";
import type { ScopeRef, TokenPayload } from "./payload.ts";

export type Scope =
  | { kind: "unscoped" }
  | { kind: "project"; project: SubjectProject }
  | { kind: "domain"; domain: SubjectDomain }
  | { kind: "system" };

/** A token that is good. */
export interface Resolved {
  payload: TokenPayload;
  user: SubjectUser;
  scope: Scope;
  roles: { id: string; name: string }[];
  reference: Reference;
  /** How the token was got, if by an application credential. */
  credential?: { id: string; name: string; unrestricted: boolean };
}

export interface Resolver {
  /** Undefined when the user, the scope or all roles are gone, or the token was revoked. Time is not looked at. */
  resolve(payload: TokenPayload): Promise<Resolved | undefined>;
  /** The roles of a user in a scope; empty when there are none. */
  rolesIn(user_id: string, scope: Scope, reference: Reference): Promise<{ id: string; name: string }[]>;
  /** The same token with what an application credential leaves of it; undefined when that is gone. */
  limit(resolved: Resolved, credential_id: string): Promise<Resolved | undefined>;
}

export function makeResolver(db: Db, referenceData: ReferenceData, clock: Clock): Resolver {
  const isRevoked = async (audit_id: string): Promise<boolean> => {
    const query = db.selectFrom("revoked_tokens").select("audit_id").where("audit_id", "=", audit_id);
    return (await query.executeTakeFirst()) !== undefined;
  };

  const rolesIn: Resolver["rolesIn"] = async (user_id, scope, reference) => {
    if (scope.kind === "unscoped") return [];
    const assignments = await listAssignmentsOf(db, user_id);
    const target =
      scope.kind === "project"
        ? await projectTarget(db, scope.project, assignments)
        : scope.kind === "domain"
          ? { type: "domain" as const, id: scope.domain.id }
          : { type: "system" as const };
    return effectiveRoles(assignments, target, reference.implications).flatMap((id) => {
      const role = reference.roles.get(id);
      // A role of a domain only stands for the roles it implies; it is in no token itself.
      return role && role.domain_id === "" ? [{ id, name: role.name }] : [];
    });
  };

  /** Through an application credential a user has only those of its roles that the user still has. */
  const limit: Resolver["limit"] = async (resolved, credential_id) => {
    const row = await findApplicationCredential(db, credential_id);
    const project_id = resolved.scope.kind === "project" ? resolved.scope.project.id : undefined;
    if (row?.user_id !== resolved.user.id || row.project_id !== project_id || hasEnded(row, clock.now()))
      return undefined;
    const given = withImplied(rolesOfCredential(row), resolved.reference.implications);
    const roles = resolved.roles.filter(({ id }) => given.includes(id));
    return { ...resolved, roles, credential: { id: row.id, name: row.name, unrestricted: row.unrestricted === 1 } };
  };

  return {
    rolesIn,
    limit,
    async resolve(payload) {
      const [audit_id] = payload.audit_ids;
      const user = await findUser(db, { id: payload.user_id });
      if (!audit_id || !isUsable(user) || user.generation !== payload.user_generation) return undefined;
      const scope = await scopeOf(db, payload.scope);
      if (!scope || (await isRevoked(audit_id))) return undefined;
      const reference = await referenceData.current();
      const own = await rolesIn(user.id, scope, reference);
      const resolved = { payload, user, scope, roles: own, reference };
      const limited = payload.credential_id === undefined ? resolved : await limit(resolved, payload.credential_id);
      return scope.kind !== "unscoped" && limited?.roles.length === 0 ? undefined : limited;
    },
  };
}

/** True when the user may have tokens. */
export function isUsable(user: SubjectUser | undefined): user is SubjectUser {
  return user !== undefined && user.enabled === 1 && user.domain_enabled === 1;
}

async function scopeOf(db: Db, ref: ScopeRef): Promise<Scope | undefined> {
  if (ref.kind === "project") {
    const project = await findProject(db, { id: ref.id });
    const good = project?.enabled === 1 && project.domain_enabled === 1 && project.generation === ref.generation;
    return good ? { kind: "project", project } : undefined;
  }
  if (ref.kind === "domain") {
    const domain = await findDomain(db, { id: ref.id });
    return domain?.enabled === 1 && domain.generation === ref.generation ? { kind: "domain", domain } : undefined;
  }
  return ref;
}
