/** Groups of users. */
import { errors } from "#contracts/keystone/errors.ts";
import { group } from "#contracts/keystone/group.ts";
import { implement, type Handlers, type Implementation } from "#platform/http/call.ts";
import { findDomain, findUser } from "../store/subjects.ts";
import type { GroupRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, extraOf, found, stored, visibleDomain } from "./edit.ts";
import { groupBody, userBody } from "./render.ts";

const known = ["domain_id", "description"];

function findGroup({ db }: KeystoneDeps, id: string | undefined): Promise<GroupRow | undefined> {
  return db
    .selectFrom("groups")
    .selectAll()
    .where("id", "=", id ?? "")
    .executeTakeFirst();
}

/** The membership that a path names; 404 unless group and user exist. */
async function memberOf(deps: KeystoneDeps, params: Readonly<Record<string, string>>) {
  const { group_id = "", user_id = "" } = params;
  existing(await findGroup(deps, group_id), "group", group_id);
  existing(await findUser(deps.db, { id: user_id }), "user", user_id);
  return { group_id, user_id };
}

export function groupHandlers(deps: KeystoneDeps): Implementation {
  return implement(group, { ...reading(deps), ...writing(deps), ...membership(deps) });
}

function reading(deps: KeystoneDeps): Pick<Handlers<typeof group>, "list" | "show" | "users"> {
  const { db } = deps;
  return {
    list: async (call) => {
      const domain_id = visibleDomain(call, "identity:list_groups") ?? call.query.domain_id;
      let query = db.selectFrom("groups").selectAll().orderBy("name");
      if (domain_id !== undefined) query = query.where("domain_id", "=", domain_id);
      const items = (await query.execute()).map((row) => groupBody(call, row));
      return collection(call, "groups", filtered(items, call.query, ["name"]));
    },
    show: async (call) => {
      const row = found(call, await findGroup(deps, call.params["group_id"]), "group", call.params["group_id"]);
      call.enforce({ domain_id: row.domain_id });
      return { group: groupBody(call, row) };
    },
    users: async (call) => {
      const row = found(call, await findGroup(deps, call.params["group_id"]), "group", call.params["group_id"]);
      call.enforce({ domain_id: row.domain_id });
      const rows = await db
        .selectFrom("users")
        .innerJoin("memberships", "memberships.user_id", "users.id")
        .selectAll("users")
        .where("memberships.group_id", "=", row.id)
        .orderBy("users.name")
        .execute();
      const items = rows.map((one) => userBody(call, one));
      return collection(call, "users", filtered(items, call.query, ["name", "enabled"]));
    },
  };
}

function writing(deps: KeystoneDeps): Pick<Handlers<typeof group>, "create" | "update" | "remove"> {
  const { db, ids } = deps;
  return {
    create: async (call) => {
      const given = call.body.group;
      const domain_id = given.domain_id ?? call.identity.domain_id ?? "default";
      existing(await findDomain(db, { id: domain_id }), "domain", domain_id);
      const row: GroupRow = {
        id: ids.hex(),
        domain_id,
        name: given.name,
        description: given.description ?? "",
        extra: extraOf(given, known),
      };
      await stored(db.insertInto("groups").values(row).execute(), "group", row.name, domain_id);
      return { group: groupBody(call, row) };
    },
    update: async (call) => {
      const row = found(call, await findGroup(deps, call.params["group_id"]), "group", call.params["group_id"]);
      const given = call.body.group;
      if (given.domain_id !== undefined && given.domain_id !== row.domain_id) {
        throw errors.invalid({ detail: "Cannot change domain_id of a group." });
      }
      const set = {
        name: given.name ?? row.name,
        description: given.description ?? row.description,
        extra: extraOf(given, known, row.extra),
      };
      const write = db.updateTable("groups").set(set).where("id", "=", row.id).execute();
      await stored(write, "group", set.name, row.domain_id);
      return { group: groupBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const row = found(call, await findGroup(deps, call.params["group_id"]), "group", call.params["group_id"]);
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom("groups").where("id", "=", row.id).execute();
        await trx.deleteFrom("memberships").where("group_id", "=", row.id).execute();
        await trx.deleteFrom("assignments").where("actor_type", "=", "group").where("actor_id", "=", row.id).execute();
      });
      return undefined;
    },
  };
}

function membership(deps: KeystoneDeps): Pick<Handlers<typeof group>, "addUser" | "hasUser" | "removeUser"> {
  const { db } = deps;
  return {
    addUser: async (call) => {
      const row = await memberOf(deps, call.params);
      await db
        .insertInto("memberships")
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return undefined;
    },
    hasUser: async (call) => {
      const { group_id, user_id } = await memberOf(deps, call.params);
      const query = db.selectFrom("memberships").select("user_id").where("group_id", "=", group_id);
      if (await query.where("user_id", "=", user_id).executeTakeFirst()) return undefined;
      throw errors.notFound({ what: "user in group", id: user_id });
    },
    removeUser: async (call) => {
      const { group_id, user_id } = await memberOf(deps, call.params);
      const query = db.deleteFrom("memberships").where("group_id", "=", group_id).where("user_id", "=", user_id);
      const result = await query.executeTakeFirst();
      if (Number(result.numDeletedRows) === 0) throw errors.notFound({ what: "user in group", id: user_id });
      return undefined;
    },
  };
}
