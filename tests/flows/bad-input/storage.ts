/** Bad requests to Cinder and Glance. */
import type { World } from "#tests/support/world.ts";
import { rowsOf, unknownId, type Row } from "./row.ts";

export function volumeRows({ things }: World): Row[] {
  const row = rowsOf("volume");
  const admin = rowsOf("volume", { who: "admin" });
  const base = `/v3/${things.project}`;
  const make = `POST ${base}/volumes`;
  const vol = (spoiled: object) => ({ body: { volume: { name: "never", size: 1, ...spoiled } } });
  const act = (id: string, body: object): [string, { body: object }] => [`POST ${base}/volumes/${id}/action`, { body }];
  return [
    row(400, "no size", make, vol({ size: undefined })),
    row(400, "size 0", make, vol({ size: 0 })),
    row(400, "size -5", make, vol({ size: -5 })),
    row(400, "size 1.5", make, vol({ size: 1.5 })),
    row(400, "a size that is a word", make, { ...vol({ size: "large" }), says: /size/ }),
    row(400, "a size of 1e300", make, vol({ size: 1e300 })),
    row(413, "a size above the quota", make, { ...vol({ size: 100_000 }), says: /exceeds allowed gigabytes quota/ }),
    row(400, "a name of 256 letters", make, vol({ name: "n".repeat(256) })),
    row(400, "a name with a NUL", make, vol({ name: "a\u0000b" })),
    row(400, "a number for a name", make, vol({ name: 5 })),
    row(400, "an unknown image", make, { ...vol({ imageRef: unknownId }), says: /image/ }),
    row(400, "an image without data", make, { ...vol({ imageRef: things.queued_image }), says: /is not active/ }),
    row(404, "an unknown type", make, { ...vol({ volume_type: "no-such" }), says: /no-such could not be found/ }),
    row(400, "an unknown availability zone", make, {
      ...vol({ availability_zone: "mars" }),
      says: /Availability zone 'mars' is invalid/,
    }),
    row(404, "an unknown source", make, vol({ source_volid: unknownId })),
    row(400, "metadata with a number", make, vol({ metadata: { a: 5 } })),
    row(400, "delete a volume in use", `DELETE ${base}/volumes/${things.attached_volume}`, {
      says: /Volume status must be available/,
    }),
    row(404, "delete a volume that is not there", `DELETE ${base}/volumes/${unknownId}`),
    row(400, "extend to less", ...act(things.volume, { "os-extend": { new_size: 1 } })),
    row(400, "extend to a word", ...act(things.volume, { "os-extend": { new_size: "large" } })),
    row(413, "extend beyond the quota", ...act(things.volume, { "os-extend": { new_size: 100_000 } })),
    row(400, "extend a volume in use", ...act(things.attached_volume, { "os-extend": { new_size: 2 } })),
    row(400, "an unknown action", ...act(things.volume, { "os-dance": {} })),
    row(404, "an action on what is not there", ...act(unknownId, { "os-extend": { new_size: 2 } })),
    row(403, "reset by a member", ...act(things.volume, { "os-reset_status": { status: "error" } })),
    row(400, "the volumes of another project", `GET /v3/${things.other_project}/volumes`, {
      says: /Malformed request url/,
    }),
    row(400, "the project of nobody", `GET /v3/${unknownId}/volumes`),
    row(404, "a marker that is not there", `GET ${base}/volumes?marker=${unknownId}`),
    row(400, "a limit that is a word", `GET ${base}/volumes?limit=many`),
    row(400, "a limit below zero", `GET ${base}/volumes?limit=-1`),
    row(400, "an offset below zero", `GET ${base}/volumes?offset=-1`),
    row(400, "sorted by what is no column", `GET ${base}/volumes?sort=secret:asc`),
    row(400, "sorted in no direction", `GET ${base}/volumes?sort=name:sideways`),
    row(404, "metadata that is not there", `DELETE ${base}/volumes/${things.volume}/metadata/no-such`),
    row(403, "a type by a member", `POST ${base}/types`, { body: { volume_type: { name: "never" } } }),
    admin(400, "a type without a name", "POST /v3/types", { body: { volume_type: {} } }),
    row(403, "quotas by a member", `PUT ${base}/os-quota-sets/${things.project}`, {
      body: { quota_set: { volumes: 1000 } },
    }),
    row(
      409,
      "an attachment of a running server deleted behind Nova's back",
      `DELETE ${base}/attachments/${things.attachment}`,
      {
        headers: { "openstack-api-version": "volume 3.70" },
        says: /using the Compute API/,
      },
    ),
    row(404, "an attachment that is not there", `GET ${base}/attachments/${unknownId}`, {
      headers: { "openstack-api-version": "volume 3.70" },
    }),
    row(404, "attachments in a version that has none", `GET ${base}/attachments`),
  ];
}

