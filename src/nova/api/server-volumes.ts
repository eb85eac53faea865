/** Volumes of a server: reserved here with the user's token, connected and plugged by compute. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import { volumeAttachment } from "#contracts/nova/server-parts.ts";
import type { BodyOf } from "#contracts/kit/resource.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { BlockDevice } from "../store/block-devices.ts";
import type { Server } from "../store/servers.ts";
import { freeDeviceName } from "./create/devices.ts";
import { refuseUnlessFree, releaseVolumes, reserveVolumes, type Reservation } from "./create/volumes.ts";
import type { ApiDeps } from "./deps.ts";
import { beginWork, refuseUnlessAllowed } from "./server/begin.ts";
import { findServer } from "./server/find.ts";

type AttachBody = BodyOf<typeof volumeAttachment.operations.create>;

export function volumeAttachmentHandlers(deps: ApiDeps): Implementation {
  return implement(volumeAttachment, {
    async list(call) {
      const server = await findServer(deps, call);
      const devices = (await deps.store.blockDevices.listOf(server.id)).filter((device) => device.volume_id !== null);
      const { offset = 0, limit = devices.length } = call.query;
      return { volumeAttachments: devices.slice(offset, offset + limit).map(viewDevice) };
    },
    async show(call) {
      const server = await findServer(deps, call);
      return { volumeAttachment: viewDevice(await findDevice(deps, server, call)) };
    },
    async create(call) {
      const server = await findServer(deps, call);
      return { volumeAttachment: viewDevice(await attach(deps, call, server)) };
    },
    async update(call) {
      const server = await findServer(deps, call);
      const device = await findDevice(deps, server, call);
      const { volumeId, delete_on_termination } = call.body.volumeAttachment;
      if (volumeId !== device.volume_id) throw errors.notBuilt({ what: "swapping volumes" });
      if (delete_on_termination !== undefined) {
        await deps.store.blockDevices.update(device.id, { delete_on_termination: asBoolean(delete_on_termination) });
      }
      return undefined;
    },
    async delete(call) {
      const server = await findServer(deps, call);
      const device = await findDevice(deps, server, call);
      if (device.boot_index === 0) throw errors.rootVolume();
      const params = { block_device_id: device.id };
      await beginWork(deps, call, server, {
        action: "detach_volume",
        kind: "server.detach_volume",
        params,
        log: "detach_volume",
      });
      return undefined;
    },
  });
}

function viewDevice(
  device: Pick<
    BlockDevice,
    "id" | "server_id" | "volume_id" | "device_name" | "tag" | "delete_on_termination" | "attachment_id"
  >,
) {
  const volume_id = device.volume_id ?? "";
  return {
    id: volume_id,
    volumeId: volume_id,
    serverId: device.server_id,
    device: device.device_name,
    tag: device.tag,
    delete_on_termination: device.delete_on_termination,
    attachment_id: device.attachment_id,
    bdm_uuid: device.id,
  };
}

async function findDevice(deps: ApiDeps, server: Server, call: Call): Promise<BlockDevice> {
  const volume_id = call.params["volume_id"] ?? "";
  const device = await deps.store.blockDevices.findVolume(server.id, volume_id);
  if (!device) throw errors.noAttachment({ server_id: server.id, volume_id });
  return device;
}

async function attach(deps: ApiDeps, call: Call<unknown, AttachBody>, server: Server) {
  const { token } = call.identity;
  const { volumeAttachment: asked } = call.body;
  const volume_id = asked.volumeId;
  refuseUnlessAllowed(call, server, "attach_volume");
  const [volume, devices] = await Promise.all([
    deps.cinder.findVolume(token, volume_id),
    deps.store.blockDevices.listOf(server.id),
  ]);
  if (!volume) throw errors.volumeNotFound({ volume_id });
  if (devices.some((device) => device.volume_id === volume_id)) throw errors.volumeInUse({ volume_id });
  refuseUnlessFree(volume);
  const device_name = deviceName(devices, asked.device ?? undefined);
  const reserved = await reserveVolumes(deps.cinder, token, server.id, [volume_id]);
  const device = newDevice(deps, server, { asked, device_name, size: volume.size, reserved });
  try {
    await beginWork(deps, call, server, {
      action: "attach_volume",
      kind: "server.attach_volume",
      params: { block_device_id: device.id },
      log: "attach_volume",
      also: (trx) => deps.store.blockDevices.insert([device], trx),
    });
  } catch (error) {
    await releaseVolumes(deps.cinder, token, reserved);
    throw error;
  }
  return device;
}

/** The name asked for counts only while it is free: the guest decides in the end. */
function deviceName(devices: readonly BlockDevice[], asked: string | undefined): string {
  const taken = new Set(devices.flatMap((device) => device.device_name ?? []));
  if (!devices.some((device) => device.boot_index === 0)) taken.add("/dev/vda");
  if (asked !== undefined && taken.has(asked))
    throw errors.badRequest({ reason: `The supplied device path (${asked}) is in use.` });
  return asked ?? freeDeviceName(taken);
}

interface NewDevice {
  asked: AttachBody["volumeAttachment"];
  device_name: string;
  /** GiB. */
  size: number;
  reserved: readonly Reservation[];
}

function newDevice(
  deps: ApiDeps,
  server: Server,
  { asked, device_name, size, reserved }: NewDevice,
): Omit<BlockDevice, "created_at" | "updated_at"> {
  return {
    id: deps.ids.uuid(),
    server_id: server.id,
    source_type: "volume",
    destination_type: "volume",
    volume_id: asked.volumeId,
    image_id: null,
    snapshot_id: null,
    volume_size: size,
    volume_type: null,
    boot_index: null,
    device_name,
    delete_on_termination: asked.delete_on_termination === undefined ? false : asBoolean(asked.delete_on_termination),
    attachment_id: reserved[0]?.attachment_id ?? null,
    tag: asked.tag ?? null,
    disk_bus: null,
    device_type: null,
    guest_format: null,
    attached: false,
  };
}
