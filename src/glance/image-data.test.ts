import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { sqliteOpener } from "#platform/db/database.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { ask, projects, testParts } from "#tests/support/parts.ts";
import { qcow2 } from "./formats/samples.ts";
import { startGlance } from "./service.ts";
import { openFileStore } from "./stores/file/file-store.ts";
import { create, endings, get, put, start, type Body, type Glance } from "./test-glance.ts";

test("an image is made, filled, read back whole and by range, and deleted", async () => {
  const glance = await start();
  const made = await create(glance, { hw_disk_bus: "virtio" });
  assert.deepEqual(
    [made["status"], made["visibility"], made["owner"], made["hw_disk_bus"]],
    ["queued", "shared", projects.demo, "virtio"],
  );
  const file = `/image/v2/images/${String(made["id"])}/file`;
  assert.equal((await ask(glance.fetch, "GET", file, { token: "member" })).status, 204);
  const bytes = Buffer.alloc(3_000_000, "0123456789");
  assert.equal((await put(glance, made["id"], bytes)).status, 204);
  const { body } = await get(glance, made["id"]);
  const facts = body as Body;
  assert.deepEqual(
    [facts["status"], facts["size"], facts["virtual_size"], facts["os_hash_algo"]],
    ["active", 3_000_000, 3_000_000, "sha512"],
  );
  const read = (headers: Record<string, string>) =>
    glance.fetch(new Request(`http://127.0.0.1:8774${file}`, { headers: { "x-auth-token": "member", ...headers } }));
  const whole = await read({});
  assert.deepEqual(
    [whole.status, whole.headers.get("content-md5"), whole.headers.get("content-length")],
    [200, facts["checksum"], "3000000"],
  );
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
  const part = await read({ range: "bytes=10-14" });
  assert.deepEqual(
    [part.status, part.headers.get("content-range"), await part.text()],
    [206, "bytes 10-14/3000000", "01234"],
  );
  assert.equal((await read({ range: "bytes=3000000-" })).status, 416);
  assert.equal((await put(glance, made["id"], Buffer.from("again"))).status, 409);
  assert.equal(
    (await ask(glance.fetch, "DELETE", `/image/v2/images/${String(made["id"])}`, { token: "member" })).status,
    204,
  );
  assert.equal((await get(glance, made["id"])).status, 404);
  await assert.rejects(glance.store.size(String(made["id"])), { code: "not_found" });
  const again = await ask(glance.fetch, "POST", "/image/v2/images", { token: "member", body: { id: made["id"] } });
  assert.equal(again.status, 409);
});

test("content that is not what was declared is refused, nothing is kept, and the image is queued again", async () => {
  const glance = await start({ limits: { image_size: 1_000_000 } });
  const cases: [Body, Buffer, number, RegExp, Record<string, string>?][] = [
    [{ disk_format: "raw" }, qcow2(), 415, /declared as raw, but its content is qcow2/],
    [{ disk_format: "qcow2" }, qcow2({ backing: "/etc/shadow" }), 415, /backing/],
    [{ disk_format: "qcow2" }, qcow2({ dataFileName: "/etc/shadow", features: 4n }), 415, /data in another file/],
    [{ disk_format: "raw" }, Buffer.alloc(1_000_001), 413, /too large/],
    [{ disk_format: "raw" }, Buffer.alloc(10), 400, /announced with 11 bytes/, { "x-openstack-image-size": "11" }],
    [{ disk_format: null }, Buffer.alloc(10), 400, /must be set/],
  ];
  for (const [body, bytes, status, sentence, headers] of cases) {
    const made = await create(glance, body);
    const answer = await put(glance, made["id"], bytes, "member", headers);
    assert.equal(answer.status, status);
    assert.match(((await answer.json()) as { message: string }).message, sentence);
    assert.equal(((await get(glance, made["id"])).body as Body)["status"], "queued");
    await assert.rejects(glance.store.size(String(made["id"])), { code: "not_found" });
    if (body["disk_format"] !== "raw") continue;
    assert.equal((await put(glance, made["id"], Buffer.from("good"))).status, 204, "a second try may be right");
  }
});

test("two uploads at once: one wins; deleted while uploading: gone, and no bytes stay", async () => {
  const glance = await start();
  const made = await create(glance);
  const both = await Promise.all([
    put(glance, made["id"], Buffer.alloc(500_000, 1)),
    put(glance, made["id"], Buffer.alloc(500_000, 2)),
  ]);
  assert.deepEqual(both.map((one) => one.status).sort(), [204, 409]);

  const second = await create(glance);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let first = true;
  const slow = new ReadableStream({
    async pull(controller) {
      if (first) controller.enqueue(new Uint8Array(100));
      else {
        await held;
        controller.close();
      }
      first = false;
    },
  });
  const uploading = put(glance, second["id"], slow);
  while (((await get(glance, second["id"])).body as Body)["status"] !== "saving") await systemClock().sleep(5);
  assert.equal(
    (await ask(glance.fetch, "DELETE", `/image/v2/images/${String(second["id"])}`, { token: "member" })).status,
    204,
  );
  release();
  assert.equal((await uploading).status, 410);
  await assert.rejects(glance.store.size(String(second["id"])), { code: "not_found" });
});

test("an upload whose sender breaks off leaves a queued image", async () => {
  const glance = await start();
  const made = await create(glance);
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(100));
    },
    pull(controller) {
      controller.error(new Error("connection reset"));
    },
  });
  assert.equal((await put(glance, made["id"], broken)).status, 400);
  assert.equal(((await get(glance, made["id"])).body as Body)["status"], "queued");
});

test("the reconciler removes bytes of deleted images, and leaves unknown files alone", async () => {
  const glance = await start();
  const deleted = await create(glance);
  await put(glance, deleted["id"], Buffer.from("data"));
  await ask(glance.fetch, "DELETE", `/image/v2/images/${String(deleted["id"])}`, { token: "member" });
  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from("left behind");
  }
  await glance.store.write(String(deleted["id"]), bytes());
  await glance.store.write("unknown", bytes());
  const kept = await create(glance);
  await put(glance, kept["id"], Buffer.from("data"));
  await glance.reconciler.poke();
  await assert.rejects(glance.store.size(String(deleted["id"])), { code: "not_found" });
  assert.equal(await glance.store.size("unknown"), 11);
  assert.equal(await glance.store.size(String(kept["id"])), 4);
});

test("an upload that a crash cut off: the next start queues the image again, and a new upload succeeds", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "cumulet-glance-db-"));
  endings.push(() => rm(dir, { recursive: true }));
  const store = await openFileStore({ folder: path.join(dir, "images"), clock: systemClock(), ids: systemIds() });
  const startOn = async (): Promise<Glance> => {
    const parts = { ...testParts("glance-api"), openDatabase: sqliteOpener({ dir: path.join(dir, "db") }) };
    const role = await startGlance(parts, { store });
    endings.unshift(() => role.stop());
    return { ...role, store, folder: dir };
  };
  const before = await startOn();
  const { id } = await create(before);
  void put(before, id, new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(100)) }));
  while (((await get(before, id)).body as Body)["status"] !== "saving") await systemClock().sleep(5);
  const afterCrash = await startOn();
  await afterCrash.reconciler.poke();
  assert.equal(((await get(afterCrash, id)).body as Body)["status"], "queued");
  assert.equal((await put(afterCrash, id, Buffer.from("data"))).status, 204);
  assert.equal(((await get(afterCrash, id)).body as Body)["status"], "active");
});
