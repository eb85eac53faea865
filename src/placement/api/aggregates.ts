/** Aggregates of providers. */
import { errors } from "#contracts/placement/errors.ts";
import { aggregate } from "#contracts/placement/resource-provider.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { getProvider, raiseGeneration } from "../store/providers.ts";
import type { Conn } from "../store/tables.ts";
import { fresh, retried, type PlacementDeps } from "./deps.ts";

async function aggregatesOf(conn: Conn, uuid: string): Promise<string[]> {
  const query = conn.selectFrom("provider_aggregates").select("aggregate_uuid").where("provider_uuid", "=", uuid);
  return (await query.orderBy("aggregate_uuid").execute()).map((row) => row.aggregate_uuid);
}

export function aggregateHandlers({ db, clock }: PlacementDeps): Implementation {
  const replace = async (call: Call, aggregates: readonly string[], seen: number | undefined) => {
    const { uuid = "" } = call.params;
    const now_ms = clock.now();
    const generation = await retried(db, async (trx) => {
      const provider = await getProvider(trx, uuid);
      if (seen !== undefined && seen !== provider.generation) throw errors.providerChanged();
      await trx.deleteFrom("provider_aggregates").where("provider_uuid", "=", uuid).execute();
      const rows = aggregates.map((aggregate_uuid) => ({ provider_uuid: uuid, aggregate_uuid }));
      if (rows.length > 0) await trx.insertInto("provider_aggregates").values(rows).execute();
      // Before aggregates named a generation, changing them did not raise it.
      return seen === undefined ? provider.generation : raiseGeneration(trx, provider, now_ms);
    });
    const body = { aggregates: await aggregatesOf(db, uuid), resource_provider_generation: generation };
    return fresh(call, body, now_ms);
  };
  return implement(aggregate, {
    list: async (call) => {
      const provider = await getProvider(db, call.params["uuid"] ?? "");
      const body = {
        aggregates: await aggregatesOf(db, provider.uuid),
        resource_provider_generation: provider.generation,
      };
      return fresh(call, body, Number(provider.updated_at));
    },
    replaceUnguarded: (call) => replace(call, call.body, undefined),
    replace: (call) => replace(call, call.body.aggregates, call.body.resource_provider_generation),
  });
}
