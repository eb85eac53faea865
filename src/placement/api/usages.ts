/** How much is used, by provider and by project. */
import { usage } from "#contracts/placement/resource-provider.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { listInventories, listUsed } from "../store/inventories.ts";
import { getProvider } from "../store/providers.ts";
import { fresh, type PlacementDeps } from "./deps.ts";

export function usageHandlers({ db, clock }: PlacementDeps): Implementation {
  return implement(usage, {
    ofProvider: async (call) => {
      const provider = await getProvider(db, call.params["uuid"] ?? "");
      const usages: Record<string, number> = {};
      for (const { resource_class } of await listInventories(db, provider.uuid)) usages[resource_class] = 0;
      for (const { resource_class, used } of await listUsed(db, [provider.uuid])) usages[resource_class] = used;
      const body = { resource_provider_generation: provider.generation, usages };
      return fresh(call, body, Number(provider.updated_at));
    },
    ofProject: async (call) => {
      const { project_id, user_id, consumer_type } = call.query;
      call.enforce({ project_id });
      let query = db
        .selectFrom("allocations")
        .innerJoin("consumers", "consumers.uuid", "allocations.consumer_uuid")
        .select(["consumer_uuid", "consumer_type", "resource_class", "used"])
        .where("project_id", "=", project_id);
      if (user_id !== undefined) query = query.where("user_id", "=", user_id);
      const rows = await query.execute();
      if (!call.has("consumerType")) return fresh(call, { usages: sums(rows) }, clock.now());
      const wanted = rows.filter((row) => [undefined, "all", row.consumer_type ?? "unknown"].includes(consumer_type));
      const keyOf = (row: Row): string => (consumer_type === "all" ? "all" : (row.consumer_type ?? "unknown"));
      const usages = Object.fromEntries(
        [...new Set(wanted.map(keyOf))].map((key) => {
          const own = wanted.filter((row) => keyOf(row) === key);
          const consumer_count = new Set(own.map((row) => row.consumer_uuid)).size;
          return [key, { consumer_count, ...sums(own) }];
        }),
      );
      return fresh(call, { usages }, clock.now());
    },
  });
}

interface Row {
  consumer_uuid: string;
  consumer_type: string | null;
  resource_class: string;
  used: number;
}

function sums(rows: readonly Row[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { resource_class, used } of rows) total[resource_class] = (total[resource_class] ?? 0) + used;
  return total;
}
