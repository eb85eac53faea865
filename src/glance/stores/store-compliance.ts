/** The suite every image store passes, real or fake. Call it from a test file with a maker of empty stores. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ImageStore, StoreEntry, StoreErrorCode } from "./store.ts";

/** Makes an empty store; what it needs is cleaned up by the caller's own hooks. */
export type MakeStore = () => Promise<ImageStore>;

const one = "11111111-1111-4111-8111-111111111111";
const other = "22222222-2222-4222-8222-222222222222";

async function* chunksOf(bytes: Buffer, chunk_bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunk_bytes) yield bytes.subarray(at, at + chunk_bytes);
}

async function readAll(store: ImageStore, id: string, offset_bytes?: number, length_bytes?: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const range = {
    ...(offset_bytes !== undefined && { offset_bytes }),
    ...(length_bytes !== undefined && { length_bytes }),
  };
  for await (const chunk of await store.read(id, range)) pieces.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(pieces);
}

async function entries(store: ImageStore): Promise<StoreEntry[]> {
  const found: StoreEntry[] = [];
  for await (const entry of store.list()) found.push(entry);
  return found;
}

const withCode = (code: StoreErrorCode) => ({ name: "StoreError", code });

/** Registers the tests under `name`. */
export function storeCompliance(name: string, makeStore: MakeStore): void {
  wholeObjects(name, makeStore);
  refusals(name, makeStore);
  endings(name, makeStore);
}

function wholeObjects(name: string, makeStore: MakeStore): void {
  test(`${name}: what was written is read back, with digests and inspection, at any size`, async () => {
    const store = await makeStore();
    for (const [index, size] of [0, 1, 70_000, 1024 * 1024, 9_000_001].entries()) {
      const bytes = Buffer.alloc(size, "bytes of an image; ");
      const id = `image-${index}`;
      const stored = await store.write(id, chunksOf(bytes, 65_536));
      assert.equal(stored.size_bytes, size);
      assert.equal(stored.checksum, createHash("md5").update(bytes).digest("hex"));
      assert.equal(stored.os_hash_algo, "sha512");
      assert.equal(stored.os_hash_value, createHash("sha512").update(bytes).digest("hex"));
      assert.deepEqual([stored.inspection.format, stored.inspection.size_bytes], ["raw", size]);
      assert.equal(await store.size(id), size);
      assert.ok((await readAll(store, id)).equals(bytes));
    }
  });
  test(`${name}: a reused chunk buffer does no harm`, async () => {
    const store = await makeStore();
    const shared = Buffer.alloc(100_000);
    async function* source(): AsyncGenerator<Buffer> {
      for (let round = 1; round <= 30; round += 1) yield shared.fill(round);
    }
    const stored = await store.write(one, source());
    const bytes = await readAll(store, one);
    assert.equal(stored.checksum, createHash("md5").update(bytes).digest("hex"));
  });
  test(`${name}: stretches are read as asked and cut at the end`, async () => {
    const store = await makeStore();
    await store.write(one, chunksOf(Buffer.from("0123456789"), 3));
    assert.equal((await readAll(store, one, 4)).toString(), "456789");
    assert.equal((await readAll(store, one, 4, 2)).toString(), "45");
    assert.equal((await readAll(store, one, 8, 100)).toString(), "89");
    assert.equal((await readAll(store, one, 10)).toString(), "");
    assert.equal((await readAll(store, one, 3, 0)).toString(), "");
    await assert.rejects(store.read(one, { offset_bytes: 11 }), withCode("bad_range"));
    await assert.rejects(store.read(one, { offset_bytes: -1 }), withCode("bad_range"));
  });
  test(`${name}: list and delete`, async () => {
    const store = await makeStore();
    await store.write(one, chunksOf(Buffer.from("abc"), 3));
    await store.write(other, chunksOf(Buffer.from("abcd"), 3));
    const expected = [
      { id: one, size_bytes: 3 },
      { id: other, size_bytes: 4 },
    ];
    assert.deepEqual(
      (await entries(store)).sort((a, b) => a.size_bytes - b.size_bytes),
      expected,
    );
    assert.equal(await store.delete(one), true);
    assert.equal(await store.delete(one), false);
    assert.deepEqual(await entries(store), expected.slice(1));
    await store.write(one, chunksOf(Buffer.from("again"), 3));
    assert.equal((await readAll(store, one)).toString(), "again");
  });
}

function refusals(name: string, makeStore: MakeStore): void {
  test(`${name}: an object is never overwritten, not even by two writers at once`, async () => {
    const store = await makeStore();
    const outcomes = await Promise.allSettled([
      store.write(one, chunksOf(Buffer.alloc(300_000, 1), 1000)),
      store.write(one, chunksOf(Buffer.alloc(300_000, 2), 1000)),
    ]);
    const lost = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.equal(lost.length, 1);
    assert.equal(lost[0]?.reason.code, "already_stored");
    assert.equal(new Set(await readAll(store, one)).size, 1);
    await assert.rejects(store.write(one, chunksOf(Buffer.from("x"), 1)), withCode("already_stored"));
  });
  test(`${name}: unknown and evil ids`, async () => {
    const store = await makeStore();
    await assert.rejects(store.read(one), withCode("not_found"));
    await assert.rejects(store.size(one), withCode("not_found"));
    for (const id of ["", ".", "..", "../etc", "a/b", ".incoming", "a\0b", "x".repeat(200)]) {
      await assert.rejects(store.write(id, chunksOf(Buffer.from("x"), 1)), withCode("bad_id"));
      await assert.rejects(store.read(id), withCode("bad_id"));
      await assert.rejects(store.delete(id), withCode("bad_id"));
    }
  });
}

function endings(name: string, makeStore: MakeStore): void {
  test(`${name}: whatever ends a write early leaves nothing`, async () => {
    const store = await makeStore();
    const bytes = Buffer.alloc(3_000_000, 3);
    await assert.rejects(store.write(one, chunksOf(bytes, 65_536), { limit_bytes: 2_999_999 }), withCode("too_large"));
    async function* breaking(): AsyncGenerator<Buffer> {
      yield* chunksOf(bytes, 65_536);
      throw new Error("the client went away");
    }
    await assert.rejects(store.write(one, breaking()), /client went away/);
    const check = (): never => {
      throw new Error("refused by the judge");
    };
    await assert.rejects(store.write(one, chunksOf(bytes, 65_536), { check }), /refused by the judge/);
    const control = new AbortController();
    async function* stuck(): AsyncGenerator<Buffer> {
      yield* chunksOf(bytes, 65_536);
      control.abort(new Error("enough"));
      yield bytes;
    }
    await assert.rejects(store.write(one, stuck(), { signal: control.signal }));
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const later = new AbortController();
    const writing = store.write(one, silent, { signal: later.signal });
    setImmediate(() => later.abort(new Error("enough")));
    await assert.rejects(writing);
    assert.deepEqual(await entries(store), []);
    assert.equal(await store.sweep(0), 0);
    assert.equal((await store.write(one, chunksOf(bytes, 65_536), { limit_bytes: 3_000_000 })).size_bytes, 3_000_000);
  });
}
