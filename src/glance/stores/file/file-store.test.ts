import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { storeCompliance } from "../store-compliance.ts";
import type { ImageStore } from "../store.ts";
import { openFileStore } from "./file-store.ts";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function makeStore(): Promise<{ store: ImageStore; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "cumulet-store-"));
  folders.push(folder);
  return { folder, store: await openFileStore({ folder, clock: systemClock(), ids: systemIds() }) };
}

storeCompliance("file store", async () => (await makeStore()).store);

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

test("file store: a reader on the same host gets the path of the whole file", async () => {
  const { store } = await makeStore();
  await store.write("a", once("content"));
  assert.equal(await readFile((await store.pathFor?.("a")) ?? "", "utf8"), "content");
  await assert.rejects(store.pathFor?.("b") ?? Promise.resolve(), { code: "not_found" });
});

test("file store: sweeping takes what a crash left, and not what is old enough or being written", async () => {
  const { store, folder } = await makeStore();
  const incoming = path.join(folder, ".incoming");
  await writeFile(path.join(incoming, "left.by-a-crash"), "half");
  await writeFile(path.join(incoming, "left.just-now"), "half");
  const hourAgo = new Date(systemClock().now() - 3_600_000);
  await utimes(path.join(incoming, "left.by-a-crash"), hourAgo, hourAgo);
  assert.equal(await store.sweep(60_000), 1);
  assert.deepEqual(await readdir(incoming), ["left.just-now"]);

  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let started = (): void => undefined;
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  async function* slow(): AsyncGenerator<Buffer> {
    yield Buffer.from("first");
    started();
    await held;
    yield Buffer.from("second");
  }
  const writing = store.write("slow", slow());
  await running;
  assert.equal(await store.sweep(-60_000), 1, "only the left-over");
  release();
  assert.equal((await writing).size_bytes, 11);
  assert.deepEqual(await readdir(incoming), []);
});

test("file store: a store opened again has what was there, and no unfinished write in its list", async () => {
  const { store, folder } = await makeStore();
  await store.write("a", once("content"));
  await writeFile(path.join(folder, ".incoming", "b.half"), "half");
  const again = await openFileStore({ folder, clock: systemClock(), ids: systemIds() });
  const ids: string[] = [];
  for await (const entry of again.list()) ids.push(entry.id);
  assert.deepEqual(ids, ["a"]);
});
