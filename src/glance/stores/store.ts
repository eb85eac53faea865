/**
 * Where the bytes of images live. A store keeps whole objects: written once, in full or not at all, never changed.
 * Sizes are bytes. Errors are {@link StoreError} with a stable code; anything else is a fault of the machine.
 */
import type { Readable } from "node:stream";
import type { Inspection } from "#glance/formats/inspect.ts";

export type StoreErrorCode = "store_full" | "too_large" | "not_found" | "already_stored" | "bad_id" | "bad_range";

/** A refusal the caller is expected to handle. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = "StoreError";
    this.code = code;
  }
}

export interface WriteOptions {
  /** More bytes than this end the write with `too_large`; nothing is kept. */
  limit_bytes?: number;
  /** Ends the write with the signal's reason; nothing is kept. */
  signal?: AbortSignal;
  /** Asked after the last byte and before anything is kept; what it throws ends the write, and nothing is kept. */
  check?: (inspection: Inspection) => void;
}

export interface Stored {
  size_bytes: number;
  /** MD5 in hex, Glance's `checksum`: recognises bytes, protects nothing. */
  checksum: string;
  os_hash_algo: "sha512";
  /** SHA-512 in hex. */
  os_hash_value: string;
  /** What the bytes turned out to be. */
  inspection: Inspection;
}

/** A stretch of an object; without `length_bytes` up to its end. */
export interface Range {
  offset_bytes?: number;
  length_bytes?: number;
}

export interface StoreEntry {
  id: string;
  size_bytes: number;
}

export interface ImageStore {
  /**
   * Takes the whole source, then keeps it. Constant memory: the source is read no faster than it is stored.
   * Errors: `store_full`, `too_large`, `already_stored`, `bad_id`, or whatever the source, the signal or `check` threw.
   */
  write(id: string, source: AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<Stored>;
  /** Errors: `not_found`, and `bad_range` for a start beyond the end. The caller reads or destroys the stream. */
  read(id: string, range?: Range): Promise<Readable>;
  /** Size of a stored object. Error: `not_found`. */
  size(id: string): Promise<number>;
  /** Forgets the object; true when there was one. */
  delete(id: string): Promise<boolean>;
  /** All stored objects, in no particular order; unfinished writes are not among them. */
  list(): AsyncIterable<StoreEntry>;
  /** Removes what unfinished writes of crashed processes left, if older than `age_ms`; answers how many. */
  sweep(age_ms: number): Promise<number>;
  /** Optional: path for a reader on the same host, who must not change or keep the file. Error: `not_found`. */
  pathFor?(id: string): Promise<string>;
}

const idShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Ids become file names: anything but letters, digits, dash and underscore is refused. */
export function requireStoreId(id: string): void {
  if (!idShape.test(id))
    throw new StoreError("bad_id", "An image id may hold letters, digits, dashes and underscores only.");
}

/** First and last byte of a range, checked against the size; undefined when the stretch is empty. */
export function resolveRange(range: Range, size_bytes: number): { start: number; end: number } | undefined {
  const start = range.offset_bytes ?? 0;
  const length = range.length_bytes ?? Math.max(size_bytes - start, 0);
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0;
  if (!whole || start > size_bytes) throw new StoreError("bad_range", "The range lies outside the image.");
  const end = Math.min(start + length, size_bytes) - 1;
  return end < start ? undefined : { start, end };
}
