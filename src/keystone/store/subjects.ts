/** Users, projects and domains as a token needs them: with the name and state of their domain, in one query each. */
import { rootDomain, type Conn, type ProjectRow, type UserRow } from "./tables.ts";

export type SubjectUser = Pick<
  UserRow,
  "id" | "name" | "domain_id" | "enabled" | "generation" | "default_project_id" | "password_hash"
> & { domain_name: string; domain_enabled: number };

export type SubjectProject = Pick<
  ProjectRow,
  "id" | "name" | "domain_id" | "parent_id" | "enabled" | "generation" | "is_domain"
> & { domain_name: string; domain_enabled: number };

export type SubjectDomain = Pick<ProjectRow, "id" | "name" | "enabled" | "generation">;

/** How a request names a thing: by id, or by name within a domain. */
export interface NameRef {
  id?: string | undefined;
  name?: string | undefined;
  domain?: { id?: string | undefined; name?: string | undefined } | undefined;
}

function users(conn: Conn) {
  return conn
    .selectFrom("users as u")
    .innerJoin("projects as d", "d.id", "u.domain_id")
    .select(["u.id", "u.name", "u.domain_id", "u.enabled", "u.generation", "u.default_project_id", "u.password_hash"])
    .select(["d.name as domain_name", "d.enabled as domain_enabled"]);
}

function projects(conn: Conn) {
  return conn
    .selectFrom("projects as p")
    .innerJoin("projects as d", "d.id", "p.domain_id")
    .select(["p.id", "p.name", "p.domain_id", "p.parent_id", "p.enabled", "p.generation", "p.is_domain"])
    .select(["d.name as domain_name", "d.enabled as domain_enabled"]);
}

export async function findUser(conn: Conn, ref: NameRef): Promise<SubjectUser | undefined> {
  if (ref.id !== undefined) return users(conn).where("u.id", "=", ref.id).executeTakeFirst();
  const { name, domain } = ref;
  if (name === undefined || !domain) return undefined;
  const query = users(conn).where("u.name", "=", name);
  if (domain.id !== undefined) return query.where("u.domain_id", "=", domain.id).executeTakeFirst();
  return domain.name === undefined ? undefined : query.where("d.name", "=", domain.name).executeTakeFirst();
}

export async function findProject(conn: Conn, ref: NameRef): Promise<SubjectProject | undefined> {
  if (ref.id !== undefined) return projects(conn).where("p.id", "=", ref.id).executeTakeFirst();
  const { name, domain } = ref;
  if (name === undefined || !domain) return undefined;
  const query = projects(conn).where("p.name", "=", name);
  if (domain.id !== undefined) return query.where("p.domain_id", "=", domain.id).executeTakeFirst();
  return domain.name === undefined ? undefined : query.where("d.name", "=", domain.name).executeTakeFirst();
}

export async function findDomain(conn: Conn, ref: NameRef): Promise<SubjectDomain | undefined> {
  const query = conn
    .selectFrom("projects")
    .select(["id", "name", "enabled", "generation"])
    .where("is_domain", "=", 1)
    .where("domain_id", "=", rootDomain);
  if (ref.id !== undefined) return query.where("id", "=", ref.id).executeTakeFirst();
  return ref.name === undefined ? undefined : query.where("name", "=", ref.name).executeTakeFirst();
}
