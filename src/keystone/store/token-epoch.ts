/**
 * Has anything changed that a token's meaning depends on? A counter that the database itself raises, by triggers in the
 * transaction of each change, whoever makes it. One small query tells whether what was read before still holds.
 */
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Db } from "./tables.ts";

/** Every table that `tokens/resolve.ts` reads, directly or through others. A test holds that none is missing. */
export const watchedTables = [
  "application_credentials",
  "assignments",
  "endpoints",
  "implied_roles",
  "memberships",
  "projects",
  "revoked_tokens",
  "roles",
  "services",
  "users",
] as const;

const counter = "token-epoch";

export const tokenEpochMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`insert into counters (name, value) values (${counter}, 0)`.execute(db);
    for (const table of watchedTables) {
      for (const event of ["insert", "update", "delete"]) {
        await sql`create trigger ${sql.id(`${table}_${event}_epoch`)} after ${sql.raw(event)} on ${sql.id(table)} begin
          update counters set value = value + 1 where name = ${sql.lit(counter)};
        end`.execute(db);
      }
    }
  },
};

/** Asks the database each time: another process may have made the change. */
export function makeTokenEpoch(db: Db): () => Promise<number> {
  const ask = db.selectFrom("counters").select("value").where("name", "=", counter).compile();
  return async () => {
    const row = (await db.executeQuery(ask)).rows[0];
    if (!row) throw new Error("the counter of changes is missing: the database was not migrated");
    return row.value;
  };
}
