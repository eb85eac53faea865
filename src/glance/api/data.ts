/** Handlers of image bytes: in with inspection and digests, out in full or by range; constant memory both ways. */
import { Readable } from "node:stream";
import { errors } from "#contracts/glance/errors.ts";
import { imageData } from "#contracts/glance/image-data.ts";
import { ApiError } from "#contracts/kit/errors.ts";
import { judge, type DeclaredFormat } from "#glance/formats/judge.ts";
import type { Inspection } from "#glance/formats/inspect.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import type { ImageRecord } from "../store/images.ts";
import { StoreError, type Range, type Stored } from "../stores/store.ts";
import { dropData, getImage, type Glance } from "./glance.ts";

export function dataHandlers(glance: Glance): Implementation {
  return implement(imageData, {
    upload: async (call) => {
      if (!/^application\/octet-stream\b/.test(call.headers.get("content-type") ?? "")) throw errors.badDataType();
      const { image } = await getImage(glance, call);
      const announced = call.headers.get("x-openstack-image-size");
      await takeData(glance, image, arriving(call.stream), announced === null ? undefined : Number(announced));
      return new Reply(undefined, { status: 204 });
    },
    download: (call) => download(glance, call),
  });
}

/** The bytes of a request; a connection that breaks is the sender's failure, not ours. */
async function* arriving(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  try {
    if (stream) yield* stream;
  } catch (error) {
    throw errors.uploadEnded({}, { cause: error });
  }
}

/** queued → saving → active; anything else on the way leads back to queued, with nothing kept. */
export async function takeData(
  glance: Glance,
  image: ImageRecord,
  source: AsyncIterable<Uint8Array>,
  announced_bytes: number | undefined,
): Promise<void> {
  const { id: image_id, disk_format, container_format, status } = image;
  if (disk_format === null || container_format === null) throw errors.formatsMissing();
  glance.uploading.add(image_id);
  try {
    const begun = await glance.images.move(image_id, "upload", { saving_by: glance.worker });
    if (!begun) throw errors.wrongStatus({ status, wanted: "saving" });
    const stored = await keep(glance, image, source, announced_bytes);
    const { inspection, ...facts } = stored;
    const known = { size: facts.size_bytes, virtual_size: inspection.virtual_size_bytes ?? null, saving_by: null };
    const digests = { checksum: facts.checksum, os_hash_algo: facts.os_hash_algo, os_hash_value: facts.os_hash_value };
    if (await glance.images.move(image_id, "uploaded", { ...known, ...digests }, { saving_by: glance.worker })) return;
    await dropData(glance, image_id);
    throw errors.goneWhileUploading({ image_id });
  } finally {
    glance.uploading.delete(image_id);
  }
}

async function keep(
  glance: Glance,
  image: ImageRecord,
  source: AsyncIterable<Uint8Array>,
  announced_bytes: number | undefined,
): Promise<Stored> {
  const check = (inspection: Inspection): void => requireContent(glance, image, inspection, announced_bytes);
  const write = () => glance.store.write(image.id, source, { limit_bytes: glance.limits.image_size, check });
  try {
    return await write().catch(async (error: unknown) => {
      if (!(error instanceof StoreError && error.code === "already_stored")) throw error;
      await glance.store.delete(image.id); // left by a crash between the file and its row; nobody has read it yet
      return write();
    });
  } catch (error) {
    await glance.images.move(image.id, "upload_failed", { saving_by: null }, { saving_by: glance.worker });
    throw refusalOf(error);
  }
}

/** Only what the host may open is inspected; containers (ova, docker …) are kept as they are and never opened. */
const inspected = new Set(["bare", "ami", "ari", "aki"]);

function requireContent(
  glance: Glance,
  image: ImageRecord,
  inspection: Inspection,
  announced: number | undefined,
): void {
  const received = inspection.size_bytes;
  if (announced !== undefined && announced !== received) throw errors.sizeDiffers({ announced, received });
  if (!inspected.has(image.container_format ?? "")) return;
  const verdict = judge(image.disk_format as DeclaredFormat, inspection, { rule: glance.disk_format_rule });
  if (!verdict.ok) throw errors.dataRefused({ reason: verdict.sentence, code: verdict.code });
}

function refusalOf(error: unknown): unknown {
  if (error instanceof ApiError || !(error instanceof StoreError)) return error;
  const reason = error.message;
  if (error.code === "too_large") return errors.tooLarge({ reason }, { cause: error });
  if (error.code === "store_full") return errors.storeFull({ reason }, { cause: error });
  return error;
}

async function download(glance: Glance, call: Call): Promise<Response> {
  const { image } = await getImage(glance, call);
  if (image.status === "deactivated" && !call.allows("download_deactivated", {})) throw errors.deactivated();
  if (image.size === null) return new Response(null, { status: 204 });
  const range = rangeOf(call.headers.get("range"), image.size);
  const bytes = await glance.store.read(image.id, range ?? {}).catch((error: unknown) => {
    if (error instanceof StoreError && error.code === "not_found")
      throw errors.dataMissing({ image_id: image.id }, { cause: error });
    throw error;
  });
  const headers: Record<string, string> = { "Content-Type": "application/octet-stream" };
  headers["Content-Length"] = String(range ? range.length_bytes : image.size);
  if (range)
    headers["Content-Range"] =
      `bytes ${range.offset_bytes}-${range.offset_bytes + range.length_bytes - 1}/${image.size}`;
  else if (image.checksum) headers["Content-MD5"] = image.checksum;
  return new Response(Readable.toWeb(bytes) as ReadableStream<Uint8Array>, { status: range ? 206 : 200, headers });
}

/** One range of bytes; several ranges, or a unit that is not bytes, are answered in full. */
function rangeOf(header: string | null, size: number): Required<Range> | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, from, to] = match ?? [];
  if (!match || (from === "" && to === "")) return undefined;
  const first = from === "" ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || last < first) throw errors.badRange({}, { headers: { "Content-Range": `bytes */${size}` } });
  return { offset_bytes: first, length_bytes: last - first + 1 };
}
