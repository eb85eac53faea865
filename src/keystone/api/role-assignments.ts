/** The list of who has which role where; `effective` shows what holds instead of what is stored. */
import { errors } from "#contracts/keystone/errors.ts";
import { roleAssignment } from "#contracts/keystone/role.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { expand, type Expanded, type Surroundings } from "../assignments/expand.ts";
import { rootDomain, type AssignmentRow, type Db, type ProjectRow } from "../store/tables.ts";
import { collection, isYes } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { visibleDomain } from "./edit.ts";

type Names = ReadonlyMap<string, { id: string; name: string; domain_id: string }>;

interface World {
  projects: ReadonlyMap<string, ProjectRow>;
  users: Names;
  groups: Names;
  roles: Names;
}

type Query = Partial<Record<string, string>>;

export function roleAssignmentHandlers({ db, reference }: KeystoneDeps): Implementation {
  return implement(roleAssignment, {
    list: async (call) => {
      const query: Query = call.query;
      const effective = asked(query["effective"]);
      refuseContradictions(query, effective);
      const world = await readWorld(db);
      const stored = await db.selectFrom("assignments").selectAll().execute();
      const { implications } = await reference.current();
      const rows = effective ? expand(stored, await surroundings(db, world, implications)) : stored;
      const wanted = rows.filter((row) => fits(row, query, world)).filter((row) => visible(call, row, world));
      const names = asked(query["include_names"]);
      return collection(
        call,
        "role_assignments",
        wanted.map((row) => describe(call, row, names ? world : undefined)),
      );
    },
  });
}

function asked(flag: string | undefined): boolean {
  return flag !== undefined && isYes(flag);
}

function refuseContradictions(query: Query, effective: boolean): void {
  if (query["user.id"] !== undefined && query["group.id"] !== undefined) {
    throw errors.invalid({ detail: "Specify a user or group, not both" });
  }
  const scopes = ["scope.project.id", "scope.domain.id", "scope.system"].filter((name) => query[name] !== undefined);
  if (scopes.length > 1) throw errors.invalid({ detail: "Specify a domain or project, not both" });
  if (effective && query["group.id"] !== undefined) {
    throw errors.invalid({ detail: "Combining effective and group filter will always result in an empty list." });
  }
  if (query["include_subtree"] !== undefined && query["scope.project.id"] === undefined) {
    throw errors.invalid({ detail: "scope.project.id must be specified if include_subtree is also specified" });
  }
}

async function readWorld(db: Db): Promise<World> {
  const byId = <T extends { id: string }>(rows: T[]): Map<string, T> => new Map(rows.map((row) => [row.id, row]));
  return {
    projects: byId(await db.selectFrom("projects").selectAll().execute()),
    users: byId(await db.selectFrom("users").select(["id", "name", "domain_id"]).execute()),
    groups: byId(await db.selectFrom("groups").select(["id", "name", "domain_id"]).execute()),
    roles: byId(await db.selectFrom("roles").select(["id", "name", "domain_id"]).execute()),
  };
}

async function surroundings(db: Db, world: World, implications: Surroundings["implications"]): Promise<Surroundings> {
  const members = new Map<string, string[]>();
  for (const { group_id, user_id } of await db.selectFrom("memberships").selectAll().execute()) {
    members.set(group_id, [...(members.get(group_id) ?? []), user_id]);
  }
  const below = (target_id: string): string[] =>
    [...world.projects.values()].filter((row) => isBelow(world, row, target_id)).map(({ id }) => id);
  const ofDomains = [...world.roles.values()].filter(({ domain_id }) => domain_id !== rootDomain);
  return { members, implications, below, domainRoles: new Set(ofDomains.map(({ id }) => id)) };
}

/** True for a project under the target: all projects of a domain, or the subtree of a project. */
function isBelow(world: World, row: ProjectRow, target_id: string): boolean {
  if (row.is_domain) return false;
  if (row.domain_id === target_id) return true;
  for (let at = row.parent_id; at !== null; at = world.projects.get(at)?.parent_id ?? null)
    if (at === target_id) return true;
  return false;
}

function fits(row: Expanded, query: Query, world: World): boolean {
  const is = (name: string, value: string | undefined): boolean => query[name] === undefined || query[name] === value;
  const on = (type: AssignmentRow["target_type"]) => (row.target_type === type ? row.target_id : undefined);
  const inherited = row.inherited ? "projects" : undefined;
  return (
    is("role.id", row.role_id) &&
    is("user.id", row.actor_type === "user" ? row.actor_id : undefined) &&
    is("group.id", row.actor_type === "group" ? row.actor_id : undefined) &&
    is("scope.domain.id", on("domain")) &&
    (query["scope.system"] === undefined || row.target_type === "system") &&
    (query["effective"] !== undefined || is("scope.OS-INHERIT:inherited_to", inherited)) &&
    (is("scope.project.id", on("project")) || inSubtree(row, query, world))
  );
}

function inSubtree(row: Expanded, query: Query, world: World): boolean {
  const project = row.target_type === "project" ? world.projects.get(row.target_id) : undefined;
  const top = query["scope.project.id"];
  return asked(query["include_subtree"]) && project !== undefined && top !== undefined && isBelow(world, project, top);
}

/** Readers of a domain see what is assigned on the domain and its projects. */
function visible(call: Call, row: Expanded, world: World): boolean {
  const domain_id = visibleDomain(call, "identity:list_role_assignments");
  if (domain_id === undefined) return true;
  const target = world.projects.get(row.target_id);
  return target !== undefined && (target.is_domain ? target.id : target.domain_id) === domain_id;
}

function describe(call: Call, row: Expanded, world: World | undefined) {
  const named = (names: Names | undefined, id: string) => {
    const known = names?.get(id);
    if (!world || !known) return { id };
    const domain = world.projects.get(known.domain_id);
    return { id, name: known.name, ...(domain ? { domain: { id: domain.id, name: domain.name } } : {}) };
  };
  const actors = row.actor_type === "user" ? world?.users : world?.groups;
  const scope: Record<string, unknown> =
    row.target_type === "system"
      ? { system: { all: true } }
      : { [row.target_type]: named(world?.projects, row.target_id) };
  const inherited = row.inherited && !row.group_id ? { "OS-INHERIT:inherited_to": "projects" } : {};
  const on = row.target_type === "system" ? "system" : `${row.target_type}s/${row.target_id}`;
  const holder = row.group_id ? `groups/${row.group_id}` : `${row.actor_type}s/${row.actor_id}`;
  const root = row.inherited ? "/v3/OS-INHERIT/" : "/v3/";
  const end = row.inherited ? "/inherited_to_projects" : "";
  return {
    role: named(world?.roles, row.role_id),
    [row.actor_type]: named(actors, row.actor_id),
    scope: { ...scope, ...inherited },
    links: {
      assignment: call.url(`${root}${on}/${holder}/roles/${row.prior_role_id ?? row.role_id}${end}`),
      ...(row.group_id ? { membership: call.url(`/v3/groups/${row.group_id}/users/${row.actor_id}`) } : {}),
      ...(row.prior_role_id
        ? { prior_role: call.url(`/v3/prior_roles/${row.prior_role_id}/implies/${row.role_id}`) }
        : {}),
    },
  };
}
