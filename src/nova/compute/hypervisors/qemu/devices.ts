/**
 * Disks and NICs as QEMU wants to be told of them. Pure. The same objects are written as JSON on the command line of a
 * cold start and sent over QMP for a hot-plug, so that both make the same devices.
 */
import { createHash } from "node:crypto";
import type { DiskConnection, DiskFormat, Nic } from "../hypervisor.ts";

/** Names of a disk's parts inside QEMU: node names may have 31 characters, so ids are shortened by a hash. */
export interface DiskNames {
  device: string;
  format: string;
  file: string;
}

export const rootDiskNames: DiskNames = { device: "root", format: "root-n", file: "root-f" };

export function diskNames(volume_id: string): DiskNames {
  const key = shortKey(volume_id);
  return { device: `disk-${key}`, format: `disk-${key}-n`, file: `disk-${key}-f` };
}

export function nicNames(port_id: string): { device: string; backend: string } {
  const key = shortKey(port_id);
  return { device: `nic-${key}`, backend: `net-${key}` };
}

function shortKey(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 20);
}

/** Block nodes in the order they are to be added: the file, then the format on top of it. */
export function blockNodes(names: DiskNames, path: string, format: DiskFormat, read_only = false): object[] {
  const common = { "read-only": read_only, ...(read_only ? {} : { discard: "unmap" }) };
  return [
    { driver: "file", filename: path, "node-name": names.file, ...common },
    { driver: format, file: names.file, "node-name": names.format, ...common },
  ];
}

export interface DiskDevice {
  serial?: string | undefined;
  boot_index?: number | undefined;
}

export function diskDevice(names: DiskNames, device: DiskDevice): object {
  return {
    driver: "virtio-blk-pci",
    id: names.device,
    drive: names.format,
    ...(device.serial === undefined ? {} : { serial: device.serial.slice(0, 20) }),
    ...(device.boot_index === undefined ? {} : { bootindex: device.boot_index }),
  };
}

export function nicBackend(nic: Nic): object {
  return { type: "tap", id: nicNames(nic.port_id).backend, ifname: nic.tap, script: "no", downscript: "no" };
}

export function nicDevice(nic: Nic): object {
  const { device, backend } = nicNames(nic.port_id);
  return { driver: "virtio-net-pci", id: device, netdev: backend, mac: nic.mac, host_mtu: nic.mtu, romfile: "" };
}

/** Disks in the order of their device names, `/dev/vdb` before `/dev/vdaa`: guests name disks in the order of slots. */
export function inDeviceOrder(disks: readonly DiskConnection[]): DiskConnection[] {
  const key = (disk: DiskConnection) => disk.device_name;
  return disks.toSorted((a, b) => key(a).length - key(b).length || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
