/** Resource classes: what can be counted. */
import { errors } from "#contracts/placement/errors.ts";
import { standardClasses } from "#contracts/placement/standard.ts";
import { resourceClass } from "#contracts/placement/trait.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { implement, Reply, type Implementation } from "#platform/http/call.ts";
import type { Conn } from "../store/tables.ts";
import { fresh, isStandardClass, pathOf, unknownClasses, type PlacementDeps } from "./deps.ts";

function classBody(name: string) {
  return { name, links: [{ rel: "self", href: pathOf(`/resource_classes/${name}`) }] };
}

function noClass(name: string) {
  return errors.notFound({ detail: `No such resource class ${name}.` });
}

async function need(conn: Conn, name: string): Promise<void> {
  if ((await unknownClasses(conn, [name])).length > 0) throw noClass(name);
}

/** Refuses to touch a standard class, and one that does not exist. */
async function needCustom(conn: Conn, name: string, verb: string): Promise<void> {
  if (isStandardClass(name)) throw errors.badRequest({ detail: `Cannot ${verb} standard resource class ${name}.` });
  await need(conn, name);
}

export function resourceClassHandlers({ db, clock }: PlacementDeps): Implementation {
  return implement(resourceClass, {
    list: async (call) => {
      const custom = await db.selectFrom("resource_classes").select("name").orderBy("name").execute();
      const names = [...standardClasses, ...custom.map(({ name }) => name)];
      return fresh(call, { resource_classes: names.map(classBody) }, clock.now());
    },
    create: async (call) => {
      const { name } = call.body;
      const result = await db
        .insertInto("resource_classes")
        .values({ name })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (Number(result.numInsertedOrUpdatedRows ?? 0) === 0) {
        throw errors.conflict({ detail: `Conflicting resource class already exists: ${name}` });
      }
      return new Reply(undefined, { headers: { Location: call.url(`/resource_classes/${name}`) } });
    },
    show: async (call) => {
      const { name = "" } = call.params;
      await need(db, name);
      return fresh(call, classBody(name), clock.now());
    },
    rename: async (call) => {
      const { name = "" } = call.params;
      const to = call.body.name;
      const write = db.transaction().execute(async (trx) => {
        await needCustom(trx, name, "update");
        await trx.updateTable("resource_classes").set({ name: to }).where("name", "=", name).execute();
        for (const table of ["inventories", "allocations"] as const) {
          await trx.updateTable(table).set({ resource_class: to }).where("resource_class", "=", name).execute();
        }
      });
      await write.catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw errors.conflict({ detail: `Resource class already exists: ${to}` }, { cause: error });
      });
      return classBody(to);
    },
    ensure: async (call) => {
      const { name = "" } = call.params;
      if (!/^CUSTOM_[A-Z0-9_]{1,248}$/.test(name)) {
        throw errors.badRequest({ detail: `JSON does not validate: '${name}' does not match '^CUSTOM_[A-Z0-9_]+$'` });
      }
      const insert = db.insertInto("resource_classes").values({ name });
      const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
      const made = Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
      const headers = { Location: call.url(`/resource_classes/${name}`) };
      return new Reply(undefined, { status: made ? 201 : 204, headers });
    },
    remove: async (call) => {
      const { name = "" } = call.params;
      await db.transaction().execute(async (trx) => {
        await needCustom(trx, name, "delete");
        const used = trx.selectFrom("inventories").select("total").where("resource_class", "=", name);
        if (await used.executeTakeFirst()) {
          throw errors.conflict({ detail: `Error in delete resource class: resource class ${name} is in use.` });
        }
        await trx.deleteFrom("resource_classes").where("name", "=", name).execute();
      });
      return undefined;
    },
  });
}
