/**
 * Claims. All checks and all writes of one request stand in one transaction, and each provider's generation is raised
 * under guard: two claims that saw the same free space cannot both succeed, so nothing is ever given away twice.
 */
import { errors } from "#contracts/placement/errors.ts";
import type { Amounts } from "#contracts/placement/kit.ts";
import { capacityOf, fitsUnits, listInventories, listUsed } from "./inventories.ts";
import { chunked, findProvider, raiseGeneration } from "./providers.ts";
import type { ConsumerRow, Trx } from "./tables.ts";

export interface Claim {
  consumer_uuid: string;
  /** The generation that the caller has seen; null: there was no consumer; undefined: not looked at (below 1.28). */
  consumer_generation: number | null | undefined;
  project_id: string;
  user_id: string;
  consumer_type: string | null;
  /** Provider → class → amount. Empty: everything is given back. */
  allocations: ReadonlyMap<string, Amounts>;
}

/** Owners of allocations from the time before they had any. */
export const nobody = "00000000-0000-0000-0000-000000000000";

/** Replaces the allocations of each consumer by those claimed. All of them, or none. */
export async function replaceAllocations(trx: Trx, unordered: readonly Claim[], now_ms: number): Promise<void> {
  // Always in one order, so that two transactions never wait for each other.
  const claims = [...unordered].sort((a, b) => (a.consumer_uuid < b.consumer_uuid ? -1 : 1));
  for (const claim of claims) await writeConsumer(trx, claim);
  const consumers = claims.map(({ consumer_uuid }) => consumer_uuid);
  for (const some of chunked(consumers))
    await trx.deleteFrom("allocations").where("consumer_uuid", "in", some).execute();
  const touched = new Set(claims.flatMap(({ allocations }) => [...allocations.keys()]));
  for (const uuid of [...touched].sort()) await claimFrom(trx, uuid, claims, now_ms);
  const rows = claims.flatMap(({ consumer_uuid, allocations }) =>
    [...allocations].flatMap(([provider_uuid, amounts]) =>
      Object.entries(amounts).map(([resource_class, used]) => ({ consumer_uuid, provider_uuid, resource_class, used })),
    ),
  );
  for (const some of chunked(rows)) await trx.insertInto("allocations").values(some).execute();
}

/** Checks all that is claimed from one provider together, and marks the provider as changed. */
async function claimFrom(trx: Trx, uuid: string, claims: readonly Claim[], now_ms: number): Promise<void> {
  const provider = await findProvider(trx, uuid);
  if (!provider) throw errors.badRequest({ detail: `Allocation for resource provider '${uuid}' that does not exist.` });
  const inventories = new Map((await listInventories(trx, uuid)).map((row) => [row.resource_class, row]));
  const used = new Map((await listUsed(trx, [uuid])).map((row) => [row.resource_class, row.used]));
  for (const { allocations } of claims) {
    for (const [resource_class, amount] of Object.entries(allocations.get(uuid) ?? {})) {
      const inventory = inventories.get(resource_class);
      if (!inventory) throw errors.noInventory({ resource_class, uuid });
      if (!fitsUnits(inventory, amount)) throw errors.breaksConstraints({ resource_class, uuid });
      const sum = (used.get(resource_class) ?? 0) + amount;
      if (sum > capacityOf(inventory)) throw errors.exceedsCapacity({ resource_class, uuid });
      used.set(resource_class, sum);
    }
  }
  await raiseGeneration(trx, provider, now_ms);
}

/** Makes, changes or removes the consumer, if it is still as the caller has seen it. */
async function writeConsumer(trx: Trx, claim: Claim): Promise<void> {
  const { consumer_uuid: uuid, project_id, user_id, consumer_type } = claim;
  const row = await trx.selectFrom("consumers").selectAll().where("uuid", "=", uuid).executeTakeFirst();
  refuseStale(row, claim);
  if (!row) {
    if (claim.allocations.size === 0) return;
    const made = { uuid, generation: 1, project_id, user_id, consumer_type };
    await trx.insertInto("consumers").values(made).execute();
    return;
  }
  const guarded =
    claim.allocations.size === 0
      ? trx.deleteFrom("consumers").where("uuid", "=", uuid).where("generation", "=", row.generation).returning("uuid")
      : trx
          .updateTable("consumers")
          .set({
            generation: row.generation + 1,
            project_id,
            user_id,
            consumer_type: consumer_type ?? row.consumer_type,
          })
          .where("uuid", "=", uuid)
          .where("generation", "=", row.generation)
          .returning("uuid");
  if (!(await guarded.executeTakeFirst()))
    throw errors.consumerChanged({ expected: row.generation + 1, given: row.generation });
}

function refuseStale(row: ConsumerRow | undefined, { consumer_generation }: Claim): void {
  if (consumer_generation === undefined || consumer_generation === (row?.generation ?? null)) return;
  const said = (generation: number | null | undefined): string => String(generation ?? "None");
  throw errors.consumerChanged({ expected: said(row?.generation), given: said(consumer_generation) });
}

/** Gives back all that a consumer has; false when it has nothing. */
export async function removeAllocations(trx: Trx, consumer_uuid: string): Promise<boolean> {
  const result = await trx.deleteFrom("allocations").where("consumer_uuid", "=", consumer_uuid).executeTakeFirst();
  await trx.deleteFrom("consumers").where("uuid", "=", consumer_uuid).execute();
  return Number(result.numDeletedRows) > 0;
}
