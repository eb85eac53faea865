/** The order of an operation, read whole from the database: what compute would read, if it could. */
import type { BlockDeviceOrder, Order, ServerOrder } from "#contracts/nova/order.ts";
import { isoSeconds } from "#platform/clock/clock.ts";
import type { Operation } from "#platform/operations/operation.ts";
import { activeStates } from "#platform/operations/store.ts";
import type { BlockDevice } from "../store/block-devices.ts";
import type { NovaStore } from "../store/open.ts";
import type { Server } from "../store/servers.ts";

export interface OrderFacts {
  operation: Operation;
  server: Server;
  devices: BlockDevice[];
}

/** Undefined when the operation is over, or belongs to another host by now. */
export async function readOrder(
  store: NovaStore,
  operation_id: string,
  owner: string,
): Promise<OrderFacts | undefined> {
  const operation = await store.operations.find(operation_id);
  if (!operation || operation.owner !== owner || !activeStates.includes(operation.state)) return undefined;
  const [server, devices] = await Promise.all([
    store.servers.find(operation.resource_id),
    store.blockDevices.listOf(operation.resource_id),
  ]);
  return server && { operation, server, devices };
}

export function orderOf({ operation, server, devices }: OrderFacts): Order {
  return {
    operation_id: operation.id,
    kind: operation.kind,
    state: operation.state === "running" ? "running" : "undoing",
    params: operation.params as Record<string, unknown>,
    journal: operation.journal,
    deadline_at: operation.deadline_at,
    server: serverOrder(server, devices),
  };
}

function serverOrder(server: Server, devices: readonly BlockDevice[]): ServerOrder {
  const { flavor } = server;
  const { key_name, key_data, key_type } = server;
  return {
    id: server.id,
    name: server.name,
    hostname: server.hostname,
    project_id: server.project_id,
    user_id: server.user_id,
    flavor: {
      id: flavor.id,
      name: flavor.name,
      vcpus: flavor.vcpus,
      memory_mb: flavor.memory_mb,
      root_gb: flavor.root_gb,
      extra_specs: flavor.extra_specs,
    },
    image_ref: server.image_ref,
    availability_zone: server.availability_zone ?? "nova",
    metadata: server.metadata,
    key: key_name !== null && key_data !== null ? { name: key_name, data: key_data, type: key_type ?? "ssh" } : null,
    user_data: server.user_data,
    config_drive: server.config_drive,
    requested_networks: server.requested_networks,
    security_groups: server.security_groups,
    block_devices: devices.map(deviceOrder),
    interfaces: server.info_cache,
    vm_state: server.vm_state,
    launch_index: server.launch_index,
    created_at: isoSeconds(server.created_at),
  };
}

function deviceOrder(device: BlockDevice): BlockDeviceOrder {
  return {
    id: device.id,
    source_type: device.source_type as BlockDeviceOrder["source_type"], // the API's schema lets no other in
    destination_type: device.destination_type as BlockDeviceOrder["destination_type"],
    image_id: device.image_id,
    volume_id: device.volume_id,
    snapshot_id: device.snapshot_id,
    volume_size_gb: device.volume_size,
    volume_type: device.volume_type,
    boot_index: device.boot_index,
    device_name: device.device_name,
    delete_on_termination: device.delete_on_termination,
    attachment_id: device.attachment_id,
    tag: device.tag,
  };
}
