/** Host aggregates. A zone with servers in it keeps its hosts: the servers were promised that zone. */
import { aggregate } from "#contracts/nova/aggregate.ts";
import { errors } from "#contracts/nova/errors.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Aggregate } from "../store/aggregates.ts";
import type { ApiDeps } from "./deps.ts";

export function aggregateHandlers(deps: ApiDeps): Implementation {
  const { aggregates, hosts } = deps.store;
  return implement(aggregate, {
    list: async () => ({ aggregates: (await aggregates.list()).map(viewAggregate) }),
    async create(call) {
      const { name, availability_zone } = call.body.aggregate;
      const metadata: Record<string, string> = availability_zone ? { availability_zone } : {};
      return { aggregate: viewAggregate(await nameFree(name, aggregates.insert({ name, metadata }))) };
    },
    show: async (call) => ({ aggregate: viewAggregate(await find(deps, call)) }),
    async update(call) {
      const { name, availability_zone } = call.body.aggregate;
      const changed = change(deps, call, (now) => ({
        ...now,
        name: name ?? now.name,
        metadata: availability_zone === undefined ? now.metadata : merged(now.metadata, { availability_zone }),
      }));
      return { aggregate: viewAggregate(await nameFree(name ?? "", changed)) };
    },
    async delete(call) {
      const found = await find(deps, call);
      if (found.hosts.length > 0) {
        throw errors.badRequest({
          reason: `Cannot perform action 'delete' on aggregate ${found.id}. Reason: not empty.`,
        });
      }
      await aggregates.delete(found.id);
      return undefined;
    },
    async addHost(call) {
      const { host } = call.body.add_host;
      if (!(await hosts.findServiceOf(host, "nova-compute"))) throw errors.hypervisorNotFound({ id: host });
      const zones = (await aggregates.list()).filter((one) => one.hosts.includes(host)).map(zoneOf);
      const changed = await change(deps, call, (now) => {
        if (now.hosts.includes(host))
          throw errors.conflict({ reason: `Aggregate ${now.id} already has host ${host}.` });
        const zone = zoneOf(now);
        if (zone && zones.some((other) => other && other !== zone)) {
          throw errors.conflict({
            reason: `Cannot perform action 'add_host_to_aggregate' on aggregate ${now.id}. Reason: One or more hosts already in availability zone(s) ${zones.join(", ")}.`,
          });
        }
        return { ...now, hosts: [...now.hosts, host] };
      });
      return { aggregate: viewAggregate(changed) };
    },
    async removeHost(call) {
      const { host } = call.body.remove_host;
      const changed = await change(deps, call, (now) => {
        if (!now.hosts.includes(host)) throw errors.notFound({ reason: `Aggregate ${now.id} has no host ${host}.` });
        return { ...now, hosts: now.hosts.filter((one) => one !== host) };
      });
      return { aggregate: viewAggregate(changed) };
    },
    async setMetadata(call) {
      const { metadata } = call.body.set_metadata;
      const changed = await change(deps, call, (now) => ({ ...now, metadata: merged(now.metadata, metadata) }));
      return { aggregate: viewAggregate(changed) };
    },
  });
}

function zoneOf(one: Aggregate): string | undefined {
  return one.metadata["availability_zone"];
}

/** Null takes a key away. */
function merged(now: Record<string, string>, edits: Record<string, string | null>): Record<string, string> {
  const entries = Object.entries<string | null>({ ...now, ...edits });
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

function notFound(call: Call): Error {
  return errors.notFound({ reason: `Aggregate ${call.params["aggregate_id"]} could not be found.` });
}

function idOf(call: Call): number {
  const text = call.params["aggregate_id"] ?? "";
  if (!/^\d{1,9}$/.test(text)) throw notFound(call);
  return Number(text);
}

async function find(deps: ApiDeps, call: Call): Promise<Aggregate> {
  const found = await deps.store.aggregates.find(idOf(call));
  if (!found) throw notFound(call);
  return found;
}

async function change(deps: ApiDeps, call: Call, edit: (now: Aggregate) => Aggregate): Promise<Aggregate> {
  const changed = await deps.store.aggregates.change(idOf(call), edit);
  if (!changed) throw notFound(call);
  return changed;
}

async function nameFree<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isUniqueViolation(error) ? errors.conflict({ reason: `Aggregate ${name} already exists.` }) : error;
  }
}

function viewAggregate(one: Aggregate) {
  return {
    id: one.id,
    uuid: one.uuid,
    name: one.name,
    hosts: one.hosts,
    metadata: one.metadata,
    availability_zone: zoneOf(one) ?? null,
    created_at: isoMicrosNoZone(one.created_at),
    updated_at: one.updated_at === null ? null : isoMicrosNoZone(one.updated_at),
    deleted_at: null,
    deleted: false,
  };
}
