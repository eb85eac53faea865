/** Making a volume: what is asked is checked, and answered 202 together with the operation that will make it. */
import { errors } from "#contracts/cinder/errors.ts";
import { scheduleVolume, volumeSchedulerAddress, type VolumeSource } from "#contracts/cinder/messages.ts";
import type { NewVolume } from "#contracts/cinder/volume.ts";
import { image as imageResource } from "#contracts/glance/image.ts";
import type { ImageBody } from "#contracts/glance/image-fields.ts";
import type { Type } from "typebox";
import type { Call } from "#platform/http/call.ts";
import { makeClient, UpstreamError } from "#platform/http/client.ts";
import { isUuid } from "#platform/ids/ids.ts";
import { deadlines_ms, type CreateParams } from "../flows/volume-work.ts";
import type { VolumeRow, VolumeTypeRow } from "../store/tables.ts";
import { defaultTypeName } from "../store/types.ts";
import type { Db, VolumeRecord } from "../store/volumes.ts";
import { projectOf, type Cinder } from "./cinder.ts";
import { isTrue } from "./list-query.ts";

type Asked = Type.Static<typeof NewVolume>;

/** Where the content comes from, and what that says about the volume. */
interface Content {
  source: VolumeSource;
  size_gb: number;
  only_host: string | null;
  facts: Pick<VolumeRow, "bootable" | "image_metadata" | "source_volid">;
}

const gib = 1024 ** 3;

export async function createVolume(cinder: Cinder, call: Call): Promise<VolumeRecord> {
  const { volume: asked } = call.body as { volume: Asked };
  if (asked.snapshot_id) throw errors.snapshotsMissing();
  if (asked.backup_id) throw errors.backupsMissing();
  if (asked.multiattach !== undefined && asked.multiattach !== null && isTrue(asked.multiattach))
    throw errors.multiattachOff();
  const project_id = projectOf(call);
  call.enforce({ project_id, user_id: call.identity.user_id });
  const type = await typeOf(cinder, asked.volume_type ?? defaultTypeName);
  const content = await contentOf(cinder, call, asked);
  const zone = asked.availability_zone || cinder.availability_zone;
  if (
    zone !== cinder.availability_zone &&
    !(await cinder.store.services.list()).some((one) => one.availability_zone === zone)
  ) {
    throw errors.noZone({ availability_zone: zone });
  }
  const row = rowOf(cinder, call, { asked, type, content, zone });
  const params: CreateParams = {
    size_gb: content.size_gb,
    source: content.source,
    availability_zone: zone,
    only_host: content.only_host,
    request_id: call.request_id,
  };
  const operation_id = await insert(cinder, row, asked.metadata ?? {}, params);
  await cinder.bus.cast(volumeSchedulerAddress, scheduleVolume, { operation_id });
  return { ...row, metadata: asked.metadata ?? {}, attachments: [] };
}

async function typeOf(cinder: Cinder, wanted: string): Promise<VolumeTypeRow> {
  const types = cinder.store.types;
  const found = (await types.findByName(wanted)) ?? (isUuid(wanted) ? await types.find(wanted) : undefined);
  if (found) return found;
  throw isUuid(wanted) ? errors.typeNotFound({ type: wanted }) : errors.typeNotFoundByName({ type: wanted });
}

function sizeOf(size: Asked["size"], otherwise: number | undefined): number {
  if ((size === undefined || size === null) && otherwise !== undefined) return otherwise;
  const number = typeof size === "string" && /^\d{1,9}$/.test(size) ? Number(size) : size;
  if (typeof number === "number" && number >= 1) return number;
  throw errors.badSize({ size: size ?? "None" });
}

async function contentOf(cinder: Cinder, call: Call, asked: Asked): Promise<Content> {
  const image_id = asked.imageRef ?? asked.image_id;
  if (image_id && asked.source_volid)
    throw errors.badRequest({ reason: "A volume is made of an image or of a volume, not of both." });
  if (image_id) return imageContent(cinder, call, asked, image_id);
  if (asked.source_volid) return copyContent(cinder, call, asked, asked.source_volid);
  const facts = { bootable: 0, image_metadata: null, source_volid: null };
  return { source: { kind: "empty" }, size_gb: sizeOf(asked.size, undefined), only_host: null, facts };
}

/** The image is read with the caller's own token: what the caller cannot see cannot be copied. */
async function imageContent(cinder: Cinder, call: Call, asked: Asked, image_id: string): Promise<Content> {
  const size_gb = sizeOf(asked.size, undefined);
  const client = makeClient(cinder.upstream, "image");
  const operation = imageResource.operations.show;
  const image: ImageBody = await client
    .call(operation, { params: { image_id }, token: call.identity.token })
    .catch((error: unknown) => {
      if (error instanceof UpstreamError && error.status < 500) throw errors.imageUnreachable({}, { cause: error });
      throw error;
    });
  if (image.status !== "active") throw errors.imageNotActive({ image_id });
  if (!openable.has(image.container_format ?? ""))
    throw errors.containerFormat({ container_format: image.container_format });
  const image_size = Math.ceil(Math.max(image.size ?? 0, image.virtual_size ?? 0) / gib);
  if (image_size > size_gb) throw errors.imageTooLarge({ image_size, volume_size: size_gb });
  if (image.min_disk > size_gb) throw errors.belowMinDisk({ volume_size: size_gb, min_disk: image.min_disk });
  const facts = { bootable: 1, image_metadata: JSON.stringify(imageMetadata(image)), source_volid: null };
  const source = {
    kind: "image" as const,
    image_id: image.id,
    disk_format: image.disk_format ?? "raw",
    os_hash_value: image.os_hash_value,
  };
  return { source, size_gb, only_host: null, facts };
}

