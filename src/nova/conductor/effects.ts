/**
 * What a done step means for the rows that users see: the state of the server while it is built, its addresses, its
 * volumes. Compute reports outputs; only here do they become rows.
 */
import type { Interface, JournalStep } from "#contracts/nova/order.ts";
import type { TaskState } from "#contracts/nova/server-states.ts";
import type { Operation } from "#platform/operations/operation.ts";
import type { NovaStore } from "../store/open.ts";
import type { NovaDb } from "../store/servers.ts";

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

/** Where an effect writes: in the transaction that also writes the step into the journal. */
interface Place {
  store: NovaStore;
  trx: NovaDb;
}

type Effect = (place: Place, operation: Operation, output: unknown) => Promise<void>;

const putInterfaces: Effect = async ({ store, trx }, operation, output) => {
  const { interfaces } = output as InterfacesOutput;
  await store.servers.update(operation.resource_id, { info_cache: interfaces }, {}, trx);
};

const putVolumes: Effect = async ({ store, trx }, _operation, output) => {
  for (const { block_device_id, volume_id, attachment_id } of (output as VolumesOutput).volumes) {
    await store.blockDevices.update(block_device_id, { volume_id, attachment_id }, trx);
  }
};

/** The volumes that the build made are gone; those that the user brought are free again. */
const forgetVolumes: Effect = async ({ store, trx }, operation) => {
  for (const device of await store.blockDevices.listOf(operation.resource_id, trx)) {
    if (device.destination_type !== "volume") continue;
    const made = device.source_type !== "volume";
    const free = { attachment_id: null, attached: false, ...(made ? { volume_id: null } : {}) };
    await store.blockDevices.update(device.id, free, trx);
  }
};

const markAttached: Effect = async ({ store, trx }, operation) => {
  for (const device of await store.blockDevices.listOf(operation.resource_id, trx)) {
    if (device.destination_type === "volume" && device.attachment_id)
      await store.blockDevices.update(device.id, { attached: true }, trx);
  }
};

const removeDevice: Effect = async ({ store, trx }, operation) => {
  await store.blockDevices.delete((operation.params as { block_device_id: string }).block_device_id, trx);
};

const addInterface: Effect = async ({ store, trx }, operation, output) => {
  const server = await store.servers.find(operation.resource_id, trx);
  const [added] = (output as InterfacesOutput).interfaces;
  if (!server || !added) return;
  const others = server.info_cache.filter((one) => one.port_id !== added.port_id);
  await store.servers.update(server.id, { info_cache: [...others, added] }, {}, trx);
};

const removeInterface: Effect = async ({ store, trx }, operation) => {
  const { port_id } = operation.params as { port_id: string };
  const server = await store.servers.find(operation.resource_id, trx);
  if (!server) return;
  const info_cache = server.info_cache.filter((one) => one.port_id !== port_id);
  await store.servers.update(server.id, { info_cache }, {}, trx);
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
  "server.create/networks": (place, operation) => putInterfaces(place, operation, { interfaces: [] }),
  "server.create/volumes": forgetVolumes,
  "server.attach_volume/connect": removeDevice,
};

export async function applyEffect(
  place: Place,
  operation: Operation,
  step: string,
  record: JournalStep,
): Promise<void> {
  const table = record.status === "done" ? effects : undoEffects;
  await table[`${operation.kind}/${step}`]?.(place, operation, record.output);
  const task_state = operation.kind === "server.create" && record.status === "done" ? taskAfter[step] : undefined;
  if (!task_state) return;
  const building = {
    vm_state: ["building"] as const,
    task_state: ["networking", "block_device_mapping", "spawning", null] as const,
  };
  await place.store.servers.update(operation.resource_id, { task_state }, building, place.trx);
}
