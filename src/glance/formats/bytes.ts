/** Reading numbers from hostile headers: out of range reads give zero instead of throwing, big ones are capped. */

export function u16be(bytes: Buffer, at: number): number {
  return inside(bytes, at, 2) ? bytes.readUInt16BE(at) : 0;
}

export function u16le(bytes: Buffer, at: number): number {
  return inside(bytes, at, 2) ? bytes.readUInt16LE(at) : 0;
}

export function u32be(bytes: Buffer, at: number): number {
  return inside(bytes, at, 4) ? bytes.readUInt32BE(at) : 0;
}

export function u32le(bytes: Buffer, at: number): number {
  return inside(bytes, at, 4) ? bytes.readUInt32LE(at) : 0;
}

export function u64be(bytes: Buffer, at: number): bigint {
  return inside(bytes, at, 8) ? bytes.readBigUInt64BE(at) : 0n;
}

export function u64le(bytes: Buffer, at: number): bigint {
  return inside(bytes, at, 8) ? bytes.readBigUInt64LE(at) : 0n;
}

/** True when `text` (Latin-1) stands at `at`. */
export function textAt(bytes: Buffer, at: number, text: string): boolean {
  return inside(bytes, at, text.length) && bytes.toString("latin1", at, at + text.length) === text;
}

/** A byte count as a number; undefined above what a file can be (2^53 - 1). */
export function sizeOf(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

/** True when any byte of the range is not zero; bytes beyond the end count as zero. */
export function anySet(bytes: Buffer, from: number, length: number): boolean {
  return bytes.subarray(from, from + length).some((byte) => byte !== 0);
}

function inside(bytes: Buffer, at: number, length: number): boolean {
  return Number.isSafeInteger(at) && at >= 0 && at + length <= bytes.length;
}
