/** The projects above and below one, as `parents_as_list`, `parents_as_ids`, `subtree_as_list` and `subtree_as_ids`. */
import { errors } from "#contracts/keystone/errors.ts";
import type { Call } from "#platform/http/call.ts";
import { listAbove } from "../store/assignments.ts";
import type { Conn, ProjectRow } from "../store/tables.ts";
import { projectBody } from "./render.ts";

interface Asked {
  parents_as_list?: string;
  parents_as_ids?: string;
  subtree_as_list?: string;
  subtree_as_ids?: string;
}

interface Tree {
  [project_id: string]: Tree | null;
}

/** `parents` and `subtree` when the query asks for them. */
export async function familyOf(conn: Conn, call: Call<Asked>, row: ProjectRow): Promise<Record<string, unknown>> {
  const { query } = call;
  const family: Record<string, unknown> = {};
  if (query.parents_as_list !== undefined && query.parents_as_ids !== undefined) refuse("parents");
  if (query.subtree_as_list !== undefined && query.subtree_as_ids !== undefined) refuse("subtree");
  if (query.parents_as_list !== undefined) {
    const parents = await rowsOf(conn, await listAbove(conn, row));
    family["parents"] = parents.map((parent) => ({ project: projectBody(call, parent) }));
  }
  if (query.parents_as_ids !== undefined) family["parents"] = await parentIds(conn, row);
  if (query.subtree_as_list !== undefined || query.subtree_as_ids !== undefined) {
    const below = await listBelow(conn, row);
    const list = below.map((child) => ({ project: projectBody(call, child) }));
    family["subtree"] = query.subtree_as_ids === undefined ? list : treeOf(row.id, below);
  }
  return family;
}

function refuse(which: string): never {
  throw errors.invalid({ detail: `Cannot use ${which}_as_list and ${which}_as_ids query params at the same time.` });
}

async function rowsOf(conn: Conn, ids: readonly string[]): Promise<ProjectRow[]> {
  return ids.length === 0 ? [] : conn.selectFrom("projects").selectAll().where("id", "in", ids).execute();
}

async function parentIds(conn: Conn, row: ProjectRow): Promise<Tree | null> {
  const chain = [...(await listAbove(conn, row)), row.domain_id].filter((id) => id !== "");
  return chain.reduceRight<Tree | null>((tree, id) => ({ [id]: tree }), null);
}

/** All projects below, breadth first. */
export async function listBelow(conn: Conn, row: Pick<ProjectRow, "id">): Promise<ProjectRow[]> {
  const below: ProjectRow[] = [];
  let level = [row.id];
  while (level.length > 0) {
    const children = await conn.selectFrom("projects").selectAll().where("parent_id", "in", level).execute();
    below.push(...children);
    level = children.map(({ id }) => id);
  }
  return below;
}

function treeOf(id: string, below: readonly ProjectRow[]): Tree | null {
  const children = below.filter(({ parent_id }) => parent_id === id);
  if (children.length === 0) return null;
  return Object.fromEntries(children.map((child) => [child.id, treeOf(child.id, below)]));
}
