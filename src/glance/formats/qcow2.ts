/**
 * qcow2 (docs/interop/qcow2.txt of QEMU): refuses whatever makes a reader open a second file. A backing file or an
 * external data file in an uploaded image would read the host's files (OSSA-2024-001).
 */
import { sizeOf, textAt, u32be, u64be } from "./bytes.ts";
import { unsafe, type Detector, type Finding, type Unsafe } from "./finding.ts";
import type { Window } from "./window.ts";

const magic = "QFI\xfb";
const corruptBit = 1n << 1n;
const dataFileBit = 1n << 2n;
/** Dirty, corrupt, external data file, compression type, extended L2 entries. */
const knownFeatures = 0b11111n;
const dataFileExtension = 0x44415441;
const headerExtensionsMax = 64;

export const detectQcow2: Detector = (window) => {
  const { head } = window;
  if (!textAt(head, 0, magic)) return undefined;
  const version = u32be(head, 4);
  if (version === 1) return oldQcow(window);
  const virtual_size_bytes = sizeOf(u64be(head, 24));
  return {
    format: "qcow2",
    virtual_size_bytes,
    unsafe: [...headerFaults(head, version), ...references(head, version)],
  };
};

function oldQcow(window: Window): Finding {
  return { format: "qcow", virtual_size_bytes: sizeOf(u64be(window.head, 24)), unsafe: [] };
}

function headerFaults(head: Buffer, version: number): Unsafe[] {
  const clusterBits = u32be(head, 20);
  const headerLength = version === 2 ? 72 : u32be(head, 100);
  const broken =
    version > 3 ||
    version < 2 ||
    head.length < headerLength ||
    clusterBits < 9 ||
    clusterBits > 21 ||
    headerLength < (version === 2 ? 72 : 104) ||
    headerLength > 2 ** clusterBits ||
    (version === 3 && u32be(head, 96) > 6) ||
    l1TooSmall(head, clusterBits);
  return broken ? [unsafe("header_invalid", "The qcow2 header is damaged or of an unknown version.")] : [];
}

/** The first-level table must cover the whole disc; a lying one makes readers fail or allocate wildly. */
function l1TooSmall(head: Buffer, clusterBits: number): boolean {
  const entries = u32be(head, 36);
  const perEntry_bytes = 1n << BigInt(clusterBits * 2 - 3);
  return (
    BigInt(entries) > 32n * 1024n * 1024n ||
    (u64be(head, 24) > 0n && BigInt(entries) * perEntry_bytes * 2n < u64be(head, 24))
  );
}

function references(head: Buffer, version: number): Unsafe[] {
  const features = version >= 3 ? u64be(head, 72) : 0n;
  const found: Unsafe[] = [];
  if (u64be(head, 8) !== 0n || u32be(head, 16) !== 0) {
    found.push(unsafe("qcow2_backing_file", "The qcow2 image refers to a backing file."));
  }
  if ((features & dataFileBit) !== 0n || hasDataFileExtension(head, version)) {
    found.push(unsafe("qcow2_data_file", "The qcow2 image keeps its data in another file."));
  }
  if ((features & ~knownFeatures) !== 0n) {
    found.push(unsafe("qcow2_unknown_features", "The qcow2 image needs features that are not known here."));
  }
  if ((features & corruptBit) !== 0n) found.push(unsafe("qcow2_corrupt", "The qcow2 image is marked as corrupt."));
  return found;
}

function hasDataFileExtension(head: Buffer, version: number): boolean {
  let at = version === 2 ? 72 : u32be(head, 100);
  for (let count = 0; count < headerExtensionsMax; count += 1) {
    const type = u32be(head, at);
    if (type === 0) return false;
    if (type === dataFileExtension) return true;
    at += 8 + Math.ceil(u32be(head, at + 4) / 8) * 8;
  }
  return false;
}
