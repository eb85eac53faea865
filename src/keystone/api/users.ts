/** Users. Whatever ends a user's right to log in ends the tokens too, in the same statement. */
import { errors } from "#contracts/keystone/errors.ts";
import { user } from "#contracts/keystone/user.ts";
import { implement, type Handlers, type Implementation } from "#platform/http/call.ts";
import type { UserRow } from "../store/tables.ts";
import { findDomain } from "../store/subjects.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, extraOf, flag, found, optionsOf, stored, visibleDomain } from "./edit.ts";
import { groupBody, projectBody, userBody } from "./render.ts";
import { listScopesOf } from "./scopes.ts";

const known = ["domain_id", "enabled", "default_project_id", "options"];

/** The row of a user. */
function findUserRow({ db }: KeystoneDeps, id: string | undefined): Promise<UserRow | undefined> {
  return db
    .selectFrom("users")
    .selectAll()
    .where("id", "=", id ?? "")
    .executeTakeFirst();
}

export function userHandlers(deps: KeystoneDeps): Implementation {
  return implement(user, { ...reading(deps), ...related(deps), ...writing(deps), ...ownPassword(deps) });
}

function reading(deps: KeystoneDeps): Pick<Handlers<typeof user>, "list" | "show"> {
  const { db } = deps;
  return {
    list: async (call) => {
      const domain_id = visibleDomain(call, "identity:list_users") ?? call.query.domain_id;
      let query = db.selectFrom("users").selectAll().orderBy("name");
      if (domain_id !== undefined) query = query.where("domain_id", "=", domain_id);
      if (call.query.name !== undefined) query = query.where("name", "=", call.query.name);
      const items = (await query.execute()).map((row) => userBody(call, row));
      return collection(call, "users", filtered(items, call.query, ["name", "enabled", "domain_id", "email"]));
    },
    show: async (call) => {
      const { user_id } = call.params;
      const row = found(call, await findUserRow(deps, user_id), "user", user_id);
      call.enforce({ user_id: row.id, domain_id: row.domain_id });
      return { user: userBody(call, row) };
    },
  };
}

function related(deps: KeystoneDeps): Pick<Handlers<typeof user>, "groups" | "projects"> {
  const { db } = deps;
  return {
    groups: async (call) => {
      const { user_id } = call.params;
      const row = found(call, await findUserRow(deps, user_id), "user", user_id);
      call.enforce({ user_id: row.id, domain_id: row.domain_id });
      const rows = await db
        .selectFrom("groups")
        .innerJoin("memberships", "memberships.group_id", "groups.id")
        .selectAll("groups")
        .where("memberships.user_id", "=", row.id)
        .orderBy("groups.name")
        .execute();
      const items = rows.map((one) => groupBody(call, one));
      return collection(call, "groups", filtered(items, call.query, ["name"]));
    },
    projects: async (call) => {
      const { user_id } = call.params;
      const row = found(call, await findUserRow(deps, user_id), "user", user_id);
      call.enforce({ user_id: row.id, domain_id: row.domain_id });
      const items = (await listScopesOf(db, row.id, "project")).map((one) => projectBody(call, one));
      return collection(call, "projects", filtered(items, call.query, ["name", "enabled", "domain_id"]));
    },
  };
}

