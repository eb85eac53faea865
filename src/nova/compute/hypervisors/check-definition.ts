/** Refuses definitions QEMU could not honour, before anything is made. Pure. */
import { isAbsolute } from "node:path";
import { isUuid } from "#platform/ids/ids.ts";
import { HypervisorError } from "./hypervisor-error.ts";
import type { GuestDefinition } from "./hypervisor.ts";

/** The definition as it will be remembered: a copy, without fields that are undefined. */
export function checkDefinition(definition: GuestDefinition): GuestDefinition {
  const { uuid, vcpus, memory_mb, root, disks, nics } = definition;
  demand(isUuid(uuid), `${JSON.stringify(uuid)} is not a UUID`);
  demand(Number.isInteger(vcpus) && vcpus >= 1 && vcpus <= 255, `${vcpus} vcpus`);
  demand(Number.isInteger(memory_mb) && memory_mb >= 1, `${memory_mb} MiB of memory`);
  if (root.kind === "image")
    demand(Number.isInteger(root.size_gb) && root.size_gb >= 0, `a root disk of ${root.size_gb} GiB`);
  const volumes = [...(root.kind === "volume" ? [root.disk] : []), ...disks];
  for (const { path } of volumes) demand(isAbsolute(path), `the disk path ${path} is not absolute`);
  demand(unique(volumes.map((disk) => disk.volume_id)), "a volume is given twice");
  demand(unique(nics.map((nic) => nic.port_id)), "a port is given twice");
  for (const { tap, mac, mtu } of nics) {
    demand(/^[\w.-]{1,15}$/.test(tap), `${JSON.stringify(tap)} is no name for a device`);
    demand(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac), `${JSON.stringify(mac)} is no MAC address`);
    demand(Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535, `an MTU of ${mtu}`);
  }
  // A definition is plain data, so a round through JSON gives the same shape.
  return JSON.parse(JSON.stringify(definition)) as GuestDefinition;
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new HypervisorError("invalid_definition", `the guest cannot have this: ${otherwise}`);
}

function unique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
