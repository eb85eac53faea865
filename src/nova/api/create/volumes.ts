/** The volumes that a new server is to have: are they there and free? Then they are reserved for it. */
import { errors } from "#contracts/nova/errors.ts";
import { UpstreamError } from "#platform/http/client.ts";
import type { CinderClient, VolumeFacts } from "../clients/cinder.ts";
import type { GlanceClient } from "../clients/glance.ts";
import type { PlannedDevice } from "./devices.ts";

const gib = 2 ** 30;

export async function checkVolumes(
  cinder: CinderClient,
  glance: GlanceClient,
  token: string,
  devices: readonly PlannedDevice[],
): Promise<void> {
  await Promise.all(
    devices.map(async (device) => {
      if (device.volume_id !== null) await checkVolume(cinder, token, device.volume_id, device.boot_index === 0);
      else if (device.destination_type === "volume" && device.image_id !== null)
        await checkSource(glance, token, device);
    }),
  );
}

async function checkVolume(cinder: CinderClient, token: string, volume_id: string, boots: boolean): Promise<void> {
  const volume = await cinder.findVolume(token, volume_id);
  if (!volume) throw errors.deviceVolume({ volume_id });
  refuseUnlessFree(volume);
  if (boots && !volume.bootable) throw errors.notBootable({ volume_id });
}

export function refuseUnlessFree({ id, status, multiattach }: VolumeFacts): void {
  if (status === "available" || (multiattach && status === "in-use")) return;
  throw errors.volumeState({ volume_id: id, status });
}

async function checkSource(
  glance: GlanceClient,
  token: string,
  { image_id, volume_size }: PlannedDevice,
): Promise<void> {
  const image = image_id === null ? undefined : await glance.find(token, image_id);
  if (!image) throw errors.deviceImage({ image_id });
  if (image.status !== "active") throw errors.imageInactive({ image_id });
  if ((volume_size ?? 0) >= image.min_disk) return;
  throw errors.volumeSmall({ volume_size: (volume_size ?? 0) * gib, image_min_disk: image.min_disk * gib });
}

/** A volume reserved for a server, with the way back. */
export interface Reservation {
  volume_id: string;
  attachment_id: string;
}

/** All or none: what was reserved before a refusal is given back. */
export async function reserveVolumes(
  cinder: CinderClient,
  token: string,
  server_id: string,
  volume_ids: readonly string[],
): Promise<Reservation[]> {
  const reserved: Reservation[] = [];
  try {
    for (const volume_id of volume_ids) {
      reserved.push({ volume_id, attachment_id: await cinder.reserve(token, volume_id, server_id) });
    }
    return reserved;
  } catch (error) {
    await releaseVolumes(cinder, token, reserved);
    if (error instanceof UpstreamError && error.status < 500)
      throw errors.badRequest({ reason: error.message }, { cause: error });
    throw error;
  }
}

export async function releaseVolumes(
  cinder: CinderClient,
  token: string,
  reserved: readonly Reservation[],
): Promise<void> {
  for (const { attachment_id } of reserved) await cinder.release(token, attachment_id).catch(() => undefined); // the first failure is the one to tell
}
