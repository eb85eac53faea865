/**
 * What every store does while bytes go by: limit, inspection and digests. Chunks are gathered into batches of a megabyte
 * that belong to the store, so a source may reuse its buffers and a disc sees few, large writes.
 */
import { makeInspector } from "#glance/formats/inspect.ts";
import { makeDigester } from "./digest.ts";
import { StoreError, type Stored, type WriteOptions } from "./store.ts";

export const batch_bytes = 1024 * 1024;

export interface Intake {
  /** Yields the source's bytes in batches, at the pace of their reader. */
  batches(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** After the last byte; throws what `check` throws. */
  finish(): Promise<Stored>;
  close(): void;
}

export function makeIntake(options: WriteOptions): Intake {
  const inspector = makeInspector();
  const digester = makeDigester();
  const limit_bytes = options.limit_bytes ?? Number.POSITIVE_INFINITY;
  let size_bytes = 0;

  async function* counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      size_bytes += chunk.length;
      if (size_bytes > limit_bytes) throw new StoreError("too_large", `The image is larger than ${limit_bytes} bytes.`);
      inspector.write(chunk);
      yield chunk;
    }
  }
  return {
    async *batches(source) {
      for await (const batch of gather(counted(source))) {
        await digester.update(batch);
        yield batch;
      }
    },
    async finish() {
      const inspection = inspector.end();
      options.check?.(inspection);
      return { size_bytes, os_hash_algo: "sha512", ...(await digester.end()), inspection };
    },
    close: () => digester.close(),
  };
}

/** Copies chunks into fresh batches of at most {@link batch_bytes}; none is empty. */
async function* gather(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let batch = Buffer.allocUnsafeSlow(0);
  let used = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      if (used === batch.length) batch = larger(batch, used, chunk.length - at);
      const piece = chunk.subarray(at, at + batch.length - used);
      batch.set(piece, used);
      used += piece.length;
      at += piece.length;
      if (used < batch_bytes) continue;
      yield batch;
      batch = Buffer.allocUnsafeSlow(batch_bytes);
      used = 0;
    }
  }
  if (used > 0) yield batch.subarray(0, used);
}

/** Small images take small memory: the first batch grows fourfold at a time. */
function larger(batch: Buffer, used: number, wanted: number): Buffer<ArrayBuffer> {
  const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(batch.length * 4, used + wanted), batch_bytes));
  batch.copy(grown, 0, 0, used);
  return grown;
}

/**
 * Waits for `work`, or rejects with the signal's reason at once. `pipeline` alone would wait for a source that has
 * fallen silent, because a generator cannot be stopped between two of its values.
 */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
    // The loser's own end is of no interest any more.
    work.catch(() => undefined);
  }
}
