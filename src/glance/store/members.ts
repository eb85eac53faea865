/** Rows of members: which projects an image is shared with. */
import type { Kysely } from "kysely";
import type { Clock } from "#platform/clock/clock.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import type { GlanceTables, MemberRow } from "./tables.ts";

export interface MemberRows {
  find(image_id: string, member_id: string): Promise<MemberRow | undefined>;
  list(image_id: string): Promise<MemberRow[]>;
  /** Undefined when the project is a member already. */
  insert(image_id: string, member_id: string): Promise<MemberRow | undefined>;
  setStatus(image_id: string, member_id: string, status: MemberRow["status"]): Promise<boolean>;
  delete(image_id: string, member_id: string): Promise<boolean>;
}

export function makeMemberRows(db: Kysely<GlanceTables>, clock: Clock): MemberRows {
  return {
    find: (image_id, member_id) =>
      db
        .selectFrom("image_members")
        .selectAll()
        .where("image_id", "=", image_id)
        .where("member_id", "=", member_id)
        .executeTakeFirst(),
    list: (image_id) =>
      db.selectFrom("image_members").selectAll().where("image_id", "=", image_id).orderBy("created_at").execute(),
    async insert(image_id, member_id) {
      const now = clock.now();
      const row: MemberRow = { image_id, member_id, status: "pending", created_at: now, updated_at: now };
      try {
        await db.insertInto("image_members").values(row).execute();
        return row;
      } catch (error) {
        if (isUniqueViolation(error)) return undefined;
        throw error;
      }
    },
    async setStatus(image_id, member_id, status) {
      const change = db.updateTable("image_members").set({ status, updated_at: clock.now() });
      const result = await change
        .where("image_id", "=", image_id)
        .where("member_id", "=", member_id)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async delete(image_id, member_id) {
      const gone = db.deleteFrom("image_members").where("image_id", "=", image_id).where("member_id", "=", member_id);
      return (await gone.executeTakeFirst()).numDeletedRows > 0n;
    },
  };
}