export function imageRows({ things }: World): Row[] {
  const row = rowsOf("image");
  const make = "POST /v2/images";
  const one = `/v2/images/${things.private_image}`;
  const body = (spoiled: object) => ({
    body: { name: "never", disk_format: "raw", container_format: "bare", ...spoiled },
  });
  const patch = (operations: unknown) => ({
    body: JSON.stringify(operations),
    headers: { "content-type": "application/openstack-images-v2.1-json-patch" },
  });
  const bytes = { body: "some bytes", headers: { "content-type": "application/octet-stream" } };
  return [
    row(400, "an unknown disc format", make, body({ disk_format: "tape" })),
    row(400, "an unknown visibility", make, body({ visibility: "secret" })),
    row(403, "a public image by a member", make, body({ visibility: "public" })),
    row(403, "an image for somebody else", make, body({ owner: things.other_project })),
    row(409, "an id that is taken", make, body({ id: things.private_image })),
    row(400, "an id that is none", make, body({ id: "../../etc/passwd" })),
    row(403, "a status set", make, body({ status: "active" })),
    row(400, "a name of 256 letters", make, body({ name: "n".repeat(256) })),
    row(400, "a name with a NUL", make, body({ name: "a\u0000b" })),
    row(400, "a size below zero", make, body({ min_disk: -1 })),
    row(400, "a size of 1e300", make, body({ min_ram: 1e300 })),
    row(400, "a property that is an object", make, body({ color: { red: 1 } })),
    row(
      413,
      "129 properties",
      make,
      body(Object.fromEntries(Array.from({ length: 129 }, (_one, at) => [`p${at}`, "v"]))),
    ),
    row(413, "129 tags", make, body({ tags: Array.from({ length: 129 }, (_one, at) => `t${at}`) })),
    row(404, "an id that nothing has, as a page", `GET /v2/images/${unknownId}`, {
      headers: { accept: "*/*" },
      has: { "content-type": /^text\/html/ },
    }),
    row(400, "a marker that is not there", `GET /v2/images?marker=${unknownId}`),
    row(400, "a limit that is a word", "GET /v2/images?limit=many"),
    row(400, "a limit below zero", "GET /v2/images?limit=-1"),
    row(400, "sorted by what is no column", "GET /v2/images?sort_key=secret"),
    row(400, "sorted in no direction", "GET /v2/images?sort_key=name&sort_dir=sideways"),
    row(409, "data for an image that has it", `PUT ${one}/file`, bytes),
    row(415, "data that is JSON", `PUT /v2/images/${things.queued_image}/file`, { body: {} }),
    row(404, "data for an image that is not there", `PUT /v2/images/${unknownId}/file`, bytes),
    row(415, "a change that is plain JSON", `PATCH ${one}`, { body: [{ op: "replace", path: "/name", value: "x" }] }),
    row(400, "a change of an unknown kind", `PATCH ${one}`, patch([{ op: "dance", path: "/name" }])),
    row(400, "a change that is no list", `PATCH ${one}`, patch({ op: "replace" })),
    row(400, "a change without a value", `PATCH ${one}`, patch([{ op: "replace", path: "/name" }])),
    row(400, "a change of nothing", `PATCH ${one}`, patch([{ op: "replace", path: "name", value: "x" }])),
    row(403, "a change of the id", `PATCH ${one}`, patch([{ op: "replace", path: "/id", value: unknownId }])),
    row(403, "a change of the size", `PATCH ${one}`, patch([{ op: "replace", path: "/size", value: 1 }])),
    row(403, "a name taken away", `PATCH ${one}`, patch([{ op: "remove", path: "/name" }])),
    row(409, "a property that is not there", `PATCH ${one}`, patch([{ op: "remove", path: "/no_such" }])),
    row(
      400,
      "good and bad changes: none is made",
      `PATCH ${one}`,
      patch([
        { op: "add", path: "/mood", value: "good" },
        { op: "replace", path: "/min_disk", value: -1 },
      ]),
    ),
    row(
      403,
      "other data behind the image",
      `PATCH ${one}`,
      patch([{ op: "replace", path: "/locations", value: [{ url: "file:///etc/shadow", metadata: {} }] }]),
    ),
    row(404, "a member of nothing", `GET /v2/images/${unknownId}/members`),
    row(403, "a member of a private image", `POST ${one}/members`, { body: { member: things.other_project } }),
    row(404, "a tag that is not there", `DELETE ${one}/tags/no-such`),
  ];
}
