/** Resource providers: made, listed, moved in their trees, removed. */
import { errors } from "#contracts/placement/errors.ts";
import { resourceProvider } from "#contracts/placement/resource-provider.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { implement, Reply, type Call, type Handlers, type Implementation } from "#platform/http/call.ts";
import { findProvider, getProvider } from "../store/providers.ts";
import type { Conn, ProviderRow, Trx } from "../store/tables.ts";
import { fresh, pathOf, retried, type PlacementDeps } from "./deps.ts";
import { listProviders } from "./provider-filters.ts";

/** The record of a provider; links grow with the versions. */
export function providerBody(call: Call, row: ProviderRow) {
  const own = pathOf(`/resource_providers/${row.uuid}`);
  const rels = ["inventories", "usages"];
  if (call.has("aggregateLinks")) rels.push("aggregates");
  if (call.has("traitLinks")) rels.push("traits");
  if (call.has("allocationLinks")) rels.push("allocations");
  return {
    uuid: row.uuid,
    name: row.name,
    generation: row.generation,
    links: [{ rel: "self", href: own }, ...rels.map((rel) => ({ rel, href: `${own}/${rel}` }))],
    parent_provider_uuid: row.parent_uuid,
    root_provider_uuid: row.root_uuid,
  };
}

export function providerHandlers(deps: PlacementDeps): Implementation {
  return implement(resourceProvider, { ...reading(deps), ...writing(deps) });
}

function reading({ db, clock }: PlacementDeps): Pick<Handlers<typeof resourceProvider>, "list" | "show"> {
  return {
    list: async (call) => {
      const rows = await listProviders(db, call, call.query);
      const changed = rows.length === 0 ? clock.now() : Math.max(...rows.map((row) => Number(row.updated_at)));
      return fresh(call, { resource_providers: rows.map((row) => providerBody(call, row)) }, changed);
    },
    show: async (call) => {
      const row = await getProvider(db, call.params["uuid"] ?? "");
      return fresh(call, providerBody(call, row), Number(row.updated_at));
    },
  };
}

function writing(deps: PlacementDeps): Pick<Handlers<typeof resourceProvider>, "create" | "update" | "remove"> {
  const { db, clock, ids } = deps;
  return {
    create: async (call) => {
      const { name, uuid: given, parent_provider_uuid } = call.body;
      const uuid = normalUuid(given ?? ids.uuid());
      if (parent_provider_uuid === uuid)
        throw errors.badRequest({ detail: "parent provider UUID cannot be same as UUID." });
      const row = await named(name, uuid, async () =>
        db.transaction().execute(async (trx) => {
          const parent = await parentOf(trx, parent_provider_uuid ?? null);
          const parent_uuid = parent?.uuid ?? null;
          const made = {
            uuid,
            name,
            generation: 0,
            parent_uuid,
            root_uuid: parent?.root_uuid ?? uuid,
            updated_at: clock.now(),
          };
          await trx.insertInto("providers").values(made).execute();
          return made;
        }),
      );
      const headers = { Location: call.url(`/resource_providers/${uuid}`) };
      if (!call.has("providerBody")) return new Reply(undefined as never, { headers });
      const body = fresh(call, providerBody(call, row), row.updated_at);
      return new Reply(body.body, { headers: { ...headers, ...body.headers } });
    },
    update: async (call) => {
      const { uuid = "" } = call.params;
      const { name, parent_provider_uuid } = call.body;
      const row = await named(name, uuid, async () =>
        db.transaction().execute(async (trx) => {
          const before = await getProvider(trx, uuid);
          const place = await placeOf(trx, call, before, parent_provider_uuid);
          const set = { name, ...place, updated_at: clock.now() };
          await trx.updateTable("providers").set(set).where("uuid", "=", uuid).execute();
          if (place.root_uuid !== before.root_uuid) await moveTree(trx, before, place.root_uuid);
          return { ...before, ...set };
        }),
      );
      return fresh(call, providerBody(call, row), row.updated_at);
    },
    remove: async (call) => {
      const { uuid = "" } = call.params;
      await retried(db, async (trx) => {
        const { generation } = await getProvider(trx, uuid);
        const child = await trx
          .selectFrom("providers")
          .select("uuid")
          .where("parent_uuid", "=", uuid)
          .executeTakeFirst();
        if (child) throw errors.providerHasChildren({ uuid });
        const used = trx.selectFrom("allocations").select("used").where("provider_uuid", "=", uuid);
        if (await used.executeTakeFirst()) throw errors.providerInUse({ uuid });
        for (const table of ["inventories", "provider_traits", "provider_aggregates"] as const) {
          await trx.deleteFrom(table).where("provider_uuid", "=", uuid).execute();
        }
        const gone = trx.deleteFrom("providers").where("uuid", "=", uuid).where("generation", "=", generation);
        // Somebody claimed from it meanwhile: look again.
        if (Number((await gone.executeTakeFirst()).numDeletedRows) === 0) throw errors.providerChanged();
      });
      return undefined;
    },
  };
}

/** UUIDs are kept with dashes, in small letters. */
function normalUuid(uuid: string): string {
  const hex = uuid.replaceAll("-", "").toLowerCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function named<T>(name: string, uuid: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const byName = /name/.test((error as Error).message);
    throw errors.duplicateName({ key: byName ? "name" : "uuid", value: byName ? name : uuid }, { cause: error });
  }
}

async function parentOf(conn: Conn, uuid: string | null): Promise<ProviderRow | undefined> {
  if (uuid === null) return undefined;
  const row = await findProvider(conn, uuid);
  if (!row) throw errors.badRequest({ detail: `parent provider UUID '${uuid}' does not exist.` });
  return row;
}

/** The new place in a tree. Below 1.37 a parent may be given once and never changed. */
async function placeOf(
  trx: Trx,
  call: Call,
  before: ProviderRow,
  asked: string | null | undefined,
): Promise<Pick<ProviderRow, "parent_uuid" | "root_uuid">> {
  const { parent_uuid, root_uuid } = before;
  if (asked === undefined || asked === parent_uuid) return { parent_uuid, root_uuid };
  if (parent_uuid !== null && !call.has("reparent")) {
    const detail = `Unable to save resource provider ${before.uuid}: re-parenting a provider is not currently allowed.`;
    throw errors.badRequest({ detail });
  }
  const parent = await parentOf(trx, asked);
  for (
    let above = parent;
    above;
    above = above.parent_uuid === null ? undefined : await findProvider(trx, above.parent_uuid)
  ) {
    if (above.uuid !== before.uuid) continue;
    const detail = `Unable to save resource provider ${before.uuid}: creating loop in the provider tree is not allowed.`;
    throw errors.badRequest({ detail });
  }
  return { parent_uuid: asked, root_uuid: parent?.root_uuid ?? before.uuid };
}

/** Everything below a provider that moved belongs to the new tree. */
async function moveTree(trx: Trx, { uuid, root_uuid }: ProviderRow, to: string): Promise<void> {
  const tree = await trx
    .selectFrom("providers")
    .select(["uuid", "parent_uuid"])
    .where("root_uuid", "=", root_uuid)
    .execute();
  const moved = new Set([uuid]);
  for (const parent of moved) for (const row of tree) if (row.parent_uuid === parent) moved.add(row.uuid);
  await trx
    .updateTable("providers")
    .set({ root_uuid: to })
    .where("uuid", "in", [...moved])
    .execute();
}
