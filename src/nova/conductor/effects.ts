/**
 * What a done step means for the rows that users see: the state of the server while it is built, its addresses, its
 * volumes. Compute reports outputs; only here do they become rows.
 */
import type { Interface, JournalStep } from "#contracts/nova/order.ts";
import type { TaskState } from "#contracts/nova/server-states.ts";
import type { Operation } from "#platform/operations/operation.ts";
import type { NovaStore } from "../store/open.ts";

/** The task that a create is at after each of its steps. */
const taskAfter: Record<string, TaskState> = {
  image: "networking",
  networks: "block_device_mapping",
  volumes: "spawning",
};

/** Output of compute's steps that make or find volumes. */
export interface VolumesOutput {
  volumes: { block_device_id: string; volume_id: string; attachment_id: string }[];
}

export interface InterfacesOutput {
  interfaces: Interface[];
}

type Effect = (store: NovaStore, operation: Operation, output: unknown) => Promise<void>;

const putInterfaces: Effect = async (store, operation, output) => {
  const { interfaces } = output as InterfacesOutput;
  await store.servers.update(operation.resource_id, { info_cache: interfaces });
};

const putVolumes: Effect = async (store, _operation, output) => {
  for (const { block_device_id, volume_id, attachment_id } of (output as VolumesOutput).volumes) {
    await store.blockDevices.update(block_device_id, { volume_id, attachment_id });
  }
};

/** The volumes that the build made are gone; those that the user brought are free again. */
const forgetVolumes: Effect = async (store, operation) => {
  for (const device of await store.blockDevices.listOf(operation.resource_id)) {
    if (device.destination_type !== "volume") continue;
    const made = device.source_type !== "volume";
    await store.blockDevices.update(device.id, {
      attachment_id: null,
      attached: false,
      ...(made ? { volume_id: null } : {}),
    });
  }
};

const markAttached: Effect = async (store, operation) => {
  for (const device of await store.blockDevices.listOf(operation.resource_id)) {
    if (device.destination_type === "volume" && device.attachment_id)
      await store.blockDevices.update(device.id, { attached: true });
  }
};

const removeDevice: Effect = async (store, operation) => {
  await store.blockDevices.delete((operation.params as { block_device_id: string }).block_device_id);
};

const addInterface: Effect = async (store, operation, output) => {
  const server = await store.servers.find(operation.resource_id);
  const [added] = (output as InterfacesOutput).interfaces;
  if (!server || !added) return;
  const others = server.info_cache.filter((one) => one.port_id !== added.port_id);
  await store.servers.update(server.id, { info_cache: [...others, added] });
};

const removeInterface: Effect = async (store, operation) => {
  const { port_id } = operation.params as { port_id: string };
  const server = await store.servers.find(operation.resource_id);
  if (server)
    await store.servers.update(server.id, { info_cache: server.info_cache.filter((one) => one.port_id !== port_id) });
};

/** Effects of steps that are done. */
const effects: Record<string, Effect> = {
  "server.create/networks": putInterfaces,
  "server.create/volumes": putVolumes,
  "server.create/spawn": markAttached,
  "server.attach_volume/complete": markAttached,
  "server.detach_volume/disconnect": removeDevice,
  "server.attach_interface/plug": addInterface,
  "server.detach_interface/port": removeInterface,
};

/** Effects of steps that are undone. */
const undoEffects: Record<string, Effect> = {
  "server.create/networks": (store, operation) => putInterfaces(store, operation, { interfaces: [] }),
  "server.create/volumes": forgetVolumes,
  "server.attach_volume/connect": removeDevice,
};

export async function applyEffect(
  store: NovaStore,
  operation: Operation,
  step: string,
  record: JournalStep,
): Promise<void> {
  const table = record.status === "done" ? effects : undoEffects;
  await table[`${operation.kind}/${step}`]?.(store, operation, record.output);
  const task_state = operation.kind === "server.create" && record.status === "done" ? taskAfter[step] : undefined;
  if (!task_state) return;
  const building = {
    vm_state: ["building"] as const,
    task_state: ["networking", "block_device_mapping", "spawning", null] as const,
  };
  await store.servers.update(operation.resource_id, { task_state }, building);
}
