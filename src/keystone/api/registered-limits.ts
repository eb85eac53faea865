/** Registered limits: what every project may have of a resource, unless a limit of its own says otherwise. */
import { errors } from "#contracts/keystone/errors.ts";
import { registeredLimit } from "#contracts/keystone/limit.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Conn, RegisteredLimitRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, stored } from "./edit.ts";

function bodyOf(call: Call, row: RegisteredLimitRow) {
  return { ...row, region_id: row.region_id || null, links: { self: call.url(`/v3/registered_limits/${row.id}`) } };
}

/** 400 unless service and region exist. */
async function needPlace(conn: Conn, service_id: string, region_id: string): Promise<void> {
  const service = await conn.selectFrom("services").select("id").where("id", "=", service_id).executeTakeFirst();
  const region = await conn.selectFrom("regions").select("id").where("id", "=", region_id).executeTakeFirst();
  if (!service || (region_id !== "" && !region)) {
    throw errors.invalid({ detail: "The service or the region of the limit does not exist." });
  }
}

/** Limits of projects that stand on this registered limit. */
async function refuseUsed(conn: Conn, { id, service_id, region_id, resource_name }: RegisteredLimitRow): Promise<void> {
  const query = conn.selectFrom("limits").select("id").where("service_id", "=", service_id);
  const used = await query
    .where("region_id", "=", region_id)
    .where("resource_name", "=", resource_name)
    .executeTakeFirst();
  if (!used) return;
  throw errors.forbidden({
    detail: `Unable to update or delete registered limit ${id} because there are project limits associated with it.`,
  });
}

export function registeredLimitHandlers({ db, ids }: KeystoneDeps): Implementation {
  const get = async (conn: Conn, id = ""): Promise<RegisteredLimitRow> => {
    const row = await conn.selectFrom("registered_limits").selectAll().where("id", "=", id).executeTakeFirst();
    return existing(row, "registered limit", id);
  };
  return implement(registeredLimit, {
    list: async (call) => {
      const rows = await db.selectFrom("registered_limits").selectAll().orderBy("resource_name").execute();
      const items = rows.map((row) => bodyOf(call, row));
      return collection(
        call,
        "registered_limits",
        filtered(items, call.query, ["service_id", "region_id", "resource_name"]),
      );
    },
    create: async (call) => {
      const write = db.transaction().execute(async (trx) => {
        const rows: RegisteredLimitRow[] = [];
        for (const { region_id, description, ...given } of call.body.registered_limits) {
          const row = { id: ids.hex(), ...given, region_id: region_id ?? "", description: description ?? null };
          await needPlace(trx, row.service_id, row.region_id);
          await trx.insertInto("registered_limits").values(row).execute();
          rows.push(row);
        }
        return rows;
      });
      const names = call.body.registered_limits.map(({ resource_name }) => resource_name).join(", ");
      const rows = await stored(write, "registered_limit", names);
      return { registered_limits: rows.map((row) => bodyOf(call, row)) };
    },
    show: async (call) => ({ registered_limit: bodyOf(call, await get(db, call.params["registered_limit_id"])) }),
    update: async (call) => {
      const given = call.body.registered_limit;
      const write = db.transaction().execute(async (trx) => {
        const row = await get(trx, call.params["registered_limit_id"]);
        const { region_id, ...rest } = given;
        const next = {
          ...row,
          ...rest,
          ...(region_id === undefined ? {} : { region_id: region_id ?? "" }),
        } as RegisteredLimitRow;
        if (
          next.service_id !== row.service_id ||
          next.region_id !== row.region_id ||
          next.resource_name !== row.resource_name
        ) {
          await refuseUsed(trx, row);
          await needPlace(trx, next.service_id, next.region_id);
        }
        await trx.updateTable("registered_limits").set(next).where("id", "=", row.id).execute();
        return next;
      });
      return { registered_limit: bodyOf(call, await stored(write, "registered_limit", String(given.resource_name))) };
    },
    remove: async (call) => {
      await db.transaction().execute(async (trx) => {
        const row = await get(trx, call.params["registered_limit_id"]);
        await refuseUsed(trx, row);
        await trx.deleteFrom("registered_limits").where("id", "=", row.id).execute();
      });
      return undefined;
    },
  });
}
