/** What the works of compute share. */
import type { Order, ServerOrder } from "#contracts/nova/order.ts";
import type { Tracer } from "#platform/trace/trace.ts";
import type { ConfigDrives } from "../config-drive.ts";
import type { Hypervisor } from "../hypervisors/hypervisor.ts";
import type { ImageSource } from "../image-source.ts";
import type { ServerNetwork } from "../server-network.ts";
import type { ConnectedVolume, ServerVolumes } from "../server-volumes.ts";
import type { Interface } from "#contracts/nova/order.ts";
import type { Nic } from "../hypervisors/hypervisor.ts";

export interface Tools {
  hypervisor: Hypervisor;
  images: ImageSource;
  network: ServerNetwork;
  volumes: ServerVolumes;
  tracer: Tracer;
  configDrives: ConfigDrives;
}

export interface VolumesOutput {
  volumes: ConnectedVolume[];
}

export interface InterfacesOutput {
  interfaces: Interface[];
}

export function nicOf(one: Interface): Nic {
  return { port_id: one.port_id, tap: one.tap, mac: one.mac, mtu: one.mtu };
}

/** Devices that are volumes, in boot order. */
export function volumeDevices(order: Order): ServerOrder["block_devices"] {
  return order.server.block_devices.filter((device) => device.destination_type === "volume");
}
