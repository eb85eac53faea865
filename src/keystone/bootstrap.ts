/**
 * What a cloud needs in Keystone before anybody can log in. Idempotent: run at every start. What people may change
 * (their passwords, names, roles) is made once and then left alone; what the configuration owns (the passwords of
 * service users, the URLs of endpoints) follows it.
 */
import type { Ids } from "#platform/ids/ids.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Parts } from "#platform/role/role.ts";
import type { Checked, CheckedBefore } from "./passwords/checked-before.ts";
import { makePasswords, type Passwords } from "./passwords/passwords.ts";
import { ensureAssignment } from "./store/assignments.ts";
import { migrations } from "./store/migrations.ts";
import { touchReference } from "./store/reference-data.ts";
import { rootDomain, type Conn, type Db, type Tables, type TargetType } from "./store/tables.ts";

export interface BootstrapService {
  /** `compute` */
  type: string;
  /** `nova` */
  name: string;
  /** Where users reach it; `$(project_id)s` is filled in for each token. */
  url: string;
}

export interface BootstrapSpec {
  /** Used when the user is made; later changes by the user stay. */
  admin_password: string;
  demo_password: string;
  /** In project `service`; their passwords follow this list. */
  service_users: readonly { name: string; password: string; roles?: readonly string[] }[];
  services: readonly BootstrapService[];
  /** `RegionOne` when left out. */
  region?: string;
}

interface Work {
  db: Db;
  ids: Ids;
  clock: Clock;
  passwords: Passwords;
  /** What an earlier start found to fit; without it all is checked. */
  checkedBefore?: CheckedBefore;
}

/** Opens Keystone's database, brings it up to the specification, and closes it. */
export async function bootstrapKeystone(parts: Parts, spec: BootstrapSpec): Promise<void> {
  const db = await parts.openDatabase<Tables>({ name: "keystone", migrations });
  try {
    await bootstrap({ db, ids: parts.ids, clock: parts.clock, passwords: makePasswords(parts.ids) }, spec);
  } finally {
    await db.destroy();
  }
}

/** The same on a database that is open. */
export async function bootstrap(work: Work, spec: BootstrapSpec): Promise<void> {
  const hashes = await hashAll(work, spec);
  await work.db.transaction().execute(async (trx) => {
    const names = { conn: trx, ids: work.ids, clock: work.clock, hashes };
    await ensureDomain(trx);
    const roles = await ensureRoles(names);
    const projects = await ensureProjects(names);
    const { admin, demo } = await ensurePeople(names, projects);
    await grant(names, admin, roles, [
      ["admin", "project", projects.admin],
      ["admin", "project", projects.demo],
    ]);
    await grant(names, admin, roles, [["admin", "system", "system"]]);
    await grant(names, demo, roles, [["member", "project", projects.demo]]);
    for (const user of spec.service_users) {
      const id = await ensureUser(names, user.name, projects.service);
      const wanted = user.roles ?? ["service"];
      await grant(
        names,
        id,
        roles,
        wanted.map((role) => [role, "project", projects.service] as const),
      );
    }
    await ensureCatalog(names, spec);
    await touchReference(trx);
  });
}

interface Names {
  conn: Conn;
  ids: Ids;
  clock: Clock;
  /** Password hashes to store, by user name; users that are not here keep theirs. */
  hashes: ReadonlyMap<string, string>;
}

/** Hashing takes a while: it happens before the transaction, and only for what is new or changed. */
async function hashAll({ db, passwords, checkedBefore }: Work, spec: BootstrapSpec): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom("users")
    .select(["name", "password_hash"])
    .where("domain_id", "=", "default")
    .execute();
  const stored = new Map(rows.map((row) => [row.name, row.password_hash]));
  const people = [
    { name: "admin", password: spec.admin_password },
    { name: "demo", password: spec.demo_password },
  ].filter(({ name }) => !stored.has(name));
  const services = spec.service_users.map(({ name, password }) => ({ name, password, hash: stored.get(name) }));
  const hashes = new Map<string, string>();
  const known = (await checkedBefore?.were(services)) ?? false;
  const changed = known ? [] : await misfits(passwords, services);
  for (const { name, hash } of await hashed(passwords, [...people, ...changed])) hashes.set(name, hash);
  const now = services.map((one) => ({ ...one, hash: hashes.get(one.name) ?? one.hash }));
  if (!known) await checkedBefore?.keep(now);
  return hashes;
}

async function misfits(passwords: Passwords, all: readonly Checked[]): Promise<Checked[]> {
  const fits = await Promise.all(
    all.map(async ({ password, hash }) => hash !== undefined && (await passwords.verify(password, hash))),
  );
  return all.filter((_one, at) => !fits[at]);
}

function hashed(
  passwords: Passwords,
  all: readonly { name: string; password: string }[],
): Promise<{ name: string; hash: string }[]> {
  return Promise.all(all.map(async ({ name, password }) => ({ name, hash: await passwords.hash(password) })));
}

