/**
 * The disk format is found by inspection, never by trust. An inspector is fed while an upload streams by and holds less
 * than a megabyte, whatever the size of the image. Pure: no I/O, and the answer depends on the bytes only.
 */
import { unsafe, type Detector, type FoundFormat, type Unsafe } from "./finding.ts";
import { readPartitions, type PartitionTable } from "./partitions.ts";
import { detectQcow2 } from "./qcow2.ts";
import { detectIso, detectLuks, detectRefused, detectVdi } from "./simple.ts";
import { detectVhd } from "./vhd.ts";
import { detectVhdx, planVhdxRegion } from "./vhdx.ts";
import { detectVmdk } from "./vmdk.ts";
import { keepWindow, type Window } from "./window.ts";

export interface Inspection {
  format: FoundFormat;
  /** Size of the disc a guest would see; undefined only together with a reason in `unsafe` or a format that is refused. */
  virtual_size_bytes: number | undefined;
  /** Bytes seen. */
  size_bytes: number;
  /** Partition table of a raw disc; `none` for other formats, whose content is not looked into. */
  partitions: PartitionTable;
  /** Why the content must not be opened; empty when nothing was found against it. */
  unsafe: Unsafe[];
}

export interface Inspector {
  /** The next bytes of the stream, cut anywhere. The chunk is not kept. */
  write(chunk: Uint8Array): void;
  /** After the last byte. */
  end(): Inspection;
}

const detectors: Detector[] = [
  detectQcow2,
  detectVmdk,
  detectVhdx,
  detectVdi,
  detectLuks,
  detectRefused,
  detectVhd,
  detectIso,
];
/** Largest disc worth believing: 2^50 bytes, a pebibyte. */
const sizeMax_bytes = 2 ** 50;

export function makeInspector(): Inspector {
  const keeper = keepWindow(planVhdxRegion);
  return { write: (chunk) => keeper.write(chunk), end: () => inspectWindow(keeper.end()) };
}

/** Inspects bytes that are all at hand. */
export function inspectBytes(bytes: Uint8Array): Inspection {
  const inspector = makeInspector();
  inspector.write(bytes);
  return inspector.end();
}

function inspectWindow(window: Window): Inspection {
  const { size_bytes } = window;
  const findings = detectors.flatMap((detect) => detect(window) ?? []);
  const [first] = findings;
  if (!first) {
    const partitions = readPartitions(window.head);
    return {
      format: "raw",
      virtual_size_bytes: size_bytes,
      size_bytes,
      partitions: partitions.table,
      unsafe: partitions.unsafe,
    };
  }
  const reasons = findings.flatMap((finding) => finding.unsafe);
  if (findings.length > 1) {
    const names = findings.map((finding) => finding.format).join(" and ");
    reasons.unshift(unsafe("ambiguous_content", `The content can be read as ${names}.`));
  }
  return { format: first.format, ...believableSize(first.virtual_size_bytes, reasons), size_bytes, partitions: "none" };
}

/** Containers that must tell a size and do not, or tell an absurd one, are unsafe. */
function believableSize(
  size: number | undefined,
  reasons: Unsafe[],
): Pick<Inspection, "virtual_size_bytes" | "unsafe"> {
  if (size !== undefined && size <= sizeMax_bytes) return { virtual_size_bytes: size, unsafe: reasons };
  const reason = unsafe("size_absurd", "The image does not tell a believable disc size.");
  return { virtual_size_bytes: undefined, unsafe: reasons.length > 0 ? reasons : [reason] };
}
