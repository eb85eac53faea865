/** Handlers of volumes. */
import { errors } from "#contracts/cinder/errors.ts";
import { runVolumeWork, volumeAddress } from "#contracts/cinder/messages.ts";
import { volume as resource } from "#contracts/cinder/volume.ts";
import type { VolumeAction } from "#contracts/cinder/volume-states.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import { deadlines_ms, workOf, type VolumeWorkKind } from "../flows/volume-work.ts";
import { countVolumes, listVolumes, type VolumeFilter } from "../store/list-volumes.ts";
import type { VolumeRow } from "../store/tables.ts";
import type { Db, VolumeRecord } from "../store/volumes.ts";
import { getVolume, projectOf, type Cinder } from "./cinder.ts";
import { createVolume } from "./create-volume.ts";
import { isTrue, readListQuery } from "./list-query.ts";
import { lookups, volumeBody, volumeLinks } from "./view.ts";

export function volumeHandlers(cinder: Cinder): Implementation {
  const { store } = cinder;
  const whole = async (call: Call, volume: VolumeRecord) => ({
    volume: volumeBody(call, volume, await lookups(store)),
  });
  return implement(resource, {
    list: async (call) => {
      const { rows, more } = await page(cinder, call);
      return { volumes: rows.map(({ id, name }) => ({ id, name, links: volumeLinks(call, id) })), ...more };
    },
    detail: async (call) => {
      const { rows, more } = await page(cinder, call);
      const [volumes, known] = await Promise.all([store.volumes.withParts(rows), lookups(store)]);
      return { volumes: volumes.map((one) => volumeBody(call, one, known)), ...more };
    },
    summary: (call) => summary(cinder, call),
    create: async (call) => whole(call, await createVolume(cinder, call)),
    show: async (call) => whole(call, await getVolume(cinder, call)),
    update: async (call) => {
      const { id } = await getVolume(cinder, call);
      const { volume: asked } = call.body as { volume: Record<string, unknown> };
      const name = asked["name"] ?? asked["display_name"];
      const description = asked["description"] ?? asked["display_description"];
      const set: Partial<VolumeRow> = {
        ...(name === undefined ? {} : { name: name as string }),
        ...(description === undefined ? {} : { description: description as string }),
      };
      if (asked["metadata"]) await store.volumes.setMetadata(id, asked["metadata"] as Record<string, string>);
      await store.volumes.update(id, set);
      return whole(call, await getVolume(cinder, call));
    },
    delete: async (call) => {
      const volume = await getVolume(cinder, call);
      const force = isTrue((call.query as { force?: string }).force ?? "") && call.has("force_delete");
      if (force) call.enforce({ project_id: volume.project_id }, "volume:force_delete");
      await deleteVolume(cinder, volume, force ? "force_delete" : "delete");
      return new Reply(undefined, { status: 202 });
    },
  });
}

async function page(cinder: Cinder, call: Call) {
  const query = readListQuery(call.query as Record<string, unknown>);
  const filter = { ...query.filter, ...scopeOf(call, query) };
  const after = query.marker === undefined ? undefined : await cinder.store.volumes.find(query.marker);
  if (query.marker !== undefined && !after) throw errors.markerNotFound({ marker: query.marker });
  const rows = await listVolumes(cinder.store.db, filter, { ...query.page, after });
  const counted = query.with_count && call.has("with_count") ? await countVolumes(cinder.store.db, filter) : undefined;
  const last = rows.at(-1);
  const full = last !== undefined && rows.length === query.page.limit;
  const more = {
    ...(full ? { volumes_links: [{ rel: "next", href: nextUrl(call, last.id) }] } : {}),
    ...(counted ? { count: counted.count } : {}),
  };
  return { rows, more };
}

export function nextUrl(call: Call, marker: string): string {
  const search = new URLSearchParams(call.requestUrl.searchParams);
  search.delete("offset");
  search.set("marker", marker);
  return `${call.url(call.requestUrl.pathname.replace(/^\/volume/, ""))}?${search.toString()}`;
}