/** Only in these has the image service looked at the disk itself. */
const openable = new Set(["bare", "ami", "ari", "aki"]);

const notProperties = new Set([
  "id", "name", "status", "visibility", "protected", "os_hidden", "owner", "tags", "created_at", "updated_at", "self",
  "file", "schema", "virtual_size", "os_hash_algo", "os_hash_value", "locations", "direct_url", "stores",
]); // prettier-ignore

/** What a volume remembers of its image, as texts: Nova reads a server's image properties from it. */
function imageMetadata(image: ImageBody): Record<string, string> {
  const kept = Object.entries(image).filter(
    ([name, value]) => !notProperties.has(name) && value !== null && typeof value !== "object",
  );
  const entries = kept.map(([name, value]): [string, string] => [name, String(value).slice(0, 255)]);
  return { ...Object.fromEntries(entries), image_id: image.id, image_name: image.name ?? "" };
}

async function copyContent(cinder: Cinder, call: Call, asked: Asked, volume_id: string): Promise<Content> {
  const source = await cinder.store.volumes.find(volume_id);
  if (!source || source.project_id !== projectOf(call)) throw errors.volumeNotFound({ volume_id });
  if (source.status !== "available") throw errors.cannotCopy({ volume_id, status: source.status });
  const size_gb = sizeOf(asked.size, source.size);
  if (size_gb < source.size) throw errors.sourceTooLarge({ volume_size: size_gb, source_size: source.size });
  const { bootable, image_metadata, host } = source;
  return {
    source: { kind: "volume", volume_id },
    size_gb,
    only_host: host,
    facts: { bootable, image_metadata, source_volid: volume_id },
  };
}

interface Decided {
  asked: Asked;
  type: VolumeTypeRow;
  content: Content;
  zone: string;
}

function rowOf(cinder: Cinder, call: Call, { asked, type, content, zone }: Decided): VolumeRow {
  return {
    id: cinder.ids.uuid(),
    project_id: projectOf(call),
    user_id: call.identity.user_id,
    name: asked.name ?? asked.display_name ?? null,
    description: asked.description ?? asked.display_description ?? null,
    size: content.size_gb,
    status: "creating",
    availability_zone: zone,
    volume_type_id: type.id,
    host: null,
    ...content.facts,
    readonly: null,
    error: null,
    created_at: cinder.clock.now(),
    updated_at: null,
    deleted_at: null,
  };
}

/** Counts, inserts the volume and its operation: all or nothing. Answers the operation's id. */
async function insert(
  cinder: Cinder,
  row: VolumeRow,
  metadata: Record<string, string>,
  params: CreateParams,
): Promise<string> {
  const { store } = cinder;
  const id = cinder.ids.uuid();
  const waiting = {
    owner: volumeSchedulerAddress,
    waiting_for: "cinder-scheduler to choose a host",
    deadline_ms: deadlines_ms["volume.create"],
  };
  await store.db.transaction().execute(async (trx) => {
    await requireQuota(cinder, row.project_id, { volumes: 1, gigabytes: row.size }, trx);
    await store.volumes.insert(trx, row, metadata);
    await store.operations.insert(trx as never, { id, kind: "volume.create", resource_id: row.id, params, ...waiting }); // same tables
  });
  return id;
}

/** Throws 413 when the project would have more than it may. Call it in the transaction that takes what it allows. */
export async function requireQuota(
  cinder: Cinder,
  project_id: string,
  more: { volumes: number; gigabytes: number },
  db: Db,
): Promise<void> {
  const { store } = cinder;
  await store.quotas.takeTurn(project_id, db);
  const [limits, used] = [await store.quotas.get(project_id, db), await store.volumes.usage(project_id, db)];
  const over = (limit: number, wanted: number): boolean => limit >= 0 && wanted > limit;
  if (over(limits.per_volume_gigabytes, more.gigabytes)) {
    throw errors.volumeTooLarge({ size: more.gigabytes, limit: limits.per_volume_gigabytes });
  }
  if (over(limits.gigabytes, used.gigabytes + more.gigabytes)) {
    throw errors.gigabytesExceeded({ requested: more.gigabytes, quota: limits.gigabytes, consumed: used.gigabytes });
  }
  if (more.volumes > 0 && over(limits.volumes, used.volumes + more.volumes))
    throw errors.volumesExceeded({ allowed: limits.volumes });
}
