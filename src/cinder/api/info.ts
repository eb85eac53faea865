/** Handlers of what the service says about itself. */
import { errors } from "#contracts/cinder/errors.ts";
import { volumeInfo } from "#contracts/cinder/info.ts";
import { ApiError } from "#contracts/kit/errors.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import { isUp } from "../store/services.ts";
import type { ServiceRow } from "../store/tables.ts";
import type { Cinder } from "./cinder.ts";
import { microversions } from "./versions.ts";
import { poolOf } from "./view.ts";

const versionDocument = (call: Call) => ({
  id: "v3.0",
  status: "CURRENT",
  version: microversions.max,
  min_version: microversions.min,
  updated: "2022-08-31T00:00:00Z",
  links: [{ rel: "self", href: call.url("/v3/") }],
  "media-types": [{ base: "application/json", type: "application/vnd.openstack.volume+json;version=3" }],
});

const updated = "2013-04-18T00:00:00+00:00";
const extensionNames: Record<string, string> = {
  "os-availability-zone": "AvailabilityZones",
  "os-extended-services": "ExtendedServices",
  "os-image-create": "CreateVolumeExtension",
  "os-quota-sets": "Quotas",
  "os-services": "Services",
  "os-types-extra-specs": "TypesExtraSpecs",
  "os-types-manage": "TypesManage",
  "os-used-limits": "UsedLimits",
  "os-vol-host-attr": "VolumeHostAttribute",
  "os-vol-image-meta": "VolumeImageMetadata",
  "os-vol-mig-status-attr": "VolumeMigStatusAttribute",
  "os-vol-tenant-attr": "VolumeTenantAttribute",
  "os-volume-actions": "VolumeActions",
  "os-admin-actions": "AdminActions",
  "scheduler-stats": "Scheduler_stats",
};

const extensions = Object.entries(extensionNames).map(([alias, name]) => ({
  alias,
  name,
  description: name,
  updated,
  links: [],
}));

export function infoHandlers(cinder: Cinder): Implementation {
  const { services } = cinder.store;
  return implement(volumeInfo, {
    root: (call) => ({ versions: [versionDocument(call)] }),
    version: (call) => {
      if (call.requestUrl.pathname.endsWith("/")) return { versions: [versionDocument(call)] };
      return new Reply({ versions: [] }, { status: 302, headers: { Location: call.url("/v3/") } });
    },
    extensions: () => ({ extensions }),
    extension: (call) => {
      const extension = extensions.find((one) => one.alias === call.params["alias"]);
      if (!extension) throw errors.extensionNotFound();
      return { extension };
    },
    zones: async () => {
      const now = cinder.clock.now();
      const zones = new Map<string, boolean>([[cinder.availability_zone, false]]);
      for (const one of await services.list()) {
        const available = isUp(one, now) && one.disabled === 0;
        zones.set(one.availability_zone, available || (zones.get(one.availability_zone) ?? false));
      }
      return {
        availabilityZoneInfo: [...zones].map(([zoneName, available]) => ({ zoneName, zoneState: { available } })),
      };
    },
    services: async (call) => ({ services: await listServices(cinder, call) }),
    changeService: (call) => changeService(cinder, call),
    pools: async () => ({ pools: (await services.list()).map(poolBody) }),
  });
}

/** The scheduler is part of this service's own processes: it is up when this answer is given. */
async function listServices(cinder: Cinder, call: Call) {
  const now = cinder.clock.now();
  const { host, binary } = call.query as { host?: string; binary?: string };
  const own = {
    status: "enabled",
    state: "up",
    updated_at: isoMicrosNoZone(now),
    disabled_reason: null,
    cluster: null,
  };
  const scheduler = { binary: "cinder-scheduler", host: "cumulet", zone: cinder.availability_zone, ...own };
  const agents = (await cinder.store.services.list()).map((one) => ({
    binary: "cinder-volume",
    host: hostOf(one),
    zone: one.availability_zone,
    status: one.disabled === 1 ? "disabled" : "enabled",
    state: isUp(one, now) ? "up" : "down",
    updated_at: isoMicrosNoZone(one.last_seen_at),
    disabled_reason: one.disabled_reason,
    cluster: null,
    backend_state: isUp(one, now) ? "up" : "down",
  }));
  const matches = (service: { binary: string; host: string }): boolean =>
    (binary === undefined || service.binary === binary) &&
    (host === undefined || service.host === host || service.host.startsWith(`${host}@`));
  return [scheduler, ...agents].filter(matches);
}

const hostOf = (service: ServiceRow): string => `${service.host}@${service.backend}`;

async function changeService(cinder: Cinder, call: Call): Promise<Record<string, unknown>> {
  const verb = call.params["verb"] ?? "";
  const {
    host = "",
    binary = "cinder-volume",
    disabled_reason,
  } = call.body as { host?: string; binary?: string; disabled_reason?: string };
  if (!["enable", "disable", "disable-log-reason"].includes(verb)) {
    throw new ApiError("not_implemented", { status: 501, message: `Cumulet cannot '${verb}' a volume service yet.` });
  }
  if (verb === "disable-log-reason" && !disabled_reason)
    throw errors.badRequest({ reason: "Missing disabled reason field" });
  const disabled = verb !== "enable";
  const found = await cinder.store.services.setDisabled(
    host.replace(/@.*$/, ""),
    disabled,
    disabled ? (disabled_reason ?? null) : null,
  );
  if (!found) throw errors.serviceNotFound({ service: binary, host });
  const reason = verb === "disable-log-reason" ? { disabled_reason } : {};
  return { host, service: binary, binary, disabled, status: disabled ? "disabled" : "enabled", ...reason };
}

function poolBody(service: ServiceRow): unknown {
  const capabilities = {
    volume_backend_name: service.backend,
    storage_protocol: service.simulated === 1 ? "fake" : "file",
    vendor_name: "Cumulet",
    simulated: service.simulated === 1,
    total_capacity_gb: service.total_gb,
    free_capacity_gb: service.free_gb,
    thin_provisioning_support: true,
    timestamp: isoMicrosNoZone(service.last_seen_at),
  };
  return { name: poolOf(service), capabilities };
}
