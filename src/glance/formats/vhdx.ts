/**
 * VHDX: the size and the "has a parent" flag are in a metadata region whose place is told by the region table at
 * 192 KiB. Identifiers are written with their first three groups little-endian.
 */
import { sizeOf, textAt, u16le, u32le, u64le } from "./bytes.ts";
import { unsafe, type Detector, type Unsafe } from "./finding.ts";
import { regionLimit_bytes, type Region } from "./window.ts";

const regionTables = [192 * 1024, 256 * 1024];
const metadataRegion = "06a27c8b90479a4bb8fe575f050f886e";
const fileParameters = "3767a1ca36fa434db3b633f0aa44e76b";
const virtualDiskSize = "2442a52f1bcd7648b2115dbed83bf4b8";
const parentLocator = "2d5fd3a80bb34d45abf7d3d84834ab0c";
const entriesMax = 2047;

/** Where the metadata is, read from the head; undefined when this is no VHDX or the two tables disagree. */
export function planVhdxRegion(head: Buffer): Region | undefined {
  if (!textAt(head, 0, "vhdxfile")) return undefined;
  const places = regionTables.map((at) => metadataPlace(head, at)).filter((place) => place !== undefined);
  const [first] = places;
  if (!first || places.some((place) => place.offset !== first.offset)) return undefined;
  return { offset: first.offset, length: Math.min(first.length, regionLimit_bytes) };
}

function metadataPlace(head: Buffer, table: number): Region | undefined {
  if (!textAt(head, table, "regi")) return undefined;
  for (let entry = 0; entry < Math.min(u32le(head, table + 8), entriesMax); entry += 1) {
    const at = table + 16 + entry * 32;
    if (head.toString("hex", at, at + 16) !== metadataRegion) continue;
    const offset = sizeOf(u64le(head, at + 16));
    return offset === undefined ? undefined : { offset, length: u32le(head, at + 24) };
  }
  return undefined;
}

export const detectVhdx: Detector = ({ head, region }) => {
  if (!textAt(head, 0, "vhdxfile")) return undefined;
  const items = region && textAt(region, 0, "metadata") ? metadataItems(region) : undefined;
  const parameters = items?.get(fileParameters);
  const size = items?.get(virtualDiskSize);
  if (!region || !items || parameters === undefined || size === undefined) {
    const reason = unsafe("vhdx_metadata_missing", "The metadata of the VHDX cannot be found.");
    return { format: "vhdx", virtual_size_bytes: undefined, unsafe: [reason] };
  }
  const found: Unsafe[] = [];
  if ((u32le(region, parameters + 4) & 2) !== 0 || items.has(parentLocator)) {
    found.push(unsafe("vhdx_parent", "The VHDX is a differencing disc and refers to a parent."));
  }
  return { format: "vhdx", virtual_size_bytes: sizeOf(u64le(region, size)), unsafe: found };
};

/** Identifier of each item → its place within the region; undefined when an item lies outside or is named twice. */
function metadataItems(region: Buffer): Map<string, number> | undefined {
  const items = new Map<string, number>();
  const count = u16le(region, 10);
  if (count > entriesMax) return undefined;
  for (let entry = 0; entry < count; entry += 1) {
    const at = 32 + entry * 32;
    const id = region.toString("hex", at, at + 16);
    const offset = u32le(region, at + 16);
    if (items.has(id) || offset < 64 * 1024 || offset + 8 > region.length) return undefined;
    items.set(id, offset);
  }
  return items;
}
