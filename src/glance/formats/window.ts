/**
 * What is kept of a stream while it goes by: the first bytes, the last bytes, and at most one region in between that the
 * first bytes point at (VHDX puts its metadata there). What is kept depends on byte positions only, never on how the
 * stream was cut into chunks, so every chunking gives the same answer.
 */

/** Bytes kept from the start: enough for a qcow2 header cluster, an ISO volume descriptor and both VHDX region tables. */
export const headLimit_bytes = 512 * 1024;
/** Bytes kept from the end: a VHD footer takes 512, a stream-optimised VMDK footer 1536. */
export const tailLimit_bytes = 4096;
/** Longest region kept from the middle. */
export const regionLimit_bytes = 128 * 1024;

/** A piece of the stream, by absolute position. */
export interface Region {
  offset: number;
  length: number;
}

/** What detectors look at: a pure value. */
export interface Window {
  /** Total length of the stream in bytes. */
  size_bytes: number;
  head: Buffer;
  /** The last bytes; overlaps `head` when the stream is short. */
  tail: Buffer;
  /** The region asked for by the planner; shorter than asked when the stream ended first. */
  region: Buffer | undefined;
}

/** Reads the finished head and names a region further on that must be kept. Must not throw. */
export type RegionPlanner = (head: Buffer) => Region | undefined;

export interface WindowKeeper {
  write(chunk: Uint8Array): void;
  end(): Window;
}

export function keepWindow(plan: RegionPlanner): WindowKeeper {
  const head = growingBuffer(headLimit_bytes);
  let tail: Buffer = Buffer.alloc(0);
  let position = 0;
  let region: { at: Region; kept: ReturnType<typeof growingBuffer> } | undefined;

  const planRegion = (): void => {
    const at = plan(head.view());
    if (at && at.offset >= headLimit_bytes)
      region = { at, kept: growingBuffer(Math.min(at.length, regionLimit_bytes)) };
  };
  const take = (piece: Uint8Array): void => {
    if (position < headLimit_bytes) {
      head.append(piece);
      if (head.view().length === headLimit_bytes) planRegion();
    } else if (region) {
      const skip = region.at.offset - position;
      if (skip < piece.length) region.kept.append(piece.subarray(Math.max(skip, 0)));
    }
    position += piece.length;
  };
  return {
    write(chunk) {
      if (chunk.length === 0) return;
      const room = Math.max(headLimit_bytes - position, 0);
      if (room > 0) take(chunk.subarray(0, room));
      if (chunk.length > room) take(chunk.subarray(room));
      tail = lastBytes(tail, chunk);
    },
    end: () => ({ size_bytes: position, head: head.view(), tail, region: region?.kept.view() }),
  };
}

function lastBytes(before: Buffer, chunk: Uint8Array): Buffer {
  if (chunk.length >= tailLimit_bytes) return Buffer.from(chunk.subarray(chunk.length - tailLimit_bytes));
  const keep = before.subarray(Math.max(before.length + chunk.length - tailLimit_bytes, 0));
  return Buffer.concat([keep, chunk]);
}

/** A buffer that doubles up to a limit and ignores what comes after it; small streams cost small memory. */
function growingBuffer(limit: number): { append(piece: Uint8Array): void; view(): Buffer } {
  let bytes = Buffer.alloc(Math.min(limit, 4096));
  let used = 0;
  return {
    append(piece) {
      const wanted = Math.min(used + piece.length, limit);
      if (wanted > bytes.length) {
        const larger = Buffer.alloc(Math.min(Math.max(bytes.length * 2, wanted), limit));
        bytes.copy(larger, 0, 0, used);
        bytes = larger;
      }
      bytes.set(piece.subarray(0, wanted - used), used);
      used = wanted;
    },
    view: () => bytes.subarray(0, used),
  };
}
