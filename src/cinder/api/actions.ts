/** Handlers of actions on volumes. */
import { errors } from "#contracts/cinder/errors.ts";
import { volumeAction } from "#contracts/cinder/volume-action.ts";
import { volumeStates, volumeStatuses, type VolumeStatus } from "#contracts/cinder/volume-states.ts";
import { may } from "#contracts/kit/states.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { VolumeRecord } from "../store/volumes.ts";
import { getVolume, type Cinder } from "./cinder.ts";
import { requireQuota } from "./create-volume.ts";
import { isTrue } from "./list-query.ts";
import { beginWork, deleteVolume } from "./volumes.ts";

export function actionHandlers(cinder: Cinder): Implementation {
  const { volumes } = cinder.store;
  const argument = <T>(call: Call, action: string): T => (call.body as Record<string, T>)[action] as T;
  return implement(volumeAction, {
    extend: (call) => extend(cinder, call, Number(argument<{ new_size: unknown }>(call, "os-extend").new_size)),
    setBootable: async (call) => {
      const { id } = await getVolume(cinder, call);
      await volumes.update(id, {
        bootable: isTrue(argument<{ bootable: unknown }>(call, "os-set_bootable").bootable) ? 1 : 0,
      });
      return undefined;
    },
    updateReadonly: async (call) => {
      const { id } = await getVolume(cinder, call);
      const { readonly } = argument<{ readonly: unknown }>(call, "os-update_readonly_flag");
      await volumes.update(id, { readonly: isTrue(readonly) ? 1 : 0 });
      return undefined;
    },
    setImageMetadata: async (call) => {
      const volume = await getVolume(cinder, call);
      requireImageChange(volume);
      const { metadata: more } = argument<{ metadata: Record<string, string> }>(call, "os-set_image_metadata");
      const metadata = { ...imageMetadataOf(volume), ...more };
      await volumes.update(volume.id, { image_metadata: JSON.stringify(metadata) });
      return { metadata };
    },
    showImageMetadata: async (call) => ({ metadata: imageMetadataOf(await getVolume(cinder, call)) }),
    unsetImageMetadata: async (call) => {
      const volume = await getVolume(cinder, call);
      requireImageChange(volume);
      const { key } = argument<{ key: string }>(call, "os-unset_image_metadata");
      const { [key]: gone, ...metadata } = imageMetadataOf(volume);
      if (gone === undefined) throw errors.metadataNotFound({ volume_id: volume.id, key });
      await volumes.update(volume.id, { image_metadata: JSON.stringify(metadata) });
      return undefined;
    },
    resetStatus: (call) => resetStatus(cinder, call),
    forceDelete: async (call) => {
      await deleteVolume(cinder, await getVolume(cinder, call), "force_delete");
      return undefined;
    },
  });
}

function imageMetadataOf(volume: VolumeRecord): Record<string, string> {
  return volume.image_metadata === null ? {} : (JSON.parse(volume.image_metadata) as Record<string, string>);
}

function requireImageChange({ id, status }: VolumeRecord): void {
  if (!may(volumeStates, "update_image_metadata", status)) throw errors.cannotUpdate({ volume_id: id, status });
}

async function extend(cinder: Cinder, call: Call, new_size: number): Promise<undefined> {
  const volume = await getVolume(cinder, call);
  if (!may(volumeStates, "extend", volume.status))
    throw errors.cannotExtend({ volume_id: volume.id, status: volume.status });
  if (new_size <= volume.size) throw errors.notLarger({ size: volume.size, new_size });
  const before = (trx: Parameters<typeof requireQuota>[3]) =>
    requireQuota(cinder, volume.project_id, { volumes: 0, gigabytes: new_size - volume.size }, trx);
  if (await beginWork(cinder, volume, { kind: "volume.extend", action: "extend", size_gb: new_size, before }))
    return undefined;
  throw errors.cannotExtend({ volume_id: volume.id, status: volume.status });
}

/** The administrator's way out: says what the status is, without doing anything. */
async function resetStatus(cinder: Cinder, call: Call): Promise<undefined> {
  const { id } = await getVolume(cinder, call);
  const asked = (call.body as { "os-reset_status": { status?: string; attach_status?: string } })["os-reset_status"];
  const { attach_status } = asked;
  const status = asked.status?.toLowerCase() as VolumeStatus | undefined;
  if (status === undefined && attach_status === undefined)
    throw errors.invalidInput({ reason: "Must specify 'status', 'attach_status' or 'migration_status' for update." });
  if (status !== undefined && (!volumeStatuses.includes(status) || status === "deleted")) {
    throw errors.invalidInput({ reason: `'${status}' is not one of ${volumeStatuses.join(", ")}` });
  }
  await cinder.store.db.transaction().execute(async (trx) => {
    if (attach_status === "detached") await cinder.store.attachments.deleteOf(id, trx);
    if (status !== undefined) await cinder.store.volumes.update(id, { status }, trx);
  });
  return undefined;
}
