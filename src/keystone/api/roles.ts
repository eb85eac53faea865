/** Roles. Those with a domain (domain roles) stand in no token; they only imply others. */
import { errors } from "#contracts/keystone/errors.ts";
import { role } from "#contracts/keystone/role.ts";
import { implement, type Handlers, type Implementation } from "#platform/http/call.ts";
import { touchReference } from "../store/reference-data.ts";
import { findDomain } from "../store/subjects.ts";
import { rootDomain, type Conn, type RoleRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, extraOf, found, optionsOf, refuseImmutable, stored } from "./edit.ts";
import { roleBody } from "./render.ts";

const known = ["domain_id", "description", "options"];

export function findRole(conn: Conn, id: string | undefined): Promise<RoleRow | undefined> {
  return conn
    .selectFrom("roles")
    .selectAll()
    .where("id", "=", id ?? "")
    .executeTakeFirst();
}

export function roleHandlers(deps: KeystoneDeps): Implementation {
  return implement(role, { ...reading(deps), ...writing(deps) });
}

function reading(deps: KeystoneDeps): Pick<Handlers<typeof role>, "list" | "show"> {
  const { db } = deps;
  return {
    list: async (call) => {
      const domain_id = call.query.domain_id ?? rootDomain;
      const rows = await db
        .selectFrom("roles")
        .selectAll()
        .where("domain_id", "=", domain_id)
        .orderBy("name")
        .execute();
      const items = rows.map((row) => roleBody(call, row));
      return collection(call, "roles", filtered(items, call.query, ["name"]));
    },
    show: async (call) => {
      const { role_id } = call.params;
      return { role: roleBody(call, found(call, await findRole(db, role_id), "role", role_id)) };
    },
  };
}

function writing(deps: KeystoneDeps): Pick<Handlers<typeof role>, "create" | "update" | "remove"> {
  const { db, ids } = deps;
  return {
    create: async (call) => {
      const given = call.body.role;
      const domain_id = given.domain_id ?? rootDomain;
      if (domain_id !== rootDomain) existing(await findDomain(db, { id: domain_id }), "domain", domain_id);
      const row: RoleRow = {
        id: ids.hex(),
        name: given.name,
        domain_id,
        description: given.description ?? null,
        options: optionsOf(given.options),
        extra: extraOf(given, known),
      };
      const write = db.transaction().execute(async (trx) => {
        await trx.insertInto("roles").values(row).execute();
        await touchReference(trx);
      });
      await stored(write, "role", row.name, domain_id || undefined);
      return { role: roleBody(call, row) };
    },
    update: async (call) => {
      const { role_id } = call.params;
      const row = found(call, await findRole(db, role_id), "role", role_id);
      const given = call.body.role;
      refuseImmutable(row, "role", given);
      if (given.domain_id !== undefined && (given.domain_id ?? rootDomain) !== row.domain_id) {
        throw errors.invalid({ detail: "Update of `domain_id` is not allowed." });
      }
      const set = {
        name: given.name ?? row.name,
        description: given.description === undefined ? row.description : given.description,
        options: optionsOf(given.options, row.options),
        extra: extraOf(given, known, row.extra),
      };
      const write = db.transaction().execute(async (trx) => {
        await trx.updateTable("roles").set(set).where("id", "=", row.id).execute();
        await touchReference(trx);
      });
      await stored(write, "role", set.name, row.domain_id || undefined);
      return { role: roleBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const { role_id } = call.params;
      const row = found(call, await findRole(db, role_id), "role", role_id);
      refuseImmutable(row, "role");
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom("roles").where("id", "=", row.id).execute();
        await trx.deleteFrom("assignments").where("role_id", "=", row.id).execute();
        await trx
          .deleteFrom("implied_roles")
          .where((eb) => eb.or([eb("prior_role_id", "=", row.id), eb("implied_role_id", "=", row.id)]))
          .execute();
        await touchReference(trx);
      });
      return undefined;
    },
  };
}
