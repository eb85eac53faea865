/** What Nova asks of Placement: room for a server, a claim on it, and what a host has. Microversion 1.36. */
import { allocation } from "#contracts/placement/allocation.ts";
import { inventory } from "#contracts/placement/inventory.ts";
import { resourceProvider } from "#contracts/placement/resource-provider.ts";
import { makeClient, missing, UpstreamError, type Upstream } from "#platform/http/client.ts";

export interface Amounts {
  VCPU?: number;
  MEMORY_MB?: number;
  DISK_GB?: number;
}

export interface Inventory {
  total: number;
  reserved?: number;
  max_unit?: number;
  allocation_ratio?: number;
}

export interface PlacementClient {
  /** Ids of the providers that have room for all of it. */
  candidates(amounts: Amounts): Promise<Set<string>>;
  /** Claims for a consumer; false when the room is gone meanwhile. Repeating a claim on the same provider is true. */
  claim(claim: Claim): Promise<boolean>;
  /** Gives back all that a consumer holds; harmless when it holds nothing. */
  release(consumer_id: string): Promise<void>;
  /** Ids of the consumers with an allocation on a provider. */
  consumersOn(provider_id: string): Promise<string[]>;
  /** Makes the provider if need be, and its inventories as given. */
  report(provider: { uuid: string; name: string }, inventories: Record<string, Inventory>): Promise<void>;
}

export interface Claim {
  consumer_id: string;
  provider_id: string;
  amounts: Amounts;
  project_id: string;
  user_id: string;
}

export function makePlacementClient(upstream: Upstream, token: () => Promise<string>): PlacementClient {
  const client = makeClient(upstream, "placement", token);
  const headers = { "openstack-api-version": "placement 1.36" };
  const held = async (id: string) =>
    (await client.call(allocation.operations.show, { params: { consumer_uuid: id }, headers })).allocations;
  return {
    async candidates(amounts) {
      const resources = Object.entries(amounts)
        .map(([name, amount]) => `${name}:${amount}`)
        .join(",");
      const answer = await client.call(allocation.operations.candidates, {
        query: { resources, limit: "1000" } as never,
        headers,
      });
      return new Set(Object.keys(answer.provider_summaries));
    },
    async claim({ consumer_id, provider_id, amounts, project_id, user_id }) {
      const claim = {
        allocations: { [provider_id]: { resources: amounts } },
        consumer_generation: null,
        project_id,
        user_id,
      };
      try {
        await client.call(allocation.operations.replace, {
          params: { consumer_uuid: consumer_id },
          body: claim as never,
          headers,
        });
        return true;
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.status !== 409) throw error;
        return provider_id in (await held(consumer_id));
      }
    },
    async release(id) {
      await client.call(allocation.operations.remove, { params: { consumer_uuid: id }, headers }).catch(missing);
    },
    async consumersOn(id) {
      return Object.keys(
        (await client.call(allocation.operations.ofProvider, { params: { uuid: id }, headers })).allocations,
      );
    },
    async report({ uuid, name }, inventories) {
      await client.call(resourceProvider.operations.create, { body: { uuid, name }, headers }).catch(ignoreConflict);
      const now = await client.call(inventory.operations.list, { params: { uuid }, headers });
      if (sameInventories(now.inventories as Record<string, Inventory>, inventories)) return;
      const resource_provider_generation = now.resource_provider_generation;
      await client.call(inventory.operations.replaceAll, {
        params: { uuid },
        body: { resource_provider_generation, inventories } as never,
        headers,
      });
    },
  };
}

function sameInventories(now: Record<string, Inventory>, wanted: Record<string, Inventory>): boolean {
  const names = Object.keys(wanted);
  if (Object.keys(now).length !== names.length) return false;
  return names.every((name) =>
    Object.entries(wanted[name] ?? {}).every(([key, value]) => now[name]?.[key as keyof Inventory] === value),
  );
}

function ignoreConflict(error: unknown): undefined {
  if (error instanceof UpstreamError && error.status === 409) return undefined;
  throw error;
}
