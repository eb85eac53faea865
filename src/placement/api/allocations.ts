/** Allocations: what consumers (servers) have of providers. */
import { allocation } from "#contracts/placement/allocation.ts";
import { errors } from "#contracts/placement/errors.ts";
import type { Amounts } from "#contracts/placement/kit.ts";
import { isUuid } from "#platform/ids/ids.ts";
import { implement, type Call, type Handlers, type Implementation } from "#platform/http/call.ts";
import { nobody, removeAllocations, replaceAllocations, type Claim } from "../store/allocations.ts";
import { replaceInventories, type InventoryByClass } from "../store/inventories.ts";
import { getProvider, raiseGeneration } from "../store/providers.ts";
import type { Trx } from "../store/tables.ts";
import { answerCandidates } from "./candidates.ts";
import { fresh, needClasses, retried, type PlacementDeps } from "./deps.ts";
import { inventoriesOf, type InventoryGiven } from "./inventories.ts";

type ByProvider = Readonly<Record<string, { resources: Amounts }>>;
type Listed = readonly { resource_provider: { uuid: string }; resources: Amounts }[];

/** One consumer's wish as the bodies of all versions write it; the schema of the version has checked it. */
interface Given {
  allocations: ByProvider | Listed;
  project_id?: string;
  user_id?: string;
  consumer_generation?: number | null;
  consumer_type?: string;
}

function claimOf(consumer_uuid: string, given: Given): Claim {
  if (!isUuid(consumer_uuid)) throw errors.badRequest({ detail: `Malformed consumer_uuid: ${consumer_uuid}` });
  const { allocations } = given;
  const pairs = Array.isArray(allocations)
    ? (allocations as Listed).map(({ resource_provider, resources }) => [resource_provider.uuid, resources] as const)
    : Object.entries(allocations as ByProvider).map(([uuid, { resources }]) => [uuid, resources] as const);
  return {
    consumer_uuid,
    consumer_generation: given.consumer_generation,
    project_id: given.project_id ?? nobody,
    user_id: given.user_id ?? nobody,
    consumer_type: given.consumer_type ?? null,
    allocations: new Map(pairs),
  };
}

async function needClaimed(trx: Trx, claims: readonly Claim[]): Promise<void> {
  await needClasses(
    trx,
    claims.flatMap(({ allocations }) => [...allocations.values()].flatMap((amounts) => Object.keys(amounts))),
  );
}

export function allocationHandlers(deps: PlacementDeps): Implementation {
  return implement(allocation, {
    ...reading(deps),
    ...writing(deps),
    candidates: (call) => answerCandidates(deps, call),
  });
}

function reading({ db, clock }: PlacementDeps): Pick<Handlers<typeof allocation>, "show" | "ofProvider"> {
  return {
    show: async (call) => {
      const { consumer_uuid = "" } = call.params;
      const rows = await db
        .selectFrom("allocations")
        .innerJoin("providers", "providers.uuid", "allocations.provider_uuid")
        .select(["provider_uuid", "resource_class", "used", "providers.generation"])
        .where("consumer_uuid", "=", consumer_uuid)
        .orderBy("provider_uuid")
        .execute();
      const consumer = await db
        .selectFrom("consumers")
        .selectAll()
        .where("uuid", "=", consumer_uuid)
        .executeTakeFirst();
      if (rows.length === 0 || !consumer) return fresh(call, { allocations: {} }, clock.now());
      const allocations: Record<string, { generation: number; resources: Record<string, number> }> = {};
      for (const { provider_uuid, resource_class, used, generation } of rows) {
        (allocations[provider_uuid] ??= { generation, resources: {} }).resources[resource_class] = used;
      }
      const { project_id, user_id, generation: consumer_generation, consumer_type } = consumer;
      const body = { allocations, project_id, user_id, consumer_generation, consumer_type: consumer_type ?? "unknown" };
      return fresh(call, body, clock.now());
    },
    ofProvider: async (call) => {
      const provider = await getProvider(db, call.params["uuid"] ?? "");
      const rows = await db
        .selectFrom("allocations")
        .innerJoin("consumers", "consumers.uuid", "allocations.consumer_uuid")
        .select(["consumer_uuid", "resource_class", "used", "consumers.generation"])
        .where("provider_uuid", "=", provider.uuid)
        .execute();
      const allocations: Record<string, { resources: Record<string, number>; consumer_generation?: number }> = {};
      for (const { consumer_uuid, resource_class, used, generation } of rows) {
        const shown = call.has("consumerGeneration") ? { consumer_generation: generation } : {};
        (allocations[consumer_uuid] ??= { resources: {}, ...shown }).resources[resource_class] = used;
      }
      const body = { allocations, resource_provider_generation: provider.generation };
      return fresh(call, body, Number(provider.updated_at));
    },
  };
}

function writing(
  deps: PlacementDeps,
): Pick<Handlers<typeof allocation>, "replace" | "replaceMany" | "remove" | "reshape"> {
  const { db, clock } = deps;
  const write = (claims: readonly Claim[]): Promise<void> =>
    retried(db, async (trx) => {
      await needClaimed(trx, claims);
      await replaceAllocations(trx, claims, clock.now());
    });
  return {
    replace: async (call) => {
      // One wire name with three shapes: the schema of the version has checked which.
      await write([claimOf(call.params["consumer_uuid"] ?? "", call.body as unknown as Given)]);
      return undefined;
    },
    replaceMany: async (call) => {
      await write(claimsOf(call.body));
      return undefined;
    },
    remove: async (call) => {
      const { consumer_uuid = "" } = call.params;
      const had = await db.transaction().execute((trx) => removeAllocations(trx, consumer_uuid));
      if (!had) throw errors.notFound({ detail: `No allocations for consumer '${consumer_uuid}'` });
      return undefined;
    },
    reshape: async (call) => {
      await reshape(deps, call, call.body as unknown as Reshape);
      return undefined;
    },
  };
}

function claimsOf(body: object): Claim[] {
  return Object.entries(body as Record<string, Given>).map(([uuid, given]) => claimOf(uuid, given));
}

interface Reshape {
  inventories: Record<string, { resource_provider_generation: number; inventories: Record<string, InventoryGiven> }>;
  allocations: Record<string, Given>;
}

/** Moves inventories and allocations between providers at once: for a moment each provider has its old and new classes. */
async function reshape({ db, clock }: PlacementDeps, call: Call, body: Reshape): Promise<void> {
  const claims = claimsOf(body.allocations);
  await db.transaction().execute(async (trx) => {
    const wanted = new Map<string, InventoryByClass>();
    for (const [uuid, given] of Object.entries(body.inventories)) {
      const provider = await getProvider(trx, uuid);
      if (provider.generation !== given.resource_provider_generation) throw errors.providerChanged();
      await needClasses(trx, Object.keys(given.inventories));
      const rows = inventoriesOf(call, given.inventories, uuid);
      wanted.set(uuid, rows);
      const old = await trx.selectFrom("inventories").selectAll().where("provider_uuid", "=", uuid).execute();
      const union = {
        ...Object.fromEntries(old.map(({ provider_uuid: _uuid, resource_class, ...row }) => [resource_class, row])),
        ...rows,
      };
      await replaceInventories(trx, uuid, union);
    }
    await needClaimed(trx, claims);
    await replaceAllocations(trx, claims, clock.now());
    for (const [uuid, rows] of wanted) {
      await replaceInventories(trx, uuid, rows);
      await raiseGeneration(trx, await getProvider(trx, uuid), clock.now());
    }
  });
}
