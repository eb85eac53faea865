/** Rows as the API shows them. */
import type { ImageBody } from "#contracts/glance/image-fields.ts";
import type { MemberBody } from "#contracts/glance/member.ts";
import { isoSeconds } from "#platform/clock/clock.ts";
import type { ImageRecord } from "../store/images.ts";
import type { MemberRow } from "../store/tables.ts";

export function imageBody(image: ImageRecord): ImageBody {
  return {
    ...image.properties,
    id: image.id,
    name: image.name,
    status: image.status,
    visibility: image.visibility,
    protected: image.protected === 1,
    os_hidden: image.os_hidden === 1,
    owner: image.owner,
    container_format: image.container_format as ImageBody["container_format"],
    disk_format: image.disk_format as ImageBody["disk_format"],
    min_disk: image.min_disk,
    min_ram: image.min_ram,
    size: image.size,
    virtual_size: image.virtual_size,
    checksum: image.checksum,
    os_hash_algo: image.os_hash_algo,
    os_hash_value: image.os_hash_value,
    tags: image.tags,
    created_at: isoSeconds(image.created_at),
    updated_at: isoSeconds(image.updated_at),
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: "/v2/schemas/image",
  };
}

export function memberBody(row: MemberRow): MemberBody {
  return {
    member_id: row.member_id,
    image_id: row.image_id,
    status: row.status,
    created_at: isoSeconds(Number(row.created_at)),
    updated_at: isoSeconds(Number(row.updated_at)),
    schema: "/v2/schemas/member",
  };
}