/** Administrators see all projects when they ask for it; for others the question is not heard. */
export function scopeOf(
  call: Call,
  query: { all_projects: boolean; project_id: string | undefined },
): Pick<VolumeFilter, "project_id"> {
  const own = { project_id: projectOf(call) };
  if (!query.all_projects || !call.allows("volume:all_projects", own)) return own;
  return { project_id: query.project_id };
}

async function summary(cinder: Cinder, call: Call) {
  const query = readListQuery(call.query as Record<string, unknown>);
  const filter = { ...query.filter, ...scopeOf(call, query) };
  const total = await countVolumes(cinder.store.db, filter);
  const all = await listVolumes(cinder.store.db, filter, {
    ...query.page,
    limit: 100_000,
    offset: 0,
    after: undefined,
  });
  const metadata: Record<string, string[]> = {};
  for (const one of await cinder.store.volumes.withParts(all)) {
    for (const [key, value] of Object.entries(one.metadata))
      metadata[key] = [...new Set([...(metadata[key] ?? []), value])];
  }
  return { "volume-summary": { total_count: total.count, total_size: total.size, metadata } };
}

/** The change of state and its operation are one transaction; a volume that no host has is gone at once. */
export async function deleteVolume(
  cinder: Cinder,
  found: VolumeRecord,
  action: VolumeAction & ("delete" | "force_delete"),
): Promise<void> {
  const forced = action === "force_delete";
  const { store } = cinder;
  const hostless = found.host === null ? await deleteHostless(cinder, found.id, action) : undefined;
  if (hostless) return;
  const volume = (await store.volumes.find(found.id)) ?? found;
  if (volume.host === null || (!forced && volume.attachments.length > 0)) throw errors.cannotDelete();
  const before = forced ? (trx: Db) => store.attachments.deleteOf(volume.id, trx) : undefined;
  if (!(await beginWork(cinder, volume, { kind: "volume.delete", action, size_gb: volume.size, before }))) {
    throw errors.cannotDelete();
  }
}

/** Cancels what is still being scheduled. False when its state forbids it, or a host has been chosen meanwhile. */
function deleteHostless(cinder: Cinder, id: string, action: VolumeAction): Promise<boolean> {
  const { store } = cinder;
  return store.db.transaction().execute(async (trx) => {
    const volume = await store.volumes.find(id, trx);
    if (!volume || volume.host !== null || !(await store.volumes.move(id, action, {}, trx))) return false;
    await trx
      .updateTable("operations")
      .set({ state: "failed", error: "The volume was deleted.", updated_at: cinder.clock.now() })
      .where("resource_id", "=", id)
      .where("state", "in", ["running", "undoing", "stuck"])
      .execute();
    return store.volumes.move(id, "deleted", { deleted_at: cinder.clock.now() }, trx);
  });
}

interface Work {
  kind: VolumeWorkKind;
  /** The guarded change that starts it. */
  action: VolumeAction;
  size_gb: number;
  /** More that belongs to the same transaction; what it throws ends all. */
  before?: ((trx: Db) => Promise<void>) | undefined;
}

/** False when the volume's state does not allow it. */
export async function beginWork(cinder: Cinder, volume: VolumeRecord, work: Work): Promise<boolean> {
  const { store } = cinder;
  const id = cinder.ids.uuid();
  const owner = volumeAddress(volume.host ?? "");
  const params = { size_gb: work.size_gb, source: { kind: "empty" as const } };
  const begun = await store.db.transaction().execute(async (trx) => {
    await work.before?.(trx);
    if (!(await store.volumes.move(volume.id, work.action, {}, trx))) return false;
    const waiting = { owner, waiting_for: `cinder-volume on ${volume.host}`, deadline_ms: deadlines_ms[work.kind] };
    await store.operations.insert(trx as never, { id, kind: work.kind, resource_id: volume.id, params, ...waiting }); // same tables
    return true;
  });
  const operation = begun ? await store.operations.find(id) : undefined;
  if (operation) await cinder.bus.cast(owner, runVolumeWork, workOf(operation));
  return begun;
}
