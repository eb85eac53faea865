/** What the handlers of the image service share, and how an image is found for a caller. */
import type { Kysely } from "kysely";
import { errors } from "#contracts/glance/errors.ts";
import type { Call } from "#platform/http/call.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import type { Target } from "#platform/policy/parse.ts";
import type { ImageRecord, ImageRows } from "../store/images.ts";
import type { MemberRows } from "../store/members.ts";
import type { GlanceTables } from "../store/tables.ts";
import type { ImageStore } from "../stores/store.ts";

export interface GlanceLimits {
  /** Largest image in bytes. */
  image_size: number;
  properties: number;
  tags: number;
  members: number;
}

export interface Glance {
  db: Kysely<GlanceTables>;
  images: ImageRows;
  members: MemberRows;
  store: ImageStore;
  clock: Clock;
  ids: Ids;
  log: Log;
  limits: GlanceLimits;
  /** Name of this worker in rows that are being saved. */
  worker: string;
  /** Images whose bytes this process is taking. */
  uploading: Set<string>;
  /** `match`: the content must be what was declared. `safe`: content of no known format passes, as OpenStack Zed has it. */
  disk_format_rule: "match" | "safe";
}

/** What policies are asked about: the owner, how far it is open, and the caller's project when the image is shared with it. */
export async function targetOf(glance: Glance, call: Call, image: ImageRecord): Promise<Target> {
  const { project_id } = call.identity;
  const target = { project_id: image.owner, owner: image.owner, visibility: image.visibility };
  if (image.visibility !== "shared" || project_id === null || project_id === image.owner) return target;
  const member = await glance.members.find(image.id, project_id);
  return member ? { ...target, member_id: member.member_id } : target;
}

export interface FoundImage {
  image: ImageRecord;
  target: Target;
}

/** The image of the path: 404 when the caller must not see it, 403 when it sees it and must not do this. */
export async function getImage(glance: Glance, call: Call): Promise<FoundImage> {
  const image_id = call.params["image_id"] ?? "";
  const image = await glance.images.find(image_id);
  if (!image) throw errors.imageNotFound({ image_id });
  const target = await targetOf(glance, call, image);
  if (!call.allows("get_image", target)) throw errors.imageNotFound({ image_id });
  call.enforce(target);
  return { image, target };
}

/** Lets go of an image's bytes; what fails here the reconciler does later. */
export async function dropData(glance: Glance, id: string): Promise<void> {
  try {
    await glance.store.delete(id);
  } catch (error) {
    glance.log.warn({ image_id: id, err: error }, "image data stays behind until the reconciler's next run");
  }
}
