/** Projects: a tree below each domain. */
import { errors } from "#contracts/keystone/errors.ts";
import { project } from "#contracts/keystone/project.ts";
import { implement, type Handlers, type Implementation } from "#platform/http/call.ts";
import { listAbove } from "../store/assignments.ts";
import { findDomain } from "../store/subjects.ts";
import { rootDomain, type Conn, type ProjectRow } from "../store/tables.ts";
import { collection, filtered, isYes } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, extraOf, flag, found, optionsOf, refuseImmutable, stored, visibleDomain } from "./edit.ts";
import { familyOf } from "./project-family.ts";
import { fitsTags } from "./project-tags.ts";
import { removeDomain, removeProject } from "./removal.ts";
import { projectBody } from "./render.ts";

const known = ["domain_id", "parent_id", "is_domain", "enabled", "description", "tags", "options"];
/** Keystone's own limit of the tree below a domain. */
const maxDepth = 5;

export function findProjectRow(conn: Conn, id: string | undefined): Promise<ProjectRow | undefined> {
  return conn
    .selectFrom("projects")
    .selectAll()
    .where("id", "=", id ?? "")
    .executeTakeFirst();
}

export function projectHandlers(deps: KeystoneDeps): Implementation {
  return implement(project, { ...reading(deps), ...writing(deps) });
}

function reading(deps: KeystoneDeps): Pick<Handlers<typeof project>, "list" | "show"> {
  const { db } = deps;
  return {
    list: async (call) => {
      const domain_id = visibleDomain(call, "identity:list_projects") ?? call.query.domain_id;
      const is_domain = call.query.is_domain !== undefined && isYes(call.query.is_domain) ? 1 : 0;
      let query = db.selectFrom("projects").selectAll().where("is_domain", "=", is_domain).orderBy("name");
      if (domain_id !== undefined) query = query.where("domain_id", "=", domain_id);
      if (call.query.name !== undefined) query = query.where("name", "=", call.query.name);
      const items = (await query.execute()).map((row) => projectBody(call, row));
      const kept = filtered(items, call.query, ["name", "enabled", "parent_id"]);
      return collection(
        call,
        "projects",
        kept.filter((item) => fitsTags(item.tags, call.query)),
      );
    },
    show: async (call) => {
      const { project_id } = call.params;
      const row = found(call, await findProjectRow(db, project_id), "project", project_id);
      call.enforce({ project_id: row.id, domain_id: row.is_domain ? row.id : row.domain_id });
      return { project: { ...projectBody(call, row), ...(await familyOf(db, call, row)) } };
    },
  };
}

function writing(deps: KeystoneDeps): Pick<Handlers<typeof project>, "create" | "update" | "remove"> {
  const { db, ids } = deps;
  return {
    create: async (call) => {
      const given = call.body.project;
      const place = await placeOf(db, given, call.identity.domain_id ?? "default");
      const row: ProjectRow = {
        id: ids.hex(),
        name: given.name,
        ...place,
        is_domain: flag(given.is_domain, 0),
        enabled: flag(given.enabled, 1),
        description: given.description ?? "",
        tags: JSON.stringify(given.tags ?? []),
        options: optionsOf(given.options),
        extra: extraOf(given, known),
        generation: 0,
      };
      await stored(db.insertInto("projects").values(row).execute(), "project", row.name, place.domain_id);
      return { project: projectBody(call, row) };
    },
    update: async (call) => {
      const { project_id } = call.params;
      const row = found(call, await findProjectRow(db, project_id), "project", project_id);
      const given = call.body.project;
      refuseMove(row, given);
      refuseImmutable(row, "project", given);
      const set = changesOf(row, given);
      await stored(updateProject(db, row.id, set), "project", set.name, row.domain_id);
      return { project: projectBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const { project_id } = call.params;
      const row = found(call, await findProjectRow(db, project_id), "project", project_id);
      refuseImmutable(row, "project");
      await db.transaction().execute(async (trx) => (row.is_domain ? removeDomain(trx, row) : removeProject(trx, row)));
      return undefined;
    },
  };
}

interface Place {
  domain_id?: string | null | undefined;
  parent_id?: string | null | undefined;
  is_domain?: boolean | undefined;
}

/** Where a new project stands: below its parent, else below its domain. */
async function placeOf(
  conn: Conn,
  given: Place,
  own_domain_id: string,
): Promise<{ domain_id: string; parent_id: string | null }> {
  if (given.is_domain) return { domain_id: rootDomain, parent_id: null };
  const parent = given.parent_id
    ? existing(await findProjectRow(conn, given.parent_id), "project", given.parent_id)
    : undefined;
  const above = parent && (parent.is_domain ? parent.id : parent.domain_id);
  const domain_id = given.domain_id ?? above ?? own_domain_id;
  if (above !== undefined && above !== domain_id) {
    throw errors.invalid({ detail: `The parent project ${given.parent_id} is in another domain than ${domain_id}.` });
  }
  existing(await findDomain(conn, { id: domain_id }), "domain", domain_id);
  if (parent && !parent.is_domain && (await listAbove(conn, parent)).length + 2 > maxDepth) {
    throw errors.forbidden({ detail: `Max hierarchy depth reached for ${parent.id} branch.` });
  }
  return { domain_id, parent_id: parent?.id ?? domain_id };
}

function refuseMove(row: ProjectRow, given: Place): void {
  if (given.parent_id !== undefined && given.parent_id !== row.parent_id) {
    throw errors.forbidden({ detail: `Update of \`parent_id\` is not allowed.` });
  }
  if (given.is_domain !== undefined && Number(given.is_domain) !== row.is_domain) {
    throw errors.invalid({ detail: "Update of `is_domain` is not allowed." });
  }
  if (given.domain_id !== undefined && (given.domain_id ?? rootDomain) !== row.domain_id) {
    throw errors.invalid({ detail: "Update of `domain_id` is not allowed." });
  }
}

interface ProjectChange {
  name?: string | undefined;
  enabled?: boolean | undefined;
  description?: string | null | undefined;
  tags?: string[] | undefined;
  options?: object | undefined;
}

/** The new values of a project or domain. */
export function changesOf(row: ProjectRow, given: ProjectChange) {
  return {
    name: given.name ?? row.name,
    enabled: flag(given.enabled, row.enabled),
    description: given.description ?? row.description,
    tags: given.tags ? JSON.stringify(given.tags) : row.tags,
    options: optionsOf(given.options, row.options),
    extra: extraOf(given, known, row.extra),
  };
}

/** Writes a project or domain; disabling it ends the tokens that are scoped to it. */
export async function updateProject(conn: Conn, id: string, set: ReturnType<typeof changesOf>): Promise<void> {
  await conn
    .updateTable("projects")
    .set((eb) => ({ ...set, ...(set.enabled ? {} : { generation: eb("generation", "+", 1) }) }))
    .where("id", "=", id)
    .execute();
}
