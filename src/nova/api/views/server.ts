/** A server as its users see it, at the newest version. Older versions drop fields by the contract. Pure. */
import { createHash } from "node:crypto";
import type { Interface } from "#contracts/nova/order.ts";
import { statusOf, type ServerStatus } from "#contracts/nova/server-states.ts";
import { isoMicrosNoZone, isoSeconds } from "#platform/clock/clock.ts";
import type { BlockDevice } from "../../store/block-devices.ts";
import type { Server } from "../../store/servers.ts";
import { bookmark, linksOf, type Urls } from "./links.ts";

export interface ServerFacts {
  server: Server;
  devices: readonly BlockDevice[];
  /** UP, DOWN, MAINTENANCE or UNKNOWN; empty without a host. */
  host_status: string;
}

/** What this caller may see. */
export interface Sight {
  admin: boolean;
  extraSpecs: boolean;
}

const withProgress: readonly ServerStatus[] = [
  "ACTIVE",
  "BUILD",
  "DELETED",
  "REBUILD",
  "RESIZE",
  "VERIFY_RESIZE",
  "MIGRATING",
];
const withFault: readonly ServerStatus[] = ["ERROR", "DELETED"];

/** The name of the guest on its host, and of its EC2 id: eight hexadecimal digits of the id. */
export function instanceName(id: string): string {
  return `instance-${id.slice(0, 8)}`;
}

/** Differs for each project, so that projects cannot compare hosts. */
export function hostIdOf(server: Pick<Server, "project_id" | "host">): string {
  return server.host === null
    ? ""
    : createHash("sha224")
        .update(server.project_id + server.host)
        .digest("hex");
}

/** Whole seconds, as the real service keeps them. */
function usageTime(at_ms: number | null): string | null {
  return at_ms === null ? null : isoMicrosNoZone(Math.floor(at_ms / 1000) * 1000);
}

export function viewServer(call: Urls, facts: ServerFacts, sight: Sight) {
  const { server } = facts;
  const status = statusOf(server.vm_state, server.task_state);
  return {
    id: server.id,
    name: server.name,
    status,
    tenant_id: server.project_id,
    user_id: server.user_id,
    metadata: server.metadata,
    hostId: hostIdOf(server),
    image:
      server.image_ref === null
        ? ("" as const)
        : { id: server.image_ref, links: bookmark(call, "images", server.image_ref) },
    flavorReference: { id: server.flavor.id, links: bookmark(call, "flavors", server.flavor.id) },
    flavor: embeddedFlavor(server, sight),
    created: isoSeconds(server.created_at),
    updated: isoSeconds(server.updated_at),
    addresses: addressesOf(server.info_cache),
    accessIPv4: server.access_ip_v4 ?? "",
    accessIPv6: server.access_ip_v6 ?? "",
    links: linksOf(call, "servers", server.id),
    "OS-DCF:diskConfig": server.disk_config,
    ...(withProgress.includes(status) ? { progress: server.progress } : {}),
    ...(server.fault && withFault.includes(status) ? { fault: faultOf(server.fault, sight) } : {}),
    locked: server.locked,
    locked_reason: server.locked_reason,
    description: server.description,
    tags: server.tags,
    trusted_image_certificates: null,
    key_name: server.key_name,
    config_drive: server.config_drive ? "True" : "",
    "OS-EXT-AZ:availability_zone": server.availability_zone ?? "",
    "OS-SRV-USG:launched_at": usageTime(server.launched_at),
    "OS-SRV-USG:terminated_at": usageTime(server.terminated_at),
    "OS-EXT-STS:task_state": server.task_state,
    "OS-EXT-STS:vm_state": server.vm_state,
    "OS-EXT-STS:power_state": server.power_state,
    "os-extended-volumes:volumes_attached": volumesOf(facts.devices),
    ...(server.security_group_names.length > 0
      ? { security_groups: server.security_group_names.map((name) => ({ name })) }
      : {}),
    "OS-EXT-SRV-ATTR:hostname": server.hostname,
    ...(sight.admin ? adminFields(facts) : {}),
  };
}

function adminFields({ server, host_status }: ServerFacts) {
  return {
    "OS-EXT-SRV-ATTR:host": server.host,
    "OS-EXT-SRV-ATTR:instance_name": instanceName(server.id),
    "OS-EXT-SRV-ATTR:hypervisor_hostname": server.node,
    "OS-EXT-SRV-ATTR:reservation_id": server.reservation_id,
    "OS-EXT-SRV-ATTR:launch_index": server.launch_index,
    adminHostname: server.hostname,
    "OS-EXT-SRV-ATTR:kernel_id": "",
    "OS-EXT-SRV-ATTR:ramdisk_id": "",
    "OS-EXT-SRV-ATTR:root_device_name": server.root_device_name,
    "OS-EXT-SRV-ATTR:user_data": server.user_data,
    host_status,
  };
}

function embeddedFlavor({ flavor }: Server, sight: Sight) {
  return {
    vcpus: flavor.vcpus,
    ram: flavor.memory_mb,
    disk: flavor.root_gb,
    ephemeral: flavor.ephemeral_gb,
    swap: flavor.swap,
    original_name: flavor.name,
    ...(sight.extraSpecs ? { extra_specs: flavor.extra_specs } : {}),
  };
}

/** Details are for administrators: they may name hosts and files. */
function faultOf(fault: NonNullable<Server["fault"]>, sight: Sight) {
  const { code, message, details, created_at } = fault;
  return { code, created: isoSeconds(created_at), message, ...(sight.admin && details ? { details } : {}) };
}

function volumesOf(devices: readonly BlockDevice[]) {
  return devices.flatMap(({ volume_id, delete_on_termination }) =>
    volume_id === null ? [] : [{ id: volume_id, delete_on_termination }],
  );
}

export interface AddressView {
  version: 4 | 6;
  addr: string;
  "OS-EXT-IPS:type": string;
  "OS-EXT-IPS-MAC:mac_addr": string;
}

/** By the network's name; each fixed address is followed by the floating ones that lead to it. */
export function addressesOf(interfaces: readonly Interface[]): Record<string, AddressView[]> {
  const addresses: Record<string, AddressView[]> = {};
  for (const { network_name, mac, fixed_ips } of interfaces) {
    const list = (addresses[network_name] ??= []);
    const add = (addr: string, version: 4 | 6, type: string): void => {
      list.push({ version, addr, "OS-EXT-IPS:type": type, "OS-EXT-IPS-MAC:mac_addr": mac });
    };
    for (const { ip_address, version, floating_ips } of fixed_ips) {
      add(ip_address, version, "fixed");
      for (const floating of floating_ips) add(floating, 4, "floating");
    }
  }
  return addresses;
}
