/** Nova's services, and availability zones. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import { availabilityZone, service } from "#contracts/nova/host.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import type { Service } from "../store/hosts.ts";
import { defaultZone } from "../store/zones.ts";
import type { ApiDeps } from "./deps.ts";

/** Numbers of services for the versions before ids: their place by age. */
async function numbers(deps: ApiDeps): Promise<Map<string, number>> {
  return new Map((await deps.store.hosts.listServices()).map(({ id }, at) => [id, at + 1]));
}

export function serviceHandlers(deps: ApiDeps): Implementation {
  const { hosts } = deps.store;
  return implement(service, {
    async list(call) {
      const [services, zones, byId] = await Promise.all([
        hosts.listServices(call.query),
        deps.store.zonesOfHosts(),
        numbers(deps),
      ]);
      return { services: services.map((one) => viewService(deps, one, zones, byId.get(one.id) ?? 0)) };
    },
    async earlyUpdate(call) {
      const { host, binary, disabled_reason, forced_down } = call.body;
      const found = await hosts.findServiceOf(host, binary);
      if (!found) throw errors.notFound({ reason: `Could not find binary ${binary} on host ${host}.` });
      const change = call.params["service_id"] ?? "";
      const patch = earlyPatch(change, disabled_reason, forced_down);
      if (change === "disable-log-reason" && !disabled_reason)
        throw errors.badRequest({ reason: "Missing disabled reason field" });
      await hosts.updateService(found.id, patch);
      const status = patch.disabled === undefined ? {} : { status: patch.disabled ? "disabled" : "enabled" };
      const forced = patch.forced_down === undefined ? {} : { forced_down: patch.forced_down };
      return { service: { host, binary, ...status, ...(disabled_reason ? { disabled_reason } : {}), ...forced } };
    },
    async update(call) {
      const id = call.params["service_id"] ?? "";
      const { status, disabled_reason, forced_down } = call.body;
      if (disabled_reason !== undefined && status !== "disabled") {
        throw errors.badRequest({ reason: "Specifying disabled_reason requires that status be 'disabled'." });
      }
      const changed = await hosts.updateService(id, {
        ...(status === undefined ? {} : { disabled: status === "disabled", disabled_reason: disabled_reason ?? null }),
        ...(forced_down === undefined ? {} : { forced_down: asBoolean(forced_down) }),
      });
      const found = changed ? await hosts.findService(id) : undefined;
      if (!found) throw errors.serviceNotFound({ id });
      return { service: viewService(deps, found, await deps.store.zonesOfHosts(), 0) };
    },
    async delete(call) {
      const id = call.params["service_id"] ?? "";
      const found = await findService(deps, id);
      if (found.binary === "nova-compute" && (await deps.store.servers.listByHost(found.host)).length > 0)
        throw errors.serviceInUse();
      await hosts.deleteService(found.id);
      return undefined;
    },
  });
}

async function findService(deps: ApiDeps, id: string): Promise<Service> {
  const all = await deps.store.hosts.listServices();
  const found = all.find((one, at) => one.id === id || String(at + 1) === id);
  if (!found) throw errors.serviceNotFound({ id });
  return found;
}

function earlyPatch(change: string, disabled_reason: string | undefined, forced_down: boolean | string | undefined) {
  if (change === "enable") return { disabled: false, disabled_reason: null };
  if (change === "disable" || change === "disable-log-reason")
    return { disabled: true, disabled_reason: disabled_reason ?? null };
  if (change === "force-down" && forced_down !== undefined) return { forced_down: asBoolean(forced_down) };
  throw errors.notFound({ reason: `Unknown action ${change}` });
}

function viewService(deps: ApiDeps, one: Service, zones: Map<string, string>, number: number) {
  return {
    number,
    id: one.id,
    binary: one.binary,
    host: one.host,
    zone: one.binary === "nova-compute" ? (zones.get(one.host) ?? one.zone) : "internal",
    status: one.disabled ? "disabled" : "enabled",
    state: deps.store.hosts.isUp(one) ? "up" : "down",
    updated_at: one.last_seen_at === null ? null : isoMicrosNoZone(one.last_seen_at),
    disabled_reason: one.disabled_reason,
    forced_down: one.forced_down,
  };
}

export function availabilityZoneHandlers(deps: ApiDeps): Implementation {
  return implement(availabilityZone, {
    async list() {
      const zones = await readZones(deps);
      return {
        availabilityZoneInfo: [...zones]
          .filter(([name]) => name !== "internal")
          .map(([name, members]) => viewZone(deps, name, members)),
      };
    },
    async detail() {
      const zones = await readZones(deps);
      return {
        availabilityZoneInfo: [...zones].map(([name, members]) => ({
          ...viewZone(deps, name, members),
          hosts: hostsOf(deps, members),
        })),
      };
    },
  });
}

/** Services by zone; the default zone is there also before the first host. */
async function readZones(deps: ApiDeps): Promise<Map<string, Service[]>> {
  const [services, byHost] = await Promise.all([deps.store.hosts.listServices(), deps.store.zonesOfHosts()]);
  const zones = new Map<string, Service[]>();
  for (const one of services) {
    const zone = one.binary === "nova-compute" ? (byHost.get(one.host) ?? one.zone) : "internal";
    zones.set(zone, [...(zones.get(zone) ?? []), one]);
  }
  if (![...zones.keys()].some((name) => name !== "internal")) zones.set(defaultZone, []);
  return zones;
}

function viewZone(deps: ApiDeps, zoneName: string, members: readonly Service[]) {
  const available = members.some((one) => !one.disabled && deps.store.hosts.isUp(one));
  return { zoneName, zoneState: { available }, hosts: null };
}

function hostsOf(deps: ApiDeps, members: readonly Service[]) {
  const hosts: Record<string, Record<string, { available: boolean; active: boolean; updated_at: string | null }>> = {};
  for (const one of members) {
    const updated_at = one.last_seen_at === null ? null : isoMicrosNoZone(one.last_seen_at);
    (hosts[one.host] ??= {})[one.binary] = { available: deps.store.hosts.isUp(one), active: !one.disabled, updated_at };
  }
  return hosts;
}
