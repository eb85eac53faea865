/** What a server needs of a host, out of its row: the same for the claim in Placement and for the filters. Pure. */
import type { Amounts } from "../clients/placement.ts";
import type { Request } from "../scheduler/hosts.ts";
import type { BlockDevice } from "../store/block-devices.ts";
import type { Server } from "../store/servers.ts";

/** The root disk counts only when it lies on the host, not in a volume. */
export function amountsOf(server: Server, devices: readonly BlockDevice[]): Amounts {
  const inVolume = devices.some((device) => device.boot_index === 0 && device.destination_type === "volume");
  const { vcpus, memory_mb, root_gb, ephemeral_gb, swap } = server.flavor;
  const disk_gb = (inVolume ? 0 : root_gb) + ephemeral_gb + Math.ceil(swap / 1024);
  return { VCPU: vcpus, MEMORY_MB: memory_mb, ...(disk_gb > 0 ? { DISK_GB: disk_gb } : {}) };
}

export interface Circumstances {
  amounts: Amounts;
  excluded_hosts: readonly string[];
  group: Request["group"];
}

export function requestOf(server: Server, { amounts, excluded_hosts, group }: Circumstances): Request {
  return {
    server_id: server.id,
    project_id: server.project_id,
    vcpus: amounts.VCPU ?? 0,
    memory_mb: amounts.MEMORY_MB ?? 0,
    disk_gb: amounts.DISK_GB ?? 0,
    zone: server.availability_zone,
    forced_host: server.requested_host,
    forced_node: server.requested_node,
    excluded_hosts,
    image_properties: {},
    extra_specs: server.flavor.extra_specs,
    group,
    hints: server.scheduler_hints,
  };
}
