/** What Nova asks of Placement: room for a server, a claim on it, and what a host has. Microversion 1.36. */
import Type from "typebox";
import { operation } from "#contracts/kit/resource.ts";
import { makeClient, UpstreamError, type Upstream } from "#platform/http/client.ts";

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

const policy = { name: "placement", rule: "@" };
const any = Type.Unknown();
const body = Type.Any();
const operations = {
  candidates: operation({ method: "GET", path: "/allocation_candidates", policy, status: 200, query: body, response: Type.Object({ provider_summaries: Type.Record(Type.String(), any) }) }),
  allocations: operation({ method: "GET", path: "/allocations/{id}", policy, status: 200, response: Type.Object({ allocations: Type.Record(Type.String(), any) }) }),
  allocate: operation({ method: "PUT", path: "/allocations/{id}", policy, status: 204, request: body }),
  release: operation({ method: "DELETE", path: "/allocations/{id}", policy, status: 204 }),
  consumers: operation({ method: "GET", path: "/resource_providers/{id}/allocations", policy, status: 200, response: Type.Object({ allocations: Type.Record(Type.String(), any) }) }),
  makeProvider: operation({ method: "POST", path: "/resource_providers", policy, status: 200, request: body }),
  inventories: operation({ method: "GET", path: "/resource_providers/{id}/inventories", policy, status: 200, response: Type.Object({ resource_provider_generation: Type.Integer(), inventories: Type.Record(Type.String(), Type.Any()) }) }),
  putInventories: operation({ method: "PUT", path: "/resource_providers/{id}/inventories", policy, status: 200, request: body }),
};

export function makePlacementClient(upstream: Upstream, token: () => Promise<string>): PlacementClient {
  const client = makeClient(upstream, "placement", token);
  const headers = { "openstack-api-version": "placement 1.36" };
  const held = async (id: string) => (await client.call(operations.allocations, { params: { id }, headers })).allocations;
  return {
    async candidates(amounts) {
      const resources = Object.entries(amounts).map(([name, amount]) => `${name}:${amount}`).join(",");
      const answer = await client.call(operations.candidates, { query: { resources, limit: "1000" }, headers });
      return new Set(Object.keys(answer.provider_summaries));
    },
    async claim({ consumer_id, provider_id, amounts, project_id, user_id }) {
      const claim = { allocations: { [provider_id]: { resources: amounts } }, consumer_generation: null, project_id, user_id };
      try {
        await client.call(operations.allocate, { params: { id: consumer_id }, body: claim, headers });
        return true;
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.status !== 409) throw error;
        return provider_id in (await held(consumer_id));
      }
    },
    async release(id) {
      await client.call(operations.release, { params: { id }, headers }).catch(ignoreMissing);
    },
    async consumersOn(id) {
      return Object.keys((await client.call(operations.consumers, { params: { id }, headers })).allocations);
    },
    async report({ uuid, name }, inventories) {
      await client.call(operations.makeProvider, { body: { uuid, name }, headers }).catch(ignoreConflict);
      const now = await client.call(operations.inventories, { params: { id: uuid }, headers });
      if (sameInventories(now.inventories as Record<string, Inventory>, inventories)) return;
      const resource_provider_generation = now.resource_provider_generation;
      await client.call(operations.putInventories, { params: { id: uuid }, body: { resource_provider_generation, inventories }, headers });
    },
  };
}

function sameInventories(now: Record<string, Inventory>, wanted: Record<string, Inventory>): boolean {
  const names = Object.keys(wanted);
  if (Object.keys(now).length !== names.length) return false;
  return names.every((name) => Object.entries(wanted[name] ?? {}).every(([key, value]) => now[name]?.[key as keyof Inventory] === value));
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof UpstreamError && error.status === 404) return undefined;
  throw error;
}

function ignoreConflict(error: unknown): undefined {
  if (error instanceof UpstreamError && error.status === 409) return undefined;
  throw error;
}
