/** Rows of volume types. */
import type { Kysely } from "kysely";
import { isUniqueViolation } from "#platform/db/database.ts";
import type { CinderTables, VolumeTypeRow } from "./tables.ts";

/** Always there, and taken when a user names none. */
export const defaultTypeName = "__DEFAULT__";

export interface TypeRows {
  list(): Promise<VolumeTypeRow[]>;
  find(id: string): Promise<VolumeTypeRow | undefined>;
  findByName(name: string): Promise<VolumeTypeRow | undefined>;
  /** False when the name is taken. */
  insert(row: VolumeTypeRow): Promise<boolean>;
  /** False when the name is taken. */
  update(id: string, set: Partial<VolumeTypeRow>): Promise<boolean>;
  /** False when volumes are of it. */
  delete(id: string): Promise<boolean>;
}

export function makeTypeRows(db: Kysely<CinderTables>): TypeRows {
  const free = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  };
  return {
    list: () => db.selectFrom("volume_types").selectAll().orderBy("created_at", "desc").orderBy("id").execute(),
    find: (id) => db.selectFrom("volume_types").selectAll().where("id", "=", id).executeTakeFirst(),
    findByName: (name) => db.selectFrom("volume_types").selectAll().where("name", "=", name).executeTakeFirst(),
    insert: (row) => free(() => db.insertInto("volume_types").values(row).execute()),
    update: (id, set) => free(() => db.updateTable("volume_types").set(set).where("id", "=", id).execute()),
    delete: (id) =>
      db.transaction().execute(async (trx) => {
        const used = trx
          .selectFrom("volumes")
          .select("id")
          .where("volume_type_id", "=", id)
          .where("deleted_at", "is", null);
        if (await used.executeTakeFirst()) return false;
        await trx.deleteFrom("volume_types").where("id", "=", id).execute();
        return true;
      }),
  };
}
