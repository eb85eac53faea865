/** Reads what the metadata of a server is made of. */
import type { BlockDeviceOrder } from "#contracts/nova/order.ts";
import type { NovaStore } from "../store/open.ts";
import { defaultZone } from "../store/zones.ts";
import type { MetadataFacts } from "./facts.ts";

/** Undefined for a server that is not there (any more). */
export async function readFacts(store: NovaStore, server_id: string): Promise<MetadataFacts | undefined> {
  const [server, devices] = await Promise.all([store.servers.find(server_id), store.blockDevices.listOf(server_id)]);
  if (!server || server.deleted_at !== null) return undefined;
  const { key_name, key_data, key_type } = server;
  const key =
    key_name === null || key_data === null ? null : { name: key_name, data: key_data, type: key_type ?? "ssh" };
  const block_devices = devices.map((device): BlockDeviceOrder => ({
    ...device,
    source_type: device.source_type as BlockDeviceOrder["source_type"], // the API lets no other in
    destination_type: device.destination_type as BlockDeviceOrder["destination_type"],
    volume_size_gb: device.volume_size,
  }));
  return {
    server: { ...server, availability_zone: server.availability_zone ?? defaultZone, key, block_devices },
    interfaces: server.info_cache,
    reservation_id: server.reservation_id,
    security_group_names: server.security_group_names,
  };
}
