/** The volumes of one server on this host: made where the user asked for new ones, and connected. */
import type { BlockDeviceOrder, ServerOrder } from "#contracts/nova/order.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { withoutStep } from "#platform/trace/trace.ts";
import type { CinderClient, Connector } from "../clients/cinder.ts";
import { HopelessError } from "./failures.ts";
import type { DiskConnection } from "./hypervisors/hypervisor.ts";

/** How long Cinder may take to make a volume. */
const create_ms = 300_000;

/** A volume that this host can open. */
export interface ConnectedVolume {
  block_device_id: string;
  volume_id: string;
  attachment_id: string;
  /** True when this server's build made it: undoing the build removes it. */
  made: boolean;
  disk: DiskConnection;
}

export interface ServerVolumes {
  /** Makes and connects one; safe to repeat. */
  connect(server: ServerOrder, device: BlockDeviceOrder, signal: AbortSignal): Promise<ConnectedVolume>;
  complete(server: ServerOrder, attachment_id: string): Promise<void>;
  /** Disconnects what the rows and Cinder know of; removes volumes when told. */
  release(server: ServerOrder, device: BlockDeviceOrder, remove: boolean): Promise<void>;
  /** Volumes that an interrupted build made for a device that has none in its row. */
  findMade(server: ServerOrder, device: BlockDeviceOrder): Promise<string | null>;
}

export interface ServerVolumesParts {
  cinder: CinderClient;
  clock: Clock;
  connector: Connector;
}

/** Marks a volume made for a server's device, so that a build that goes on after a crash finds it again. */
const markKey = "nova_block_device";

export function makeServerVolumes({ cinder, clock, connector }: ServerVolumesParts): ServerVolumes {
  const findMade: ServerVolumes["findMade"] = async (server, device) => {
    const all = await cinder.listVolumes(server.project_id);
    return all.find((volume) => volume.metadata[markKey] === device.id)?.id ?? null;
  };
  const make = async (server: ServerOrder, device: BlockDeviceOrder): Promise<string> => {
    const earlier = await findMade(server, device);
    if (earlier) return earlier;
    const volume = await cinder.createVolume(server.project_id, {
      name: "",
      size: device.volume_size_gb ?? Math.max(server.flavor.root_gb, 1),
      metadata: { [markKey]: device.id },
      ...(device.source_type === "image" && device.image_id ? { imageRef: device.image_id } : {}),
      ...(device.volume_type ? { volume_type: device.volume_type } : {}),
    });
    return volume.id;
  };
  return {
    findMade,
    async connect(server, device, signal) {
      const volume_id = device.volume_id ?? (await make(server, device));
      await withoutStep(() => usable(cinder, clock, server.project_id, volume_id, signal));
      const mountpoint = device.device_name ?? "";
      const attachment = await cinder.connect(server.project_id, {
        volume_id,
        server_id: server.id,
        attachment_id: device.attachment_id,
        connector: { ...connector, ...(mountpoint ? { mountpoint } : {}) },
      });
      const { path, format } = attachment.connection_info.data;
      const disk: DiskConnection = {
        volume_id,
        path,
        format,
        serial: volume_id,
        device_name: mountpoint || "/dev/vdb",
        ...(device.boot_index === null || device.boot_index < 0 ? {} : { boot_index: device.boot_index }),
      };
      return {
        block_device_id: device.id,
        volume_id,
        attachment_id: attachment.id,
        made: device.volume_id === null,
        disk,
      };
    },
    complete: (server, attachment_id) => cinder.complete(server.project_id, attachment_id),
    async release(server, device, remove) {
      const volume_id = device.volume_id ?? (await findMade(server, device));
      if (!volume_id) return;
      const attachment = device.attachment_id ?? (await cinder.findAttachment(server.project_id, volume_id, server.id));
      if (attachment) await cinder.disconnect(server.project_id, attachment);
      if (remove) await cinder.deleteVolume(server.project_id, volume_id);
    },
  };
}

/** A volume that is being made is waited for; one that cannot be used is said so. */
async function usable(
  cinder: CinderClient,
  clock: Clock,
  project_id: string,
  volume_id: string,
  signal: AbortSignal,
): Promise<void> {
  const making = ["creating", "downloading"];
  const status = await until(
    clock,
    async () => {
      const volume = await cinder.findVolume(project_id, volume_id);
      if (!volume) return "gone";
      return making.includes(volume.status) ? undefined : volume.status;
    },
    { limit_ms: create_ms, period_ms: 20, what: `volume ${volume_id} to be made`, signal },
  );
  if (["gone", "error", "deleting"].includes(status))
    throw new HopelessError(`Volume ${volume_id} cannot be used: it is ${status}.`);
}
