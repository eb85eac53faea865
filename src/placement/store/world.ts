/** Providers as the search for candidates needs them, read in few queries: only what the request names. */
import type { CandidateRequest, Group } from "../candidates/request.ts";
import { sharingTrait, type ProviderFacts, type Stock } from "../candidates/search.ts";
import { capacityOf } from "./inventories.ts";
import { chunked } from "./providers.ts";
import type { Conn, InventoryRow } from "./tables.ts";

/** All that a request asks about, so that nothing else is read. */
export interface Wanted {
  classes: readonly string[];
  traits: readonly string[];
}

export function wantedBy(groups: readonly Group[], more: readonly string[] = []): Wanted {
  return {
    classes: [...new Set(groups.flatMap(({ resources }) => [...resources.keys()]))],
    traits: [...new Set([...groups.flatMap(({ required, forbidden }) => [...required.flat(), ...forbidden]), ...more])],
  };
}

export function wantedByRequest({ groups, rootRequired, rootForbidden }: CandidateRequest): Wanted {
  return wantedBy(groups, [...rootRequired, ...rootForbidden, sharingTrait]);
}

export interface StockRow extends InventoryRow {
  used: number;
}

/** Inventories of these classes with what is used of them. */
export async function listStocks(
  conn: Conn,
  where: { classes: readonly string[] } | { providers: readonly string[] },
): Promise<StockRow[]> {
  const column = "classes" in where ? "resource_class" : "provider_uuid";
  const rows: StockRow[] = [];
  for (const some of chunked("classes" in where ? where.classes : where.providers)) {
    const stocks = await conn.selectFrom("inventories").selectAll().where(column, "in", some).execute();
    const sums = await conn
      .selectFrom("allocations")
      .select(["provider_uuid", "resource_class"])
      .select((eb) => eb.fn.sum<number>("used").as("used"))
      .where(column, "in", some)
      .groupBy(["provider_uuid", "resource_class"])
      .execute();
    const used = new Map(sums.map((row) => [`${row.provider_uuid} ${row.resource_class}`, Number(row.used)]));
    rows.push(...stocks.map((row) => ({ ...row, used: used.get(`${row.provider_uuid} ${row.resource_class}`) ?? 0 })));
  }
  return rows;
}

/** Reads every provider with the wanted facts, in the order in which they were made. */
export async function readWorld(conn: Conn, { classes, traits }: Wanted): Promise<ProviderFacts[]> {
  const providers = await conn.selectFrom("providers").select(["uuid", "parent_uuid", "root_uuid"]).execute();
  const stocks = grouped(await listStocks(conn, { classes }), (row) => row.provider_uuid);
  const traitRows =
    traits.length === 0
      ? []
      : await conn.selectFrom("provider_traits").selectAll().where("trait", "in", traits).execute();
  const traitsOf = grouped(traitRows, (row) => row.provider_uuid);
  const aggregates = grouped(
    await conn.selectFrom("provider_aggregates").selectAll().execute(),
    (row) => row.provider_uuid,
  );
  return providers.map((row) => ({
    ...row,
    traits: new Set(traitsOf.get(row.uuid)?.map((one) => one.trait)),
    aggregates: new Set(aggregates.get(row.uuid)?.map((one) => one.aggregate_uuid)),
    stocks: new Map(stocks.get(row.uuid)?.map((one) => [one.resource_class, stockOf(one)])),
  }));
}

function stockOf(row: StockRow): Stock {
  const { min_unit, max_unit, step_size, used } = row;
  return { free: capacityOf(row) - used, min_unit, max_unit, step_size };
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const list = groups.get(key);
    if (list) list.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
