/** Rows of attachments. */
import type { Kysely } from "kysely";
import type { AttachmentRow, AttachmentStatus, CinderTables } from "./tables.ts";
import type { Db } from "./volumes.ts";

export interface AttachmentFilter {
  project_id?: string | undefined;
  server_id?: string;
  volume_id?: string;
  status?: string;
  limit: number;
  offset: number;
  after?: AttachmentRow | undefined;
}

export interface AttachmentRows {
  find(id: string): Promise<AttachmentRow | undefined>;
  list(filter: AttachmentFilter): Promise<AttachmentRow[]>;
  insert(db: Db, row: AttachmentRow): Promise<void>;
  /** True when the row was in one of the `from` states. */
  change(id: string, from: readonly AttachmentStatus[], set: Partial<AttachmentRow>, db?: Db): Promise<boolean>;
  /** True when there was one. */
  delete(id: string, db: Db): Promise<boolean>;
  deleteOf(volume_id: string, db: Db): Promise<void>;
  listOf(volume_id: string, db: Db): Promise<AttachmentRow[]>;
}

export function makeAttachmentRows(root: Kysely<CinderTables>): AttachmentRows {
  return {
    find: (id) => root.selectFrom("attachments").selectAll().where("id", "=", id).executeTakeFirst(),
    async list(filter) {
      let query = root.selectFrom("attachments").selectAll();
      for (const name of ["project_id", "server_id", "volume_id"] as const) {
        const value = filter[name];
        if (value !== undefined) query = query.where(name, "=", value);
      }
      if (filter.status !== undefined) query = query.where("status", "=", filter.status as AttachmentStatus);
      const { after } = filter;
      if (after) {
        query = query.where((e) =>
          e.or([
            e("created_at", "<", after.created_at),
            e.and([e("created_at", "=", after.created_at), e("id", "<", after.id)]),
          ]),
        );
      }
      return query
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(filter.limit)
        .offset(filter.offset)
        .execute();
    },
    async insert(db, row) {
      await db.insertInto("attachments").values(row).execute();
    },
    async change(id, from, set, db = root) {
      const update = db
        .updateTable("attachments")
        .set(set)
        .where("id", "=", id)
        .where("status", "in", [...from]);
      return (await update.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async delete(id, db) {
      return (await db.deleteFrom("attachments").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
    },
    async deleteOf(volume_id, db) {
      await db.deleteFrom("attachments").where("volume_id", "=", volume_id).execute();
    },
    listOf: (volume_id, db) =>
      db.selectFrom("attachments").selectAll().where("volume_id", "=", volume_id).orderBy("created_at").execute(),
  };
}
