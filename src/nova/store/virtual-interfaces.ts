/** Which Neutron port belongs to which server, and whether nova made it (and so deletes it). */
import type { Clock } from "#platform/clock/clock.ts";
import type { NovaDb } from "./servers.ts";
import type { VirtualInterfaceRow } from "./tables.ts";

export interface VirtualInterface extends Omit<VirtualInterfaceRow, "created_by_nova"> {
  created_by_nova: boolean;
}

export interface VirtualInterfaceStore {
  /** Writes what is known of a port; repeating it changes the row. */
  put(vif: Omit<VirtualInterface, "created_at">, db?: NovaDb): Promise<void>;
  /** In the order of their making. */
  listOf(server_id: string): Promise<VirtualInterface[]>;
  find(port_id: string): Promise<VirtualInterface | undefined>;
  delete(port_id: string, db?: NovaDb): Promise<void>;
  deleteOf(server_id: string, db?: NovaDb): Promise<void>;
}

export function makeVirtualInterfaceStore(db: NovaDb, clock: Clock): VirtualInterfaceStore {
  return {
    async put(vif, trx = db) {
      const row = { ...vif, created_by_nova: vif.created_by_nova ? 1 : 0, created_at: clock.now() };
      const { created_at: _at, port_id: _id, ...change } = row;
      await trx
        .insertInto("virtual_interfaces")
        .values(row)
        .onConflict((conflict) => conflict.column("port_id").doUpdateSet(change))
        .execute();
    },
    async listOf(server_id) {
      const rows = await db
        .selectFrom("virtual_interfaces")
        .selectAll()
        .where("server_id", "=", server_id)
        .orderBy("created_at")
        .execute();
      return rows.map(interfaceOf);
    },
    async find(port_id) {
      const row = await db
        .selectFrom("virtual_interfaces")
        .selectAll()
        .where("port_id", "=", port_id)
        .executeTakeFirst();
      return row && interfaceOf(row);
    },
    async delete(port_id, trx = db) {
      await trx.deleteFrom("virtual_interfaces").where("port_id", "=", port_id).execute();
    },
    async deleteOf(server_id, trx = db) {
      await trx.deleteFrom("virtual_interfaces").where("server_id", "=", server_id).execute();
    },
  };
}

function interfaceOf(row: VirtualInterfaceRow): VirtualInterface {
  return { ...row, created_by_nova: row.created_by_nova === 1, created_at: Number(row.created_at) };
}
