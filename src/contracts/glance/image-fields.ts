/** Fields of an image. Custom properties stand beside them as flat strings. Source: image API v2.16. */
import { Type } from "typebox";

export const diskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso"] as const;
export const containerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"] as const;
export const visibilities = ["public", "private", "shared", "community"] as const;

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const words = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values] }));
const count = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

export const imageName = orNull(Type.String({ maxLength: 255 }));
export const diskFormat = Type.Unsafe<(typeof diskFormats)[number] | null>({ enum: [...diskFormats, null] });
export const containerFormat = Type.Unsafe<(typeof containerFormats)[number] | null>({
  enum: [...containerFormats, null],
});
export const visibility = words(visibilities);
export const imageTags = Type.Array(Type.String({ maxLength: 255 }));

/** What a user may say at creation and change later. */
export const writableFields = {
  name: imageName,
  visibility,
  protected: Type.Boolean(),
  os_hidden: Type.Boolean(),
  owner: orNull(Type.String({ maxLength: 255 })),
  container_format: containerFormat,
  disk_format: diskFormat,
  /** GiB. */
  min_disk: count,
  /** MiB. */
  min_ram: count,
  tags: imageTags,
} as const;

export const imageStatus = words(["queued", "saving", "active", "deactivated", "deleted"] as const);

/** An image as it is shown. `size` and `virtual_size` are bytes; times are ISO 8601 with seconds and `Z`. */
export const Image = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    ...writableFields,
    status: imageStatus,
    size: orNull(Type.Integer()),
    virtual_size: orNull(Type.Integer()),
    /** MD5 in hex. */
    checksum: orNull(Type.String()),
    os_hash_algo: orNull(Type.String()),
    os_hash_value: orNull(Type.String()),
    created_at: Type.String(),
    updated_at: Type.String(),
    self: Type.String(),
    file: Type.String(),
    schema: Type.String(),
  },
  { additionalProperties: Type.Unknown() },
);

export type ImageBody = Type.Static<typeof Image>;
