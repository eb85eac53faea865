/** Rows of images with their properties and tags. Changes of state are guarded updates (law 4). */
import type { Kysely, Transaction } from "kysely";
import { imageStates, type ImageAction } from "#contracts/glance/image-states.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import type { GlanceTables, ImageRow } from "./tables.ts";

/** An image with what hangs on it. */
export interface ImageRecord extends ImageRow {
  properties: Record<string, string>;
  tags: string[];
}

type Db = Kysely<GlanceTables> | Transaction<GlanceTables>;

export interface ImageRows {
  find(id: string): Promise<ImageRecord | undefined>;
  /** False when the id is taken, even by a deleted image. */
  insert(image: ImageRecord): Promise<boolean>;
  /** Replaces what a user may change; false when the image has changed since `version` was read. */
  update(image: ImageRecord): Promise<boolean>;
  /** Starts or ends something: true when this call made the change. `where` narrows the rows further. */
  move(id: string, action: ImageAction, set?: Partial<ImageRow>, where?: Partial<ImageRow>): Promise<boolean>;
  /** Properties and tags of rows. */
  withParts(rows: readonly ImageRow[]): Promise<ImageRecord[]>;
  listSaving(worker: string): Promise<ImageRow[]>;
  /** Status by id, deleted ones too. */
  statuses(ids: readonly string[]): Promise<Map<string, ImageRow["status"]>>;
  listWithData(): Promise<string[]>;
}

export function makeImageRows(db: Kysely<GlanceTables>, clock: Clock): ImageRows {
  const rows = db.selectFrom("images").selectAll();
  const withParts = (found: readonly ImageRow[]) => attachParts(db, found);
  return {
    withParts,
    async find(id) {
      const row = await rows.where("id", "=", id).where("status", "!=", "deleted").executeTakeFirst();
      return row && (await withParts([row]))[0];
    },
    async insert({ properties, tags, ...row }) {
      try {
        await db.transaction().execute(async (trx) => {
          await trx.insertInto("images").values(row).execute();
          await insertParts(trx, row.id, properties, tags);
        });
        return true;
      } catch (error) {
        if (isUniqueViolation(error)) return false;
        throw error;
      }
    },
    update: (image) => db.transaction().execute((trx) => replace(trx, image, clock.now())),
    async move(id, action, set = {}, where = {}) {
      const { from, to } = imageStates.actions[action];
      const change = { ...set, ...(to ? { status: to } : {}), updated_at: clock.now() };
      let update = db.updateTable("images").set((e) => ({ ...change, version: e("version", "+", 1) }));
      update = update.where("id", "=", id).where("status", "in", [...from]);
      for (const [name, value] of Object.entries(where)) update = update.where(name as keyof ImageRow, "=", value);
      return (await update.executeTakeFirst()).numUpdatedRows > 0n;
    },
    listSaving: (worker) => rows.where("status", "=", "saving").where("saving_by", "=", worker).execute(),
    async statuses(ids) {
      const found =
        ids.length === 0
          ? []
          : await db
              .selectFrom("images")
              .select(["id", "status"])
              .where("id", "in", [...ids])
              .execute();
      return new Map(found.map((row) => [row.id, row.status]));
    },
    async listWithData() {
      const found = await db
        .selectFrom("images")
        .select("id")
        .where("status", "in", ["active", "deactivated"])
        .execute();
      return found.map((row) => row.id);
    },
  };
}

async function attachParts(db: Db, rows: readonly ImageRow[]): Promise<ImageRecord[]> {
  const ids = rows.map((row) => row.id);
  const [properties, tags] =
    ids.length === 0
      ? [[], []]
      : await Promise.all([
          db.selectFrom("image_properties").selectAll().where("image_id", "in", ids).execute(),
          db.selectFrom("image_tags").selectAll().where("image_id", "in", ids).orderBy("value").execute(),
        ]);
  const records = new Map(rows.map((row) => [row.id, { ...numbered(row), properties: {}, tags: [] } as ImageRecord]));
  for (const { image_id, name, value } of properties) {
    const record = records.get(image_id);
    if (record) record.properties[name] = value;
  }
  for (const { image_id, value } of tags) records.get(image_id)?.tags.push(value);
  return [...records.values()];
}

/** Some databases give large integers as text. */
function numbered(row: ImageRow): ImageRow {
  const number = (value: number | null): number | null => (value === null ? null : Number(value));
  return {
    ...row,
    size: number(row.size),
    virtual_size: number(row.virtual_size),
    created_at: Number(row.created_at),
    updated_at: Number(row.updated_at),
  };
}

async function insertParts(
  db: Db,
  image_id: string,
  properties: Record<string, string>,
  tags: readonly string[],
): Promise<void> {
  const named = Object.entries(properties).map(([name, value]) => ({ image_id, name, value }));
  if (named.length > 0) await db.insertInto("image_properties").values(named).execute();
  const tagged = [...new Set(tags)].map((value) => ({ image_id, value }));
  if (tagged.length > 0) await db.insertInto("image_tags").values(tagged).execute();
}

async function replace(db: Db, image: ImageRecord, now: number): Promise<boolean> {
  const { name, visibility, os_hidden, owner, container_format, disk_format, min_disk, min_ram } = image;
  const result = await db
    .updateTable("images")
    .set({
      name,
      visibility,
      protected: image.protected,
      os_hidden,
      owner,
      container_format,
      disk_format,
      min_disk,
      min_ram,
    })
    .set({ updated_at: now, version: Number(image.version) + 1 })
    .where("id", "=", image.id)
    .where("version", "=", image.version)
    .where("status", "!=", "deleted")
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  await db.deleteFrom("image_properties").where("image_id", "=", image.id).execute();
  await db.deleteFrom("image_tags").where("image_id", "=", image.id).execute();
  await insertParts(db, image.id, image.properties, image.tags);
  return true;
}
