/** The image service's own tables. Rows of deleted images stay, so that an id never comes back. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { ImageStatus } from "#contracts/glance/image-states.ts";

export interface GlanceTables {
  images: ImageRow;
  image_properties: { image_id: string; name: string; value: string };
  image_tags: { image_id: string; value: string };
  image_members: MemberRow;
}

export interface ImageRow {
  id: string;
  name: string | null;
  status: ImageStatus;
  visibility: "public" | "private" | "shared" | "community";
  protected: number;
  os_hidden: number;
  owner: string | null;
  container_format: string | null;
  disk_format: string | null;
  min_disk: number;
  min_ram: number;
  /** Bytes. */
  size: number | null;
  virtual_size: number | null;
  checksum: string | null;
  os_hash_algo: string | null;
  os_hash_value: string | null;
  /** Milliseconds since the epoch. */
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
  /** Which worker is taking the bytes, while `saving`. */
  saving_by: string | null;
  /** Goes up with every change: two changes from one reading, and one of them loses. */
  version: number;
}

export interface MemberRow {
  image_id: string;
  member_id: string;
  status: "pending" | "accepted" | "rejected";
  created_at: number;
  updated_at: number;
}

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("images")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("name", "text")
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("visibility", "text", (c) => c.notNull())
      .addColumn("protected", "integer", (c) => c.notNull())
      .addColumn("os_hidden", "integer", (c) => c.notNull())
      .addColumn("owner", "text")
      .addColumn("container_format", "text")
      .addColumn("disk_format", "text")
      .addColumn("min_disk", "integer", (c) => c.notNull())
      .addColumn("min_ram", "integer", (c) => c.notNull())
      .addColumn("size", "bigint")
      .addColumn("virtual_size", "bigint")
      .addColumn("checksum", "text")
      .addColumn("os_hash_algo", "text")
      .addColumn("os_hash_value", "text")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addColumn("deleted_at", "bigint")
      .addColumn("saving_by", "text")
      .addColumn("version", "integer", (c) => c.notNull())
      .execute();
    await db.schema.createIndex("images_by_owner").on("images").columns(["owner", "created_at"]).execute();
    await db.schema.createIndex("images_by_visibility").on("images").columns(["visibility", "created_at"]).execute();
    await db.schema
      .createTable("image_properties")
      .addColumn("image_id", "text", (c) => c.notNull())
      .addColumn("name", "text", (c) => c.notNull())
      .addColumn("value", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("image_properties_key", ["image_id", "name"])
      .execute();
    await db.schema
      .createTable("image_tags")
      .addColumn("image_id", "text", (c) => c.notNull())
      .addColumn("value", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("image_tags_key", ["image_id", "value"])
      .execute();
    await db.schema
      .createTable("image_members")
      .addColumn("image_id", "text", (c) => c.notNull())
      .addColumn("member_id", "text", (c) => c.notNull())
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("image_members_key", ["image_id", "member_id"])
      .execute();
    await db.schema.createIndex("image_members_by_member").on("image_members").columns(["member_id"]).execute();
  },
};

export const migrations = { "0001-images": first };
