/**
 * Files = rows. Bytes whose image is deleted, or has none (yet), go away; an upload that a crash cut off leads back to
 * `queued`; temporary files are swept. A file that no row knows is only named: it may belong to a database that was
 * restored from an older copy, and what is deleted does not come back.
 */
import { dropData, type Glance } from "./api/glance.ts";

const temporary_ms = 3_600_000;

export async function reconcileImages(glance: Glance): Promise<string[]> {
  const findings = await endCutUploads(glance);
  const kept = new Set<string>();
  let batch: string[] = [];
  const look = async (): Promise<void> => {
    findings.push(...(await compare(glance, batch, kept)));
    batch = [];
  };
  for await (const { id } of glance.store.list()) if (batch.push(id) >= 500) await look();
  await look();
  for (const id of await glance.images.listWithData()) {
    if (!kept.has(id) && !(await hasData(glance, id))) findings.push(`image ${id} has no data in the store`);
  }
  const swept = await glance.store.sweep(temporary_ms);
  if (swept > 0) findings.push(`${swept} unfinished files removed`);
  return findings;
}

async function hasData(glance: Glance, id: string): Promise<boolean> {
  return glance.store.size(id).then(
    () => true,
    () => false,
  );
}

async function endCutUploads(glance: Glance): Promise<string[]> {
  const findings: string[] = [];
  for (const { id } of await glance.images.listSaving(glance.worker)) {
    if (glance.uploading.has(id)) continue;
    await dropData(glance, id);
    const ended = await glance.images.move(id, "upload_failed", { saving_by: null }, { saving_by: glance.worker });
    if (ended) findings.push(`the upload of image ${id} was cut off: it is queued again`);
  }
  return findings;
}

async function compare(glance: Glance, ids: readonly string[], kept: Set<string>): Promise<string[]> {
  const findings: string[] = [];
  const statuses = await glance.images.statuses(ids);
  for (const id of ids) {
    const status = statuses.get(id);
    kept.add(id);
    if (status === undefined) findings.push(`the store has a file ${id} that no image knows; it is left alone`);
    if (status !== "deleted" && status !== "queued") continue;
    if (glance.uploading.has(id)) continue;
    await dropData(glance, id);
    findings.push(`data of the ${status} image ${id} removed`);
  }
  return findings;
}
