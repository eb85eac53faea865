/** Host aggregates. */
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import { parsed, time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";
import type { AggregateRow } from "./tables.ts";

export interface Aggregate extends Omit<AggregateRow, "hosts" | "metadata"> {
  hosts: string[];
  /** `availability_zone` among them. */
  metadata: Record<string, string>;
}

export interface AggregateStore {
  /** Throws a unique violation when the name is taken. */
  insert(aggregate: Pick<Aggregate, "name" | "metadata">): Promise<Aggregate>;
  find(id: number): Promise<Aggregate | undefined>;
  list(): Promise<Aggregate[]>;
  /** Changes what is there in one transaction; what `edit` throws leaves it as it is. Undefined: there is none. */
  change(
    id: number,
    edit: (now: Aggregate) => Pick<Aggregate, "name" | "hosts" | "metadata">,
  ): Promise<Aggregate | undefined>;
  delete(id: number): Promise<boolean>;
}

export function makeAggregateStore(db: NovaDb, { clock, ids }: { clock: Clock; ids: Ids }): AggregateStore {
  const find = async (id: number, trx: NovaDb = db): Promise<Aggregate | undefined> => {
    const row = await trx.selectFrom("aggregates").selectAll().where("id", "=", id).executeTakeFirst();
    return row && aggregateOf(row);
  };
  return {
    find: (id) => find(id),
    async list() {
      return (await db.selectFrom("aggregates").selectAll().orderBy("id").execute()).map(aggregateOf);
    },
    insert: ({ name, metadata }) =>
      db.transaction().execute(async (trx) => {
        const last = await trx
          .selectFrom("aggregates")
          .select(({ fn }) => fn.max<number>("id").as("id"))
          .executeTakeFirst();
        const id = Number(last?.id ?? 0) + 1;
        const row = {
          id,
          uuid: ids.uuid(),
          name,
          hosts: "[]",
          metadata: JSON.stringify(metadata),
          created_at: clock.now(),
          updated_at: null,
        };
        await trx.insertInto("aggregates").values(row).execute();
        return aggregateOf(row);
      }),
    change: (id, edit) =>
      db.transaction().execute(async (trx) => {
        const now = await find(id, trx);
        if (!now) return undefined;
        const { name, hosts, metadata } = edit(now);
        const updated_at = clock.now();
        const set = { name, hosts: JSON.stringify(hosts), metadata: JSON.stringify(metadata), updated_at };
        await trx.updateTable("aggregates").set(set).where("id", "=", id).execute();
        return { ...now, name, hosts, metadata, updated_at };
      }),
    async delete(id) {
      return (await db.deleteFrom("aggregates").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
    },
  };
}

function aggregateOf(row: AggregateRow): Aggregate {
  return {
    ...row,
    hosts: parsed(row.hosts),
    metadata: parsed(row.metadata),
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
  };
}
