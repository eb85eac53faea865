/** Endpoints of the catalogue. */
import { endpoint } from "#contracts/keystone/catalog.ts";
import { errors } from "#contracts/keystone/errors.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { touchReference } from "../store/reference-data.ts";
import type { Conn, EndpointRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, extraOf, flag, found } from "./edit.ts";
import { endpointBody } from "./render.ts";

const known = ["interface", "service_id", "region", "region_id", "url", "enabled"];
/** The only names that a URL template may use. */
const templateNames = ["project_id", "tenant_id", "user_id"];

function findEndpoint({ db }: KeystoneDeps, id: string | undefined): Promise<EndpointRow | undefined> {
  return db
    .selectFrom("endpoints")
    .selectAll()
    .where("id", "=", id ?? "")
    .executeTakeFirst();
}

export function endpointHandlers(deps: KeystoneDeps): Implementation {
  const { db, ids } = deps;
  return implement(endpoint, {
    list: async (call) => {
      const rows = await db.selectFrom("endpoints").selectAll().orderBy("id").execute();
      const items = rows.map((row) => endpointBody(call, row));
      return collection(call, "endpoints", filtered(items, call.query, ["interface", "service_id", "region_id"]));
    },
    create: async (call) => {
      const given = call.body.endpoint;
      refuseTemplate(given.url);
      const row = await db.transaction().execute(async (trx) => {
        await needService(trx, given.service_id);
        const made: EndpointRow = {
          id: ids.hex(),
          service_id: given.service_id,
          interface: given.interface,
          region_id: (await regionOf(trx, given)) ?? null,
          url: given.url,
          enabled: flag(given.enabled, 1),
          extra: extraOf(given, known),
        };
        await trx.insertInto("endpoints").values(made).execute();
        await touchReference(trx);
        return made;
      });
      return { endpoint: endpointBody(call, row) };
    },
    show: async (call) => {
      const { endpoint_id } = call.params;
      return {
        endpoint: endpointBody(call, found(call, await findEndpoint(deps, endpoint_id), "endpoint", endpoint_id)),
      };
    },
    update: async (call) => {
      const { endpoint_id } = call.params;
      const row = found(call, await findEndpoint(deps, endpoint_id), "endpoint", endpoint_id);
      const given = call.body.endpoint;
      if (given.url !== undefined) refuseTemplate(given.url);
      const set = await db.transaction().execute(async (trx) => {
        if (given.service_id !== undefined) await needService(trx, given.service_id);
        const region_id = await regionOf(trx, given);
        const change = {
          service_id: given.service_id ?? row.service_id,
          interface: given.interface ?? row.interface,
          region_id: region_id === undefined ? row.region_id : region_id,
          url: given.url ?? row.url,
          enabled: flag(given.enabled, row.enabled),
          extra: extraOf(given, known, row.extra),
        };
        await trx.updateTable("endpoints").set(change).where("id", "=", row.id).execute();
        await touchReference(trx);
        return change;
      });
      return { endpoint: endpointBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const { endpoint_id } = call.params;
      const row = found(call, await findEndpoint(deps, endpoint_id), "endpoint", endpoint_id);
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom("endpoints").where("id", "=", row.id).execute();
        await touchReference(trx);
      });
      return undefined;
    },
  });
}

function refuseTemplate(url: string): void {
  for (const [, name = ""] of url.matchAll(/[$%]\((\w+)\)s/g)) {
    if (!templateNames.includes(name))
      throw errors.invalid({ detail: `Malformed endpoint URL (${url}), see ERROR log for details.` });
  }
}

async function needService(conn: Conn, id: string): Promise<void> {
  existing(await conn.selectFrom("services").select("id").where("id", "=", id).executeTakeFirst(), "service", id);
}

interface RegionChoice {
  region_id?: string | null | undefined;
  region?: string | null | undefined;
}

/** The region named by `region_id` must exist; the one named by the older `region` is made when it does not. */
async function regionOf(conn: Conn, given: RegionChoice): Promise<string | null | undefined> {
  if (typeof given.region_id === "string") {
    const row = await conn.selectFrom("regions").select("id").where("id", "=", given.region_id).executeTakeFirst();
    if (!row)
      throw errors.invalid({
        detail:
          "Expecting to find endpoint region_id in region table. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.",
      });
    return given.region_id;
  }
  if (typeof given.region !== "string") return given.region_id ?? given.region;
  await conn
    .insertInto("regions")
    .values({ id: given.region, description: "", parent_region_id: null, extra: "{}" })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return given.region;
}
