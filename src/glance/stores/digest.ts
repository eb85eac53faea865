/**
 * MD5 and SHA-512 of a stream. SHA-512 bounds the speed of an upload, so from the second batch on both are computed in a
 * worker thread; what fits in one batch never pays for a thread.
 */
import { createHash } from "node:crypto";
import { startHashWorker, type HashWorker } from "./hash-thread.ts";

export interface Digests {
  /** MD5 in hex. */
  checksum: string;
  /** SHA-512 in hex. */
  os_hash_value: string;
}

export interface Digester {
  /** Takes a batch that nobody changes any more; resolves when more may be given (back-pressure). */
  update(batch: Uint8Array): Promise<void>;
  end(): Promise<Digests>;
  /** Lets go of everything; safe after `end` and more than once. */
  close(): void;
}

export function makeDigester(): Digester {
  let first: Uint8Array | undefined;
  let worker: HashWorker | undefined;
  return {
    async update(batch) {
      if (worker) return worker.push(new Uint8Array(batch));
      if (!first) {
        first = batch;
        return undefined;
      }
      worker = startHashWorker();
      await worker.push(new Uint8Array(first));
      first = undefined;
      return worker.push(new Uint8Array(batch));
    },
    end: async () => (worker ? worker.end() : hashAll(first ?? new Uint8Array())),
    close: () => worker?.close(),
  };
}

function hashAll(bytes: Uint8Array): Digests {
  const checksum = createHash("md5").update(bytes).digest("hex");
  return { checksum, os_hash_value: createHash("sha512").update(bytes).digest("hex") };
}
