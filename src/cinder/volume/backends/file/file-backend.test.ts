import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { exec } from "#platform/exec/exec.ts";
import { backendCompliance } from "../backend-compliance.ts";
import { openFileBackend } from "./file-backend.ts";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function make(options: { reserve_bytes?: number } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "cumulet-volumes-"));
  folders.push(folder);
  return { folder, backend: await openFileBackend({ folder, host: "here", clock: systemClock(), ...options }) };
}

backendCompliance("file backend", async () => (await make()).backend);

const id = "11111111-1111-4111-8111-111111111111";
const { signal } = new AbortController();

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test("file backend: volumes are sparse, as large as asked, and for their owner's eyes only", async () => {
  const { backend, folder } = await make();
  await backend.create(id, 100);
  const facts = await stat(path.join(folder, `${id}.raw`));
  assert.deepEqual([facts.size, facts.mode & 0o777], [100 * 1024 ** 3, 0o600]);
  assert.ok(facts.blocks < 100);
  await backend.extend(id, 50);
  assert.equal((await stat(path.join(folder, `${id}.raw`))).size, 100 * 1024 ** 3, "never shrinks");
});

test("file backend: a qcow2 image becomes a raw volume with the same content; one with a backing file is refused", async () => {
  const { backend, folder } = await make();
  const raw = path.join(folder, "content");
  const qcow2 = path.join(folder, "content.qcow2");
  await writeFile(raw, Buffer.alloc(1024 * 1024, "guest"));
  await exec(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, qcow2]);
  await backend.stage(id, once(await readFile(qcow2)), { sha512: null, signal });
  await backend.createFromImage(id, 1, { disk_format: "qcow2" });
  const file = path.join(folder, `${id}.raw`);
  assert.equal((await stat(file)).size, 1024 ** 3);
  const content = (await exec(["head", "-c", "20", file])).stdout;
  assert.equal(content, "guestguestguestguest");
  const overlay = path.join(folder, "overlay.qcow2");
  await exec(["qemu-img", "create", "-q", "-f", "qcow2", "-b", raw, "-F", "raw", overlay]);
  const second = "22222222-2222-4222-8222-222222222222";
  await backend.stage(second, once(await readFile(overlay)), { sha512: null, signal });
  await assert.rejects(backend.createFromImage(second, 1, { disk_format: "qcow2" }), { code: "image_unsafe" });
});

test("file backend: a file is reached from its own host only", async () => {
  const { backend } = await make();
  await backend.create(id, 1);
  const from = (host: string) =>
    backend.connect(id, { attachment_id: "a", connector: { host }, mode: "ro", size_gb: 1 });
  assert.equal((await from("here")).access_mode, "ro");
  await assert.rejects(from("elsewhere"), { code: "not_reachable" });
});

test("file backend: a full disc is said, and nothing half made stays under its name", async () => {
  const { backend } = await make({ reserve_bytes: Number.MAX_SAFE_INTEGER });
  await assert.rejects(backend.create(id, 1), { code: "backend_full" });
  assert.deepEqual(await backend.list(), []);
});

test("file backend: sweeping takes what a crash left long ago", async () => {
  const { backend, folder } = await make();
  const left = path.join(folder, ".incoming", "left.image");
  await writeFile(left, "half");
  assert.equal(await backend.sweep(60_000), 0);
  const hourAgo = new Date(systemClock().now() - 3_600_000);
  await utimes(left, hourAgo, hourAgo);
  assert.equal(await backend.sweep(60_000), 1);
});
