/**
 * Steps 20 to 29 of the flow, on the chosen host: the image, the network, the volumes, and the guest. Each step finds
 * again what an earlier, interrupted try made, and its undo takes back even what was half made.
 */
import type { Order, ServerOrder } from "#contracts/nova/order.ts";
import type { Step, StepContext } from "#platform/operations/operation.ts";
import type { CachedImage } from "../image-cache.ts";
import type { GuestDefinition, RootDisk } from "../hypervisors/hypervisor.ts";
import { broughtPorts } from "../server-network.ts";
import { nicOf, volumeDevices, type InterfacesOutput, type Tools, type VolumesOutput } from "./tools.ts";

export function createSteps(order: Order, tools: Tools): Step[] {
  return [imageStep(order, tools), networksStep(order, tools), volumesStep(order, tools), spawnStep(order, tools)];
}

function imageStep({ server }: Order, { images, tracer }: Tools): Step {
  const source = server.image_ref ?? server.block_devices.find((device) => device.image_id !== null)?.image_id ?? null;
  return {
    name: "image",
    async run() {
      if (source === null) return { image: null };
      const inVolume = server.image_ref === null;
      return tracer.step(20, { server_id: server.id }, async () => {
        if (!inVolume) return { image: await images.ensure(source) };
        await images.describe(source);
        return { image: null };
      });
    },
  };
}

function networksStep(order: Order, { network, tracer }: Tools): Step {
  const { server } = order;
  return {
    name: "networks",
    async run({ signal }): Promise<InterfacesOutput> {
      const ensure = () => network.ensure(server, server.requested_networks, signal);
      return { interfaces: await tracer.step(23, { server_id: server.id }, ensure) };
    },
    undo: () => network.release(server, broughtPorts(order)),
  };
}

function volumesStep(order: Order, { volumes, tracer }: Tools): Step {
  const { server } = order;
  const devices = volumeDevices(order);
  return {
    name: "volumes",
    async run({ signal }): Promise<VolumesOutput> {
      if (devices.length === 0) return { volumes: [] };
      return tracer.step(26, { server_id: server.id }, async () => {
        const connected = [];
        for (const device of devices) connected.push(await volumes.connect(server, device, signal));
        return { volumes: connected };
      });
    },
    async undo(context) {
      const known = context.find<VolumesOutput>("volumes")?.volumes ?? [];
      for (const device of devices) {
        const mine = known.find((one) => one.block_device_id === device.id);
        const attachment_id = mine?.attachment_id ?? device.attachment_id;
        // A volume that the user brought stays; one that this build made goes, since the server never was.
        await volumes.release(
          server,
          { ...device, attachment_id, volume_id: mine?.volume_id ?? device.volume_id },
          mine?.made ?? device.volume_id === null,
        );
      }
    },
  };
}

function spawnStep(order: Order, tools: Tools): Step {
  const { server } = order;
  const { hypervisor, tracer, volumes, configDrives } = tools;
  return {
    name: "spawn",
    async run(context) {
      const connected = context.output<VolumesOutput>("volumes").volumes;
      await tracer.step(29, { server_id: server.id }, async () => {
        await hypervisor.define(await definitionOf(server, tools, context));
        await hypervisor.start(server.id);
      });
      for (const one of connected) await volumes.complete(server, one.attachment_id);
      return { started: true };
    },
    async undo() {
      await hypervisor.destroy(server.id);
      await configDrives.remove(server.id);
    },
  };
}

async function definitionOf(server: ServerOrder, tools: Tools, context: StepContext): Promise<GuestDefinition> {
  const { image } = context.output<{ image: CachedImage | null }>("image");
  const { interfaces } = context.output<InterfacesOutput>("networks");
  const connected = context.output<VolumesOutput>("volumes").volumes.map((one) => one.disk);
  const bootVolume = image ? undefined : (connected.find((disk) => disk.boot_index === 0) ?? connected[0]);
  const drive = server.config_drive ? { config_drive_path: await tools.configDrives.make(server, interfaces) } : {};
  return {
    uuid: server.id,
    name: server.name,
    vcpus: server.flavor.vcpus,
    memory_mb: server.flavor.memory_mb,
    root: rootOf(server, image, bootVolume),
    disks: connected.filter((disk) => disk !== bootVolume),
    nics: interfaces.map(nicOf),
    hints: server.metadata,
    ...drive,
  };
}

function rootOf(
  server: ServerOrder,
  image: CachedImage | null,
  bootVolume: GuestDefinition["disks"][number] | undefined,
): RootDisk {
  if (image) return { kind: "image", base_path: image.path, base_format: image.format, size_gb: server.flavor.root_gb };
  if (bootVolume) return { kind: "volume", disk: bootVolume };
  throw new Error("the server has neither an image nor a volume to boot from");
}