function writing(deps: KeystoneDeps): Pick<Handlers<typeof user>, "create" | "update" | "remove"> {
  const { db, passwords, clock, ids } = deps;
  return {
    create: async (call) => {
      const { user: given } = call.body;
      const domain_id = given.domain_id ?? call.identity.domain_id ?? "default";
      existing(await findDomain(db, { id: domain_id }), "domain", domain_id);
      const hash = typeof given.password === "string" ? await passwords.hash(given.password) : null;
      const row: UserRow = {
        id: ids.hex(),
        domain_id,
        name: given.name,
        enabled: flag(given.enabled, 1),
        default_project_id: given.default_project_id ?? null,
        password_hash: hash,
        password_changed_at: hash === null ? null : clock.now(),
        options: optionsOf(given.options),
        extra: extraOf(given, known),
        generation: 0,
      };
      await stored(db.insertInto("users").values(row).execute(), "user", row.name, domain_id);
      return { user: userBody(call, row) };
    },
    update: async (call) => {
      const { user_id } = call.params;
      const row = found(call, await findUserRow(deps, user_id), "user", user_id);
      const changes = await changesOf(deps, row, call.body.user);
      await stored(update(deps, row.id, changes), "user", String(call.body.user.name), row.domain_id);
      return { user: userBody(call, found(call, await findUserRow(deps, user_id), "user", user_id)) };
    },
    remove: async (call) => {
      const { user_id = "" } = call.params;
      found(call, await findUserRow(deps, user_id), "user", user_id);
      await removeUsers(deps, [user_id]);
      return undefined;
    },
  };
}

function ownPassword(deps: KeystoneDeps): Pick<Handlers<typeof user>, "changePassword"> {
  const { db, passwords, clock } = deps;
  return {
    changePassword: async (call) => {
      const row = await findUserRow(deps, call.params["user_id"]);
      const { password, original_password } = call.body.user;
      const right = await passwords.verify(original_password, row?.password_hash);
      if (!row || !right || row.enabled !== 1) throw errors.notAuthenticated();
      const change = { password_hash: await passwords.hash(password), password_changed_at: clock.now() };
      const result = await db
        .updateTable("users")
        .set((eb) => ({ ...change, generation: eb("generation", "+", 1) }))
        .where("id", "=", row.id)
        .where("generation", "=", row.generation)
        .executeTakeFirst();
      // Somebody else changed the password meanwhile: the one given is no longer right.
      if (Number(result.numUpdatedRows) === 0) throw errors.notAuthenticated();
      return undefined;
    },
  };
}

interface UserChange {
  name?: string | undefined;
  domain_id?: string | undefined;
  enabled?: boolean | undefined;
  password?: string | null | undefined;
  default_project_id?: string | null | undefined;
  options?: object | undefined;
}

interface Changes {
  set: Partial<UserRow>;
  /** True when the tokens of the user must end. */
  ends: boolean;
}

async function changesOf({ passwords, clock }: KeystoneDeps, row: UserRow, given: UserChange): Promise<Changes> {
  if (given.domain_id !== undefined && given.domain_id !== row.domain_id) {
    throw errors.invalid({ detail: "Cannot change domain_id of a user." });
  }
  const set: Partial<UserRow> = {
    extra: extraOf(given, known, row.extra),
    options: optionsOf(given.options, row.options),
  };
  if (given.name !== undefined) set.name = given.name;
  if (given.enabled !== undefined) set.enabled = Number(given.enabled);
  if (given.default_project_id !== undefined) set.default_project_id = given.default_project_id;
  if (given.password !== undefined) {
    set.password_hash = given.password === null ? null : await passwords.hash(given.password);
    set.password_changed_at = clock.now();
  }
  return { set, ends: given.password !== undefined || given.enabled === false };
}

async function update({ db }: KeystoneDeps, id: string, { set, ends }: Changes): Promise<void> {
  await db
    .updateTable("users")
    .set((eb) => ({ ...set, ...(ends ? { generation: eb("generation", "+", 1) } : {}) }))
    .where("id", "=", id)
    .execute();
}

/** Users go with what points to them. */
export async function removeUsers({ db }: Pick<KeystoneDeps, "db">, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom("users").where("id", "in", ids).execute();
    await trx.deleteFrom("memberships").where("user_id", "in", ids).execute();
    await trx.deleteFrom("application_credentials").where("user_id", "in", ids).execute();
    await trx.deleteFrom("credentials").where("user_id", "in", ids).execute();
    await trx.deleteFrom("assignments").where("actor_type", "=", "user").where("actor_id", "in", ids).execute();
  });
}
