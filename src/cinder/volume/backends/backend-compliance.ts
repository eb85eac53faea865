/** The suite every volume backend passes, real or fake. Call it from a test file with a maker of empty backends. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { BackendErrorCode, VolumeBackend } from "./backend.ts";

export type MakeBackend = () => Promise<VolumeBackend>;

const one = "11111111-1111-4111-8111-111111111111";
const other = "22222222-2222-4222-8222-222222222222";
const withCode = (code: BackendErrorCode) => ({ name: "BackendError", code });
const { signal } = new AbortController();

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

const attaching = (attachment_id: string) => ({ attachment_id, connector: {}, mode: "rw" as const, size_gb: 1 });

/** Registers the tests under `name`. */
export function backendCompliance(name: string, makeBackend: MakeBackend): void {
  makingAndRemoving(name, makeBackend);
  imagesAndCopies(name, makeBackend);
  refusals(name, makeBackend);
}

function makingAndRemoving(name: string, makeBackend: MakeBackend): void {
  test(`${name}: create, extend, list and delete may each be repeated`, async () => {
    const backend = await makeBackend();
    for (let round = 0; round < 2; round += 1) await backend.create(one, 1);
    for (let round = 0; round < 2; round += 1) await backend.extend(one, 2);
    assert.deepEqual(await backend.list(), [one]);
    assert.equal(await backend.delete(one), true);
    assert.equal(await backend.delete(one), false);
    assert.deepEqual(await backend.list(), []);
  });
  test(`${name}: connecting says how; it may be repeated, and so may disconnecting, even of what is gone`, async () => {
    const backend = await makeBackend();
    await backend.create(one, 1);
    const first = await backend.connect(one, attaching("a"));
    assert.deepEqual(await backend.connect(one, attaching("a")), first);
    assert.equal(first.format, "raw");
    assert.equal(first.access_mode, "rw");
    assert.ok(first.path?.includes(one));
    await backend.disconnect(one, "a");
    await backend.delete(one);
    await backend.disconnect(one, "a");
  });
  test(`${name}: capacity is told in whole numbers of GiB or parts of them, and free is not more than total`, async () => {
    const backend = await makeBackend();
    const { total_gb, free_gb } = await backend.capacity();
    assert.ok(total_gb > 0 && free_gb >= 0 && free_gb <= total_gb);
  });
}

function imagesAndCopies(name: string, makeBackend: MakeBackend): void {
  test(`${name}: a volume of an image, staged first; nothing staged stays`, async () => {
    const backend = await makeBackend();
    const bytes = Buffer.alloc(300_000, "image");
    const sha512 = createHash("sha512").update(bytes).digest("hex");
    await backend.stage(one, chunks(bytes), { sha512, signal });
    for (let round = 0; round < 2; round += 1) await backend.createFromImage(one, 1, { disk_format: "raw" });
    await assert.rejects(backend.createFromImage(other, 1, { disk_format: "raw" }), withCode("not_staged"));
    await backend.stage(other, chunks(bytes), { sha512: null, signal });
    await backend.unstage(other);
    await backend.unstage(other);
    await assert.rejects(backend.createFromImage(other, 1, { disk_format: "raw" }), withCode("not_staged"));
  });
  test(`${name}: a copy of a volume`, async () => {
    const backend = await makeBackend();
    await backend.create(one, 1);
    await backend.createFromVolume(other, 2, one);
    assert.deepEqual((await backend.list()).sort(), [one, other]);
  });
}

function refusals(name: string, makeBackend: MakeBackend): void {
  test(`${name}: ids that are not volumes' ids never become names`, async () => {
    const backend = await makeBackend();
    for (const id of ["", "..", "../../etc/passwd", `${one}/x`, one.slice(1), `${one}\0`, "A".repeat(36)]) {
      await assert.rejects(backend.create(id, 1), withCode("bad_id"));
      await assert.rejects(backend.delete(id), withCode("bad_id"));
      await assert.rejects(backend.connect(id, attaching("a")), withCode("bad_id"));
    }
  });
  test(`${name}: what is not there is named`, async () => {
    const backend = await makeBackend();
    await assert.rejects(backend.extend(one, 2), withCode("not_found"));
    await assert.rejects(backend.connect(one, attaching("a")), withCode("not_found"));
    await assert.rejects(backend.createFromVolume(one, 1, other), withCode("not_found"));
  });
  test(`${name}: an image that changed, is too large or of a format nobody reads is refused`, async () => {
    const backend = await makeBackend();
    const bytes = Buffer.alloc(1000, "image");
    await assert.rejects(backend.stage(one, chunks(bytes), { sha512: "00", signal }), withCode("image_changed"));
    await backend.stage(one, chunks(bytes), { sha512: null, signal });
    await assert.rejects(backend.createFromImage(one, 1, { disk_format: "ploop" }), withCode("image_format"));
    await assert.rejects(
      backend.createFromImage(one, 1 / 1024 ** 3, { disk_format: "raw" }),
      withCode("image_too_large"),
    );
    assert.deepEqual(await backend.list(), []);
  });
  test(`${name}: staging ends with the signal's reason`, async () => {
    const backend = await makeBackend();
    const stopped = AbortSignal.abort(new Error("enough"));
    await assert.rejects(backend.stage(one, chunks(Buffer.alloc(10)), { sha512: null, signal: stopped }), /enough/);
  });
}
