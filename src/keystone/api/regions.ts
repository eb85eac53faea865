/** Regions that endpoints stand in. */
import { region } from "#contracts/keystone/catalog.ts";
import { errors } from "#contracts/keystone/errors.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { touchReference } from "../store/reference-data.ts";
import type { RegionRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, extraOf, found, stored } from "./edit.ts";
import { regionBody } from "./render.ts";

const known = ["description", "parent_region_id"];

interface GivenRegion {
  id?: string | undefined;
  description?: string | null | undefined;
  parent_region_id?: string | null | undefined;
}

function findRegion({ db }: KeystoneDeps, id: string | undefined): Promise<RegionRow | undefined> {
  return db
    .selectFrom("regions")
    .selectAll()
    .where("id", "=", id ?? "")
    .executeTakeFirst();
}

async function createRegion(deps: KeystoneDeps, call: Call, given: GivenRegion, id: string) {
  const parent = given.parent_region_id ?? null;
  if (parent !== null) existing(await findRegion(deps, parent), "region", parent);
  const description = given.description ?? "";
  const row: RegionRow = { id, description, parent_region_id: parent, extra: extraOf(given, known) };
  await stored(deps.db.insertInto("regions").values(row).execute(), "region", id);
  return { region: { ...regionBody(call, row), id, description, parent_region_id: parent } };
}

export function regionHandlers(deps: KeystoneDeps): Implementation {
  const { db, ids } = deps;
  return implement(region, {
    list: async (call) => {
      const rows = await db.selectFrom("regions").selectAll().orderBy("id").execute();
      const items = rows.map((row) => regionBody(call, row));
      return collection(call, "regions", filtered(items, call.query, ["parent_region_id"]));
    },
    create: async (call) => createRegion(deps, call, call.body.region, call.body.region.id ?? ids.hex()),
    createAs: async (call) => {
      const { region_id = "" } = call.params;
      const given = call.body.region;
      if (given.id !== undefined && given.id !== region_id) {
        const detail = `Conflicting region IDs specified: "${region_id}" != "${given.id}"`;
        throw errors.invalid({ detail });
      }
      return createRegion(deps, call, given, region_id);
    },
    show: async (call) => {
      const { region_id } = call.params;
      return { region: regionBody(call, found(call, await findRegion(deps, region_id), "region", region_id)) };
    },
    update: async (call) => {
      const { region_id } = call.params;
      const row = found(call, await findRegion(deps, region_id), "region", region_id);
      const given = call.body.region;
      if (given.parent_region_id)
        existing(await findRegion(deps, given.parent_region_id), "region", given.parent_region_id);
      const set = {
        description: given.description ?? row.description,
        parent_region_id: given.parent_region_id === undefined ? row.parent_region_id : given.parent_region_id,
        extra: extraOf(given, known, row.extra),
      };
      await db.updateTable("regions").set(set).where("id", "=", row.id).execute();
      return { region: regionBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const { region_id } = call.params;
      const row = found(call, await findRegion(deps, region_id), "region", region_id);
      await db.transaction().execute(async (trx) => {
        const used = await trx.selectFrom("endpoints").select("id").where("region_id", "=", row.id).executeTakeFirst();
        const child = await trx
          .selectFrom("regions")
          .select("id")
          .where("parent_region_id", "=", row.id)
          .executeTakeFirst();
        if (used || child) {
          const detail = `Unable to delete region ${row.id} because it or its child regions have associated endpoints.`;
          throw errors.forbidden({ detail });
        }
        await trx.deleteFrom("regions").where("id", "=", row.id).execute();
        await touchReference(trx);
      });
      return undefined;
    },
  });
}
