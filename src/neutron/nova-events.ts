/**
 * What Nova must hear of ports. The words stand in rows, written with the change they tell of; this sends them and
 * forgets them when they were heard. A Nova that is away is told later, so nothing here is ever fatal.
 */
import type { Kysely } from "kysely";
import { externalEvents } from "#contracts/nova/external-event.ts";
import { makeClient, UpstreamError } from "#platform/http/client.ts";
import type { Parts } from "#platform/role/role.ts";
import type { EventRow, NeutronTables } from "./store/tables.ts";

/** After so many tries the word is old news: it is dropped, and the log says so. */
const attempts_max = 200;
const batch = 50;

/** Sends what waits; says what it gave up. Throws when Nova cannot be reached, for the reconciler's log. */
export function makeEventSender(parts: Pick<Parts, "upstream" | "serviceUser" | "log">, db: Kysely<NeutronTables>) {
  const compute = makeClient(parts.upstream, "compute", () => parts.serviceUser.token());

  const sendAll = async (rows: readonly EventRow[]): Promise<void> => {
    const events = rows.map((row) => ({
      name: row.name,
      server_uuid: row.server_id,
      tag: row.port_id,
      status: "completed",
    }));
    try {
      await compute.call(externalEvents.operations.create, { body: { events } });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.status === 401) parts.serviceUser.forget();
      // 404: Nova knows none of these servers, and 400 would not become right by asking again.
      if (error.status !== 404 && error.status !== 400) throw error;
      if (error.status === 400) parts.log.error({ err: error, events }, "Nova does not understand what it was told");
    }
  };

  return async (): Promise<string[]> => {
    const dropped = await db.deleteFrom("events").where("attempts", ">=", attempts_max).returningAll().execute();
    for (;;) {
      const rows = await db.selectFrom("events").selectAll().orderBy("created_at").orderBy("id").limit(batch).execute();
      if (rows.length === 0)
        return dropped.map((row) => `${row.name} of port ${row.port_id} was never heard by Nova: dropped`);
      const ids = rows.map((row) => row.id);
      try {
        await sendAll(rows);
      } catch (error) {
        await db
          .updateTable("events")
          .set((value) => ({ attempts: value("attempts", "+", 1) }))
          .where("id", "in", ids)
          .execute();
        throw error;
      }
      await db.deleteFrom("events").where("id", "in", ids).execute();
    }
  };
}
