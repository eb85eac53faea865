/** What the agent does for each kind of operation, as steps that may be repeated and taken back. */
import type { MessageBody } from "#contracts/kit/message.ts";
import type { runVolumeWork } from "#contracts/cinder/messages.ts";
import type { Step } from "#platform/operations/operation.ts";
import type { VolumeBackend } from "./backends/backend.ts";

export type VolumeWork = MessageBody<typeof runVolumeWork>;

/** Opens the bytes of an image. */
export type ImageReader = (image_id: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

export function stepsOf(work: VolumeWork, backend: VolumeBackend, readImage: ImageReader): Step[] {
  if (work.kind === "volume.create") return createSteps(work, backend, readImage);
  const run =
    work.kind === "volume.delete"
      ? () => backend.delete(work.volume_id)
      : () => backend.extend(work.volume_id, work.size_gb);
  // Neither can be taken back: what is deleted stays so, and a volume that has grown is not cut.
  return [{ name: work.kind === "volume.delete" ? "remove" : "grow", run }];
}

function createSteps(
  { volume_id, size_gb, source }: VolumeWork,
  backend: VolumeBackend,
  readImage: ImageReader,
): Step[] {
  const undo = async (): Promise<void> => void (await backend.delete(volume_id));
  if (source.kind === "empty") return [{ name: "make", run: () => backend.create(volume_id, size_gb), undo }];
  if (source.kind === "volume")
    return [{ name: "make", run: () => backend.createFromVolume(volume_id, size_gb, source.volume_id), undo }];
  const { image_id, disk_format, os_hash_value } = source;
  return [
    {
      name: "fetch",
      run: async ({ signal }) =>
        backend.stage(volume_id, await readImage(image_id, signal), { sha512: os_hash_value, signal }),
      undo: () => backend.unstage(volume_id),
    },
    { name: "make", run: () => backend.createFromImage(volume_id, size_gb, { disk_format }), undo },
  ];
}
