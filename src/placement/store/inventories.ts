/** Inventories, and what of them is used. */
import { errors } from "#contracts/placement/errors.ts";
import { chunked } from "./providers.ts";
import type { Conn, InventoryRow } from "./tables.ts";

export type Inventory = Omit<InventoryRow, "provider_uuid" | "resource_class">;
export type InventoryByClass = Readonly<Record<string, Inventory>>;

export async function listInventories(conn: Conn, provider_uuid: string): Promise<InventoryRow[]> {
  const query = conn.selectFrom("inventories").selectAll().where("provider_uuid", "=", provider_uuid);
  return query.orderBy("resource_class").execute();
}

export interface UsedRow {
  provider_uuid: string;
  resource_class: string;
  used: number;
}

/** Sums of allocations of these providers, by class. */
export async function listUsed(conn: Conn, provider_uuids: readonly string[]): Promise<UsedRow[]> {
  const rows: UsedRow[] = [];
  for (const some of chunked(provider_uuids)) {
    const found = await conn
      .selectFrom("allocations")
      .select(["provider_uuid", "resource_class"])
      .select((eb) => eb.fn.sum<number>("used").as("used"))
      .where("provider_uuid", "in", some)
      .groupBy(["provider_uuid", "resource_class"])
      .execute();
    rows.push(...found.map((row) => ({ ...row, used: Number(row.used) })));
  }
  return rows;
}

/** Replaces all inventories of a provider. 409 when a class that would go is in use. */
export async function replaceInventories(conn: Conn, provider_uuid: string, wanted: InventoryByClass): Promise<void> {
  const used = await listUsed(conn, [provider_uuid]);
  const lost = used.find(({ resource_class }) => !(resource_class in wanted));
  if (lost) throw errors.inventoryInUse({ resource_class: lost.resource_class, uuid: provider_uuid });
  await conn.deleteFrom("inventories").where("provider_uuid", "=", provider_uuid).execute();
  const rows = Object.entries(wanted).map(([resource_class, row]) => ({ ...row, provider_uuid, resource_class }));
  if (rows.length > 0) await conn.insertInto("inventories").values(rows).execute();
}

/** How much of an inventory may be given away in all. */
export function capacityOf({ total, reserved, allocation_ratio }: Inventory): number {
  return Math.trunc((total - reserved) * allocation_ratio);
}

/** True when the amount may be asked of the inventory at all, whatever is used. */
export function fitsUnits({ min_unit, max_unit, step_size }: Inventory, amount: number): boolean {
  return amount >= min_unit && amount <= max_unit && amount % step_size === 0;
}
