/** Public keys of users. A private key is never here: it is made for one answer and forgotten. */
import type { Clock } from "#platform/clock/clock.ts";
import { time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";
import type { KeypairRow } from "./tables.ts";

export type Keypair = KeypairRow;

export interface KeypairStore {
  /** Throws a unique violation when the user has a key of that name. */
  insert(keypair: Omit<Keypair, "created_at">): Promise<Keypair>;
  find(user_id: string, name: string): Promise<Keypair | undefined>;
  /** By name. */
  list(user_id: string): Promise<Keypair[]>;
  count(user_id: string): Promise<number>;
  delete(user_id: string, name: string): Promise<boolean>;
}

export function makeKeypairStore(db: NovaDb, clock: Clock): KeypairStore {
  const of = (user_id: string) => db.selectFrom("keypairs").selectAll().where("user_id", "=", user_id);
  const read = (row: KeypairRow): Keypair => ({ ...row, created_at: time(row.created_at) });
  return {
    async insert(keypair) {
      const row = { ...keypair, created_at: clock.now() };
      await db.insertInto("keypairs").values(row).execute();
      return row;
    },
    async find(user_id, name) {
      const row = await of(user_id).where("name", "=", name).executeTakeFirst();
      return row && read(row);
    },
    async list(user_id) {
      return (await of(user_id).orderBy("name").execute()).map(read);
    },
    async count(user_id) {
      const row = await db
        .selectFrom("keypairs")
        .select((e) => e.fn.countAll<number>().as("n"))
        .where("user_id", "=", user_id)
        .executeTakeFirstOrThrow();
      return Number(row.n);
    },
    async delete(user_id, name) {
      const result = await db
        .deleteFrom("keypairs")
        .where("user_id", "=", user_id)
        .where("name", "=", name)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}