async function ensureDomain(conn: Conn): Promise<void> {
  const row = { id: "default", name: "Default", domain_id: rootDomain, parent_id: null, is_domain: 1, enabled: 1 };
  const rest = { description: "The default domain", tags: "[]", options: "{}", extra: "{}", generation: 0 };
  await conn
    .insertInto("projects")
    .values({ ...row, ...rest })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const roleNames = ["admin", "manager", "member", "reader", "service"] as const;
type RoleName = (typeof roleNames)[number];
const implied: readonly (readonly [RoleName, RoleName])[] = [
  ["admin", "manager"],
  ["manager", "member"],
  ["member", "reader"],
];

async function ensureRoles({ conn, ids }: Names): Promise<Map<string, string>> {
  const found = await conn.selectFrom("roles").select(["id", "name"]).where("domain_id", "=", rootDomain).execute();
  const roles = new Map(found.map(({ id, name }) => [name, id]));
  if (roleNames.every((name) => roles.has(name))) return roles;
  for (const name of roleNames) {
    if (roles.has(name)) continue;
    const id = ids.hex();
    const row = { id, name, domain_id: rootDomain, description: null, options: '{"immutable":true}', extra: "{}" };
    await conn.insertInto("roles").values(row).execute();
    roles.set(name, id);
  }
  for (const [prior, next] of implied) {
    const rule = { prior_role_id: roles.get(prior) ?? "", implied_role_id: roles.get(next) ?? "" };
    await conn
      .insertInto("implied_roles")
      .values(rule)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return roles;
}

async function ensureProjects({ conn, ids }: Names): Promise<Record<"admin" | "service" | "demo", string>> {
  const ensure = async (name: string, description: string): Promise<string> => {
    const query = conn.selectFrom("projects").select("id").where("domain_id", "=", "default").where("name", "=", name);
    const found = await query.executeTakeFirst();
    if (found) return found.id;
    const id = ids.hex();
    const row = { id, name, domain_id: "default", parent_id: "default", is_domain: 0, enabled: 1, description };
    await conn
      .insertInto("projects")
      .values({ ...row, tags: "[]", options: "{}", extra: "{}", generation: 0 })
      .execute();
    return id;
  };
  return {
    admin: await ensure("admin", "Project of the administrators"),
    service: await ensure("service", "Project of the services"),
    demo: await ensure("demo", "Project to try things in"),
  };
}

async function ensurePeople(names: Names, projects: { admin: string; demo: string }) {
  return {
    admin: await ensureUser(names, "admin", projects.admin),
    demo: await ensureUser(names, "demo", projects.demo),
  };
}

async function ensureUser(
  { conn, ids, clock, hashes }: Names,
  name: string,
  default_project_id: string,
): Promise<string> {
  const query = conn.selectFrom("users").select("id").where("domain_id", "=", "default").where("name", "=", name);
  const found = await query.executeTakeFirst();
  const hash = hashes.get(name);
  if (found && hash === undefined) return found.id;
  const id = found?.id ?? ids.hex();
  const password = { password_hash: hash ?? null, password_changed_at: clock.now() };
  const row = {
    id,
    name,
    domain_id: "default",
    enabled: 1,
    default_project_id,
    options: "{}",
    extra: "{}",
    generation: 0,
  };
  await conn
    .insertInto("users")
    .values({ ...row, ...password })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((eb) => ({ ...password, generation: eb("users.generation", "+", 1) })),
    )
    .execute();
  return id;
}

type Grant = readonly [role: string, target_type: TargetType, target_id: string];

async function grant(
  { conn }: Names,
  user_id: string,
  roles: ReadonlyMap<string, string>,
  grants: readonly Grant[],
): Promise<void> {
  for (const [role, target_type, target_id] of grants) {
    const role_id = roles.get(role);
    if (role_id === undefined) throw new Error(`the role ${role} of a service user does not exist`);
    await ensureAssignment(conn, {
      actor_type: "user",
      actor_id: user_id,
      target_type,
      target_id,
      role_id,
      inherited: 0,
    });
  }
}

async function ensureCatalog(names: Names, spec: BootstrapSpec): Promise<void> {
  const { conn } = names;
  const region_id = spec.region ?? "RegionOne";
  await conn
    .insertInto("regions")
    .values({ id: region_id, description: "", parent_region_id: null, extra: "{}" })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const service of spec.services) {
    const service_id = await ensureService(names, service);
    for (const kind of ["public", "internal", "admin"])
      await ensureEndpoint(names, { service_id, region_id, kind, url: service.url });
  }
}

async function ensureService({ conn, ids }: Names, { type, name }: BootstrapService): Promise<string> {
  const query = conn.selectFrom("services").select("id").where("type", "=", type).where("name", "=", name);
  const found = await query.executeTakeFirst();
  if (found) return found.id;
  const id = ids.hex();
  await conn.insertInto("services").values({ id, type, name, enabled: 1, description: null, extra: "{}" }).execute();
  return id;
}

interface WantedEndpoint {
  service_id: string;
  region_id: string;
  kind: string;
  url: string;
}

async function ensureEndpoint(
  { conn, ids }: Names,
  { service_id, region_id, kind, url }: WantedEndpoint,
): Promise<void> {
  const found = await conn
    .updateTable("endpoints")
    .set({ url })
    .where("service_id", "=", service_id)
    .where("region_id", "=", region_id)
    .where("interface", "=", kind)
    .executeTakeFirst();
  if (Number(found.numUpdatedRows) > 0) return;
  const row = { id: ids.hex(), service_id, interface: kind, region_id, url, enabled: 1, extra: "{}" };
  await conn.insertInto("endpoints").values(row).execute();
}
