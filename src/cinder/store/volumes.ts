/** Rows of volumes with their metadata and attachments. Changes of state are guarded updates (law 4). */
import type { Kysely, Transaction } from "kysely";
import { volumeStates, type VolumeAction } from "#contracts/cinder/volume-states.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { AttachmentRow, CinderTables, VolumeRow } from "./tables.ts";

export type Db = Kysely<CinderTables> | Transaction<CinderTables>;

/** A volume with what hangs on it. */
export interface VolumeRecord extends VolumeRow {
  metadata: Record<string, string>;
  attachments: AttachmentRow[];
}

export interface VolumeRows {
  find(id: string, db?: Db): Promise<VolumeRecord | undefined>;
  /** Metadata and attachments of rows. */
  withParts(rows: readonly VolumeRow[]): Promise<VolumeRecord[]>;
  insert(db: Db, row: VolumeRow, metadata: Record<string, string>): Promise<void>;
  /** Starts or ends something; true when this call made the change. */
  move(id: string, action: VolumeAction, set?: Partial<VolumeRow>, db?: Db): Promise<boolean>;
  /** Changes what has no states. */
  update(id: string, set: Partial<VolumeRow>, db?: Db): Promise<boolean>;
  /** Replaces all metadata. */
  setMetadata(id: string, metadata: Record<string, string>, db?: Db): Promise<void>;
  /** Number and GiB of a project's volumes. */
  usage(project_id: string, db?: Db): Promise<{ volumes: number; gigabytes: number }>;
  /** GiB promised on each host. */
  provisioned(): Promise<Map<string, number>>;
  /** Of these ids, those whose volume is deleted. */
  deletedAmong(ids: readonly string[]): Promise<string[]>;
  /** Volumes in a status. */
  listIn(statuses: readonly VolumeRow["status"][]): Promise<VolumeRecord[]>;
}

export function makeVolumeRows(root: Kysely<CinderTables>, clock: Clock): VolumeRows {
  const alive = (db: Db) => db.selectFrom("volumes").selectAll().where("deleted_at", "is", null);
  return {
    withParts: (rows) => attachParts(root, rows),
    async find(id, db = root) {
      const row = await alive(db).where("id", "=", id).executeTakeFirst();
      return row && (await attachParts(db, [row]))[0];
    },
    async insert(db, row, metadata) {
      await db.insertInto("volumes").values(row).execute();
      await insertMetadata(db, row.id, metadata);
    },
    async move(id, action, set = {}, db = root) {
      const { from, to } = volumeStates.actions[action];
      const change = { ...set, ...(to ? { status: to } : {}), updated_at: clock.now() };
      const update = db
        .updateTable("volumes")
        .set(change)
        .where("id", "=", id)
        .where("status", "in", [...from]);
      return (await update.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async update(id, set, db = root) {
      const update = db
        .updateTable("volumes")
        .set({ ...set, updated_at: clock.now() })
        .where("id", "=", id);
      return (await update.where("deleted_at", "is", null).executeTakeFirst()).numUpdatedRows > 0n;
    },
    async setMetadata(id, metadata, db) {
      const replace = async (trx: Db): Promise<void> => {
        await trx.deleteFrom("volume_metadata").where("volume_id", "=", id).execute();
        await insertMetadata(trx, id, metadata);
      };
      await (db ? replace(db) : root.transaction().execute(replace));
    },
    usage: (project_id, db = root) => usageOf(db, project_id),
    provisioned: () => provisionedOn(root),
    async deletedAmong(ids) {
      if (ids.length === 0) return [];
      const gone = root
        .selectFrom("volumes")
        .select("id")
        .where("id", "in", [...ids]);
      return (await gone.where("status", "=", "deleted").execute()).map((row) => row.id);
    },
    listIn: async (statuses) =>
      attachParts(
        root,
        await alive(root)
          .where("status", "in", [...statuses])
          .execute(),
      ),
  };
}

async function usageOf(db: Db, project_id: string): Promise<{ volumes: number; gigabytes: number }> {
  const counted = await db
    .selectFrom("volumes")
    .select((e) => [e.fn.countAll().as("volumes"), e.fn.sum("size").as("gigabytes")])
    .where("deleted_at", "is", null)
    .where("project_id", "=", project_id)
    .executeTakeFirstOrThrow();
  return { volumes: Number(counted.volumes), gigabytes: Number(counted.gigabytes ?? 0) };
}

async function provisionedOn(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("volumes")
    .select((e) => ["host", e.fn.sum("size").as("gigabytes")])
    .where("deleted_at", "is", null)
    .where("host", "is not", null)
    .groupBy("host")
    .execute();
  return new Map(rows.map((row) => [row.host ?? "", Number(row.gigabytes)]));
}

async function insertMetadata(db: Db, volume_id: string, metadata: Record<string, string>): Promise<void> {
  const rows = Object.entries(metadata).map(([key, value]) => ({ volume_id, key, value }));
  if (rows.length > 0) await db.insertInto("volume_metadata").values(rows).execute();
}

async function attachParts(db: Db, rows: readonly VolumeRow[]): Promise<VolumeRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [metadata, attachments] = await Promise.all([
    db.selectFrom("volume_metadata").selectAll().where("volume_id", "in", ids).orderBy("key").execute(),
    db.selectFrom("attachments").selectAll().where("volume_id", "in", ids).orderBy("created_at").execute(),
  ]);
  const records = new Map(rows.map((row) => [row.id, { ...row, metadata: {}, attachments: [] } as VolumeRecord]));
  for (const { volume_id, key, value } of metadata) {
    const record = records.get(volume_id);
    if (record) record.metadata[key] = value;
  }
  for (const attachment of attachments) records.get(attachment.volume_id)?.attachments.push(attachment);
  return [...records.values()];
}
