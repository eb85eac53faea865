/** Services of the catalogue. */
import { service } from "#contracts/keystone/catalog.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { touchReference } from "../store/reference-data.ts";
import type { ServiceRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { extraOf, flag, found } from "./edit.ts";
import { serviceBody } from "./render.ts";

const known = ["type", "enabled", "description"];

export function serviceHandlers({ db, ids }: KeystoneDeps): Implementation {
  const find = (id: string | undefined): Promise<ServiceRow | undefined> =>
    db
      .selectFrom("services")
      .selectAll()
      .where("id", "=", id ?? "")
      .executeTakeFirst();

  return implement(service, {
    list: async (call) => {
      const items = (await db.selectFrom("services").selectAll().orderBy("type").execute()).map((row) =>
        serviceBody(call, row),
      );
      return collection(call, "services", filtered(items, call.query, ["name", "type"]));
    },
    create: async (call) => {
      const given = call.body.service;
      const row: ServiceRow = {
        id: ids.hex(),
        type: given.type,
        name: given.name ?? null,
        enabled: flag(given.enabled, 1),
        description: given.description ?? null,
        extra: extraOf(given, known),
      };
      await db.transaction().execute(async (trx) => {
        await trx.insertInto("services").values(row).execute();
        await touchReference(trx);
      });
      return { service: serviceBody(call, row) };
    },
    show: async (call) => {
      const { service_id } = call.params;
      return { service: serviceBody(call, found(call, await find(service_id), "service", service_id)) };
    },
    update: async (call) => {
      const { service_id } = call.params;
      const row = found(call, await find(service_id), "service", service_id);
      const given = call.body.service;
      const set = {
        type: given.type ?? row.type,
        name: given.name ?? row.name,
        enabled: flag(given.enabled, row.enabled),
        description: given.description === undefined ? row.description : given.description,
        extra: extraOf(given, known, row.extra),
      };
      await db.transaction().execute(async (trx) => {
        await trx.updateTable("services").set(set).where("id", "=", row.id).execute();
        await touchReference(trx);
      });
      return { service: serviceBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const { service_id } = call.params;
      const row = found(call, await find(service_id), "service", service_id);
      await db.transaction().execute(async (trx) => {
        for (const table of ["endpoints", "limits", "registered_limits"] as const) {
          await trx.deleteFrom(table).where("service_id", "=", row.id).execute();
        }
        await trx.deleteFrom("services").where("id", "=", row.id).execute();
        await touchReference(trx);
      });
      return undefined;
    },
  });
}
