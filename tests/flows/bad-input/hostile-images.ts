/** Image files that reach for what is not theirs, or are not what they are said to be. */
import assert from "node:assert/strict";
import { qcow2, vmdk, vmdkText } from "#glance/formats/samples.ts";
import { needs, type World } from "#tests/support/world.ts";
import { expectRefusal, rowsOf } from "./row.ts";

const secret = "/etc/shadow";
const flat = vmdkText("monolithicFlat", `RW 2048 FLAT "${secret}" 0`);

export const hostileImages: [what: string, disk_format: string, bytes: Buffer][] = [
  ["a qcow2 with a backing file", "qcow2", qcow2({ backing: secret })],
  ["a qcow2 of version 2 with a backing file", "qcow2", qcow2({ version: 2, backing: secret })],
  [
    "a qcow2 with a backing file in QEMU's own language",
    "qcow2",
    qcow2({ backing: `json:{"driver":"file","filename":"${secret}"}` }),
  ],
  ["a qcow2 with a data file", "qcow2", qcow2({ features: 4n, dataFileName: secret })],
  ["a qcow2 that names a data file only", "qcow2", qcow2({ dataFileName: secret })],
  ["a qcow2 of more than anybody has", "qcow2", qcow2({ size_bytes: 2 ** 45 })],
  ["a VMDK that names a file of the host", "vmdk", Buffer.from(flat)],
  ["a VMDK whose header hides such a text", "vmdk", vmdk(flat)],
  ["a raw image that is a qcow2", "raw", qcow2()],
  ["a raw image that is a qcow2 with a backing file", "raw", qcow2({ backing: secret })],
  ["a raw image that is a VMDK", "raw", vmdk()],
  ["a qcow2 that is a VMDK", "qcow2", vmdk()],
  ["a qcow2 that is text", "qcow2", Buffer.from("#!/bin/sh\nrm -rf /\n")],
  ["a qcow2 cut short", "qcow2", qcow2().subarray(0, 60)],
  ["a VMDK that is a qcow2", "vmdk", qcow2()],
  ["an ISO that is a qcow2", "iso", qcow2()],
];

/** The record is made and deleted again; its bytes never are kept. */
export async function expectImageRefused(
  world: World,
  [what, disk_format, bytes]: (typeof hostileImages)[number],
): Promise<void> {
  const ok = needs(world.ask);
  const { id } = await ok("member", "POST", "image", "/v2/images", {
    name: what,
    disk_format,
    container_format: "bare",
  });
  const headers = { "content-type": "application/octet-stream" };
  await expectRefusal(world, rowsOf("image")(415, what, `PUT /v2/images/${id}/file`, { body: bytes, headers }));
  const image = await ok("member", "GET", "image", `/v2/images/${id}`);
  assert.deepEqual([image.status, image.size, image.checksum], ["queued", null, null]);
  assert.equal((await world.ask("member", "GET", "image", `/v2/images/${id}/file`)).status, 204);
  await ok("member", "DELETE", "image", `/v2/images/${id}`);
}
