/** SIMULATED: images in memory with a small cap, for `--simulate` and tests. Passes the same suite as the file store. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeIntake, orAborted } from "../intake.ts";
import { requireStoreId, resolveRange, StoreError, type ImageStore } from "../store.ts";

export interface FakeStoreOptions {
  /** All objects together; more is `store_full`. Default 64 MiB. */
  capacity_bytes?: number;
}

export function makeFakeStore(options: FakeStoreOptions = {}): ImageStore {
  const capacity_bytes = options.capacity_bytes ?? 64 * 1024 * 1024;
  const objects = new Map<string, Buffer>();
  let used_bytes = 0;
  const find = (id: string): Buffer => {
    requireStoreId(id);
    const bytes = objects.get(id);
    if (!bytes) throw new StoreError("not_found", "The image has no data in this store.");
    return bytes;
  };
  const refuseTaken = (id: string): void => {
    if (objects.has(id)) throw new StoreError("already_stored", "The image has its data already.");
  };
  return {
    async write(id, source, writeOptions = {}) {
      requireStoreId(id);
      refuseTaken(id);
      const intake = makeIntake(writeOptions);
      const pieces: Uint8Array[] = [];
      let reserved_bytes = 0;
      const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
        for await (const chunk of chunks) {
          if (used_bytes + chunk.length > capacity_bytes)
            throw new StoreError("store_full", "The image store is full.");
          used_bytes += chunk.length;
          reserved_bytes += chunk.length;
          pieces.push(chunk);
        }
      };
      try {
        const bytes = Readable.from(intake.batches(source), { highWaterMark: 1 });
        await orAborted(pipeline(bytes, collect, { signal: writeOptions.signal }), writeOptions.signal);
        const stored = await intake.finish();
        writeOptions.signal?.throwIfAborted();
        refuseTaken(id);
        objects.set(id, Buffer.concat(pieces));
        reserved_bytes = 0;
        return stored;
      } finally {
        used_bytes -= reserved_bytes;
        intake.close();
      }
    },
    async read(id, range = {}) {
      const bytes = find(id);
      const stretch = resolveRange(range, bytes.length);
      return Readable.from(stretch ? [bytes.subarray(stretch.start, stretch.end + 1)] : []);
    },
    size: async (id) => find(id).length,
    async delete(id) {
      requireStoreId(id);
      used_bytes -= objects.get(id)?.length ?? 0;
      return objects.delete(id);
    },
    async *list() {
      for (const [id, bytes] of objects) yield { id, size_bytes: bytes.length };
    },
    sweep: async () => 0,
  };
}
