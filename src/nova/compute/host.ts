/**
 * The host's own report, every few seconds: it lives, it has this much, these guests run. The answer names the servers
 * that belong here; a guest beyond them is what a lost undo left, and is removed.
 */
import type { Ids } from "#platform/ids/ids.ts";
import type { Inventory, PlacementClient } from "../clients/placement.ts";
import type { ConfigDrives } from "./config-drive.ts";
import type { ConductorClient } from "./conductor-client.ts";
import type { HostResources, Hypervisor } from "./hypervisors/hypervisor.ts";

export interface HostParts {
  host: string;
  /** Also the id of the host's resource provider; kept over restarts. */
  node_uuid: string;
  host_ip: string;
  hypervisor: Hypervisor;
  conductor: ConductorClient;
  placement: PlacementClient;
  drives: ConfigDrives;
  /** Servers that are being worked on: their guests may be ahead of the rows. */
  busy(): ReadonlySet<string>;
  ids: Ids;
}

/** How often more VCPUs than the host has may be given out; Nova's default is 4 for new hosts. */
const vcpuRatio = 4;

/** What Placement is told of a host. */
export function inventoriesOf(resources: HostResources): Record<string, Inventory> {
  return {
    VCPU: { total: resources.vcpus, allocation_ratio: vcpuRatio, max_unit: resources.vcpus },
    MEMORY_MB: {
      total: resources.memory_mb,
      reserved: Math.min(512, Math.floor(resources.memory_mb / 4)),
      max_unit: resources.memory_mb,
    },
    DISK_GB: { total: resources.disk_gb, max_unit: resources.disk_gb },
  };
}

/** One report; returns what was found and removed. */
export async function reportHost(parts: HostParts): Promise<string[]> {
  const { hypervisor, conductor, placement, host, node_uuid } = parts;
  const resources = await hypervisor.inspect();
  const before = parts.busy();
  const guests = await hypervisor.list();
  const drives = await parts.drives.list();
  await placement.report({ uuid: node_uuid, name: host }, inventoriesOf(resources));
  const { servers } = await conductor.report({
    node_uuid,
    hypervisor_type: resources.hypervisor_type,
    hypervisor_version: resources.hypervisor_version,
    vcpus: resources.vcpus,
    memory_mb: resources.memory_mb,
    local_gb: resources.disk_gb,
    cpu_info: JSON.stringify(resources.cpu_info),
    host_ip: parts.host_ip,
    guests: guests.map((guest) => ({ server_id: guest.uuid, power_state: guest.power_state })),
  });
  const wanted = new Set(servers.map((server) => server.server_id));
  const isLeft = (id: string): boolean => !wanted.has(id) && !before.has(id) && !parts.busy().has(id);
  const leftGuests = guests.map((guest) => guest.uuid).filter(isLeft);
  for (const id of leftGuests) await hypervisor.destroy(id);
  const leftDrives = drives.filter(isLeft);
  for (const id of leftDrives) await parts.drives.remove(id);
  return [
    ...leftGuests.map((id) => `guest ${id} belonged to no server and was removed`),
    ...leftDrives.map((id) => `the config drive of ${id} belonged to no server and was removed`),
  ];
}
