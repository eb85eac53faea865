/** Disks of servers: the root disk, volumes, and what a user asked to be made into one. */
import type { Clock } from "#platform/clock/clock.ts";
import { time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";
import type { BlockDeviceRow } from "./tables.ts";

export interface BlockDevice extends Omit<BlockDeviceRow, "delete_on_termination" | "attached"> {
  delete_on_termination: boolean;
  attached: boolean;
}

export type BlockDevicePatch = Partial<Omit<BlockDevice, "id" | "server_id" | "created_at" | "updated_at">>;

export interface BlockDeviceStore {
  insert(devices: readonly Omit<BlockDevice, "created_at" | "updated_at">[], db?: NovaDb): Promise<void>;
  /** In boot order, then by age. */
  listOf(server_id: string, db?: NovaDb): Promise<BlockDevice[]>;
  listOfMany(server_ids: readonly string[]): Promise<BlockDevice[]>;
  findVolume(server_id: string, volume_id: string): Promise<BlockDevice | undefined>;
  update(id: string, patch: BlockDevicePatch, db?: NovaDb): Promise<boolean>;
  delete(id: string, db?: NovaDb): Promise<boolean>;
  deleteOf(server_id: string, db?: NovaDb): Promise<void>;
}

export function makeBlockDeviceStore(db: NovaDb, clock: Clock): BlockDeviceStore {
  const all = (trx: NovaDb) => trx.selectFrom("block_devices").selectAll();
  return {
    async insert(devices, trx = db) {
      if (devices.length === 0) return;
      const now = clock.now();
      const rows = devices.map((device) => ({ ...device, ...flags(device), created_at: now, updated_at: now }));
      await trx.insertInto("block_devices").values(rows).execute();
    },
    async listOf(server_id, trx = db) {
      return inBootOrder((await all(trx).where("server_id", "=", server_id).execute()).map(deviceOf));
    },
    async listOfMany(server_ids) {
      if (server_ids.length === 0) return [];
      return inBootOrder(
        (
          await all(db)
            .where("server_id", "in", [...server_ids])
            .execute()
        ).map(deviceOf),
      );
    },
    async findVolume(server_id, volume_id) {
      const row = await all(db)
        .where("server_id", "=", server_id)
        .where("volume_id", "=", volume_id)
        .executeTakeFirst();
      return row && deviceOf(row);
    },
    async update(id, patch, trx = db) {
      const { delete_on_termination, attached, ...rest } = patch;
      const set = { ...rest, ...flags({ delete_on_termination, attached }), updated_at: clock.now() };
      return (
        (await trx.updateTable("block_devices").set(set).where("id", "=", id).executeTakeFirst()).numUpdatedRows > 0n
      );
    },
    async delete(id, trx = db) {
      return (await trx.deleteFrom("block_devices").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
    },
    async deleteOf(server_id, trx = db) {
      await trx.deleteFrom("block_devices").where("server_id", "=", server_id).execute();
    },
  };
}

function flags<T extends { delete_on_termination?: boolean | undefined; attached?: boolean | undefined }>(
  given: T,
): { [K in "delete_on_termination" | "attached" as T[K] extends boolean ? K : never]: number } {
  const result: Record<string, number> = {};
  for (const name of ["delete_on_termination", "attached"] as const) {
    if (given[name] !== undefined) result[name] = given[name] ? 1 : 0;
  }
  return result as never; // exactly the flags that were given
}

function deviceOf(row: BlockDeviceRow): BlockDevice {
  return {
    ...row,
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    delete_on_termination: row.delete_on_termination === 1,
    attached: row.attached === 1,
  };
}

/** Boot devices by their index, then the others by age. */
function inBootOrder(devices: BlockDevice[]): BlockDevice[] {
  const rank = (device: BlockDevice): number =>
    device.boot_index !== null && device.boot_index >= 0 ? device.boot_index : Infinity;
  const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
  return devices.sort((a, b) => compare(rank(a), rank(b)) || a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
}
