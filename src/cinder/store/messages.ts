/** Rows of messages to users. */
import type { Kysely } from "kysely";
import type { CinderTables, MessageRow } from "./tables.ts";
import type { Db } from "./volumes.ts";

export interface MessageRows {
  /** Harmless when it is there. */
  insert(db: Db, row: MessageRow): Promise<void>;
  find(id: string): Promise<MessageRow | undefined>;
  list(filter: {
    project_id: string;
    resource_uuid?: string;
    limit: number;
    offset: number;
    after?: MessageRow | undefined;
  }): Promise<MessageRow[]>;
  delete(id: string): Promise<void>;
  /** Forgets what is older. */
  deleteBefore(created_at: number): Promise<void>;
}

export function makeMessageRows(root: Kysely<CinderTables>): MessageRows {
  return {
    async insert(db, row) {
      await db
        .insertInto("messages")
        .values(row)
        .onConflict((c) => c.column("id").doNothing())
        .execute();
    },
    find: (id) => root.selectFrom("messages").selectAll().where("id", "=", id).executeTakeFirst(),
    async list({ project_id, resource_uuid, limit, offset, after }) {
      let query = root.selectFrom("messages").selectAll().where("project_id", "=", project_id);
      if (resource_uuid !== undefined) query = query.where("resource_uuid", "=", resource_uuid);
      if (after) {
        const { created_at, id } = after;
        query = query.where((e) =>
          e.or([e("created_at", "<", created_at), e.and([e("created_at", "=", created_at), e("id", "<", id)])]),
        );
      }
      return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).offset(offset).execute();
    },
    async delete(id) {
      await root.deleteFrom("messages").where("id", "=", id).execute();
    },
    async deleteBefore(created_at) {
      await root.deleteFrom("messages").where("created_at", "<", created_at).execute();
    },
  };
}
