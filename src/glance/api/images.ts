/** Handlers of image records. */
import { errors } from "#contracts/glance/errors.ts";
import { image as resource, imageTag } from "#contracts/glance/image.ts";
import type { ImageAction } from "#contracts/glance/image-states.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import type { ImageRecord } from "../store/images.ts";
import { listImages } from "../store/list-images.ts";
import {
  isWritable,
  makeAttributeChecker,
  requireWritableName,
  setAttribute,
  type AttributeChecker,
} from "./attributes.ts";
import { dropData, getImage, type Glance } from "./glance.ts";
import { readListQuery } from "./list-query.ts";
import { applyPatch, readPatch } from "./patch.ts";
import { imageBody } from "./view.ts";

export function imageHandlers(glance: Glance): Implementation {
  const checker = makeAttributeChecker();
  return implement(resource, {
    list: (call) => list(glance, call),
    create: (call) => create(glance, call, checker),
    show: async (call) => imageBody((await getImage(glance, call)).image),
    update: (call) => update(glance, call, checker),
    delete: async (call) => {
      const { image } = await getImage(glance, call);
      if (image.protected === 1) throw errors.imageProtected({ image_id: image.id });
      const gone = await glance.images.move(image.id, "delete", { deleted_at: glance.clock.now() }, { protected: 0 });
      if (!gone) throw errors.imageNotFound({ image_id: image.id });
      await dropData(glance, image.id);
      return undefined;
    },
    deactivate: (call) => turn(glance, call, "deactivate"),
    reactivate: (call) => turn(glance, call, "reactivate"),
  });
}

export function tagHandlers(glance: Glance): Implementation {
  return implement(imageTag, {
    add: async (call) => {
      const { image } = await getImage(glance, call);
      const tag = call.params["tag_value"] ?? "";
      makeAttributeChecker().check("tags", [tag]);
      if (!image.tags.includes(tag)) await save(glance, { ...image, tags: [...image.tags, tag] });
      return undefined;
    },
    remove: async (call) => {
      const { image } = await getImage(glance, call);
      const tag = call.params["tag_value"] ?? "";
      if (!image.tags.includes(tag)) throw errors.noTag({ image_id: image.id, tag });
      await save(glance, { ...image, tags: image.tags.filter((one) => one !== tag) });
      return undefined;
    },
  });
}

async function list(glance: Glance, call: Call) {
  const query = readListQuery(call.query as Record<string, unknown>);
  const all = call.allows("see_all_images", {});
  const after = query.marker === undefined ? undefined : await glance.images.find(query.marker);
  if (query.marker !== undefined && !after) throw errors.badMarker();
  const filter = { ...query.filter, project_id: all ? undefined : (call.identity.project_id ?? "") };
  const page = { sort: query.sort, limit: query.limit, ...(after ? { after } : {}) };
  const rows = await listImages(glance.db, filter, page);
  const images = (await glance.images.withParts(rows)).map(imageBody);
  const last = images.at(-1);
  return {
    images,
    schema: "/v2/schemas/images",
    first: pathOf(call, undefined),
    ...(last && rows.length === query.limit ? { next: pathOf(call, last.id) } : {}),
  };
}

/** Path, not URL: clients put it behind the endpoint they know. */
function pathOf(call: Call, marker: string | undefined): string {
  const search = new URLSearchParams(call.requestUrl.searchParams);
  search.delete("marker");
  if (marker !== undefined) search.set("marker", marker);
  return search.size === 0 ? "/v2/images" : `/v2/images?${search.toString()}`;
}

async function create(glance: Glance, call: Call, checker: AttributeChecker) {
  const body = call.body as Record<string, unknown>;
  const image = blankImage(
    glance,
    call.identity.project_id,
    typeof body["id"] === "string" ? body["id"].toLowerCase() : glance.ids.uuid(),
  );
  for (const [name, value] of Object.entries(body)) {
    requireWritableName(name, true);
    if (name === "id") continue;
    if (!isWritable(name)) checker.check(name, value);
    setAttribute(image, name, value);
  }
  if (!call.allows("add_image", { project_id: image.owner })) throw errors.notYours({ owner: image.owner });
  requireVisibility(call, image, undefined);
  requireQuota(glance, image);
  if (!(await glance.images.insert(image))) throw errors.imageExists({ image_id: image.id });
  const headers = { Location: call.url(`/v2/images/${image.id}`) };
  return new Reply(imageBody(image), { headers });
}

/** A new image of nothing, as the API's defaults have it. */
export function blankImage(glance: Pick<Glance, "clock">, owner: string | null, id: string): ImageRecord {
  const now = glance.clock.now();
  const unknown = { size: null, virtual_size: null, checksum: null, os_hash_algo: null, os_hash_value: null };
  const formats = { container_format: null, disk_format: null, min_disk: 0, min_ram: 0 };
  const times = { created_at: now, updated_at: now, deleted_at: null };
  const flags = { visibility: "shared" as const, protected: 0, os_hidden: 0 };
  const parts = { properties: {}, tags: [] };
  return {
    id,
    name: null,
    status: "queued",
    owner,
    saving_by: null,
    version: 1,
    ...flags,
    ...formats,
    ...unknown,
    ...times,
    ...parts,
  };
}

function requireVisibility(call: Call, image: ImageRecord, before: ImageRecord["visibility"] | undefined): void {
  if (image.visibility === before) return;
  const rule = { public: "publicize_image", community: "communitize_image" }[image.visibility as string];
  if (rule && !call.allows(rule, { project_id: image.owner })) throw errors.forbidden({ action: rule });
}

function requireQuota(glance: Glance, image: ImageRecord): void {
  const properties = Object.keys(image.properties).length;
  const { limits } = glance;
  if (properties > limits.properties)
    throw errors.tooManyProperties({ attempted: properties, maximum: limits.properties });
  if (image.tags.length > limits.tags) throw errors.tooManyTags({ attempted: image.tags.length, maximum: limits.tags });
}

async function update(glance: Glance, call: Call, checker: AttributeChecker) {
  const type = /^application\/openstack-images-(v2\.[01])-json-patch\b/.exec(
    call.headers.get("content-type") ?? "",
  )?.[1];
  if (!type) throw errors.badPatchType();
  const steps = readPatch(call.body as unknown[], type as "v2.0" | "v2.1");
  const { image } = await getImage(glance, call);
  const changed = applyPatch(image, steps, checker);
  if (changed.owner !== image.owner && !call.allows("see_all_images", {}))
    throw errors.forbidden({ action: "modify_image" });
  requireVisibility(call, changed, image.visibility);
  return imageBody(await save(glance, changed));
}

async function save(glance: Glance, changed: ImageRecord): Promise<ImageRecord> {
  requireQuota(glance, changed);
  if (!(await glance.images.update(changed))) throw errors.changedMeanwhile({ image_id: changed.id });
  const saved = await glance.images.find(changed.id);
  if (!saved) throw errors.imageNotFound({ image_id: changed.id });
  return saved;
}

async function turn(
  glance: Glance,
  call: Call,
  action: ImageAction & ("deactivate" | "reactivate"),
): Promise<undefined> {
  const { image } = await getImage(glance, call);
  if (await glance.images.move(image.id, action)) return undefined;
  throw errors.notDeactivatable({ action, status: image.status });
}
