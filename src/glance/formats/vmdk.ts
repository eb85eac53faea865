/**
 * VMDK: only the two single-file kinds are taken, monolithicSparse and streamOptimized. Every other kind names files of
 * the machine that opens it (OSSA-2023-002), so a bare text descriptor is refused whatever it says.
 */
import { sizeOf, textAt, u32le, u64le } from "./bytes.ts";
import { unsafe, type Detector, type Finding, type Unsafe } from "./finding.ts";
import { vmdkDescriptorFaults } from "./vmdk-descriptor.ts";
import type { Window } from "./window.ts";

const sector_bytes = 512;
const descriptorMax_bytes = 128 * 1024;
/** "The grain directory is at the end": the header that counts is then in the footer. */
const directoryAtEnd = 0xffff_ffff_ffff_ffffn;

export const detectVmdk: Detector = (window) => {
  if (textAt(window.head, 0, "KDMV")) return sparse(window);
  if (textAt(window.head, 0, "COWD")) {
    return refused(
      "vmdk_create_type",
      "This kind of VMDK (ESX copy on write) may refer to a parent and is not accepted.",
    );
  }
  if (looksLikeDescriptor(window.head)) {
    return refused("vmdk_names_extent", "The VMDK is only a descriptor that names other files.");
  }
  return undefined;
};

function refused(code: "vmdk_create_type" | "vmdk_names_extent", sentence: string): Finding {
  return { format: "vmdk", virtual_size_bytes: undefined, unsafe: [unsafe(code, sentence)] };
}

/** As lenient as the readers are: comment and blank lines first, then `version=`; or the usual first line. */
function looksLikeDescriptor(head: Buffer): boolean {
  const text = head.toString("latin1", 0, Math.min(head.length, 64 * 1024));
  if (/^# *Disk *DescriptorFile/i.test(text)) return true;
  for (const line of text.split("\n", 4096)) {
    if (/^\s*(#|$)/.test(line)) continue;
    return /^\s*(version|CID|parentCID|createType)\s*=/i.test(line);
  }
  return false;
}

function sparse({ head, tail, size_bytes }: Window): Finding {
  const capacity = u64le(head, 12) * BigInt(sector_bytes);
  const found: Unsafe[] = [];
  const version = u32le(head, 4);
  // A capacity of zero makes QEMU read the embedded descriptor as if it stood alone.
  if (version < 1 || version > 3 || capacity === 0n || u64le(head, 20) === 0n) {
    found.push(unsafe("header_invalid", "The VMDK header is damaged or of an unknown version."));
  }
  found.push(...embeddedDescriptor(head));
  if (u64le(head, 56) === directoryAtEnd && !footerAgrees(head, tail, size_bytes)) {
    found.push(unsafe("vmdk_footer_differs", "The footer of the VMDK is missing or contradicts its header."));
  }
  return { format: "vmdk", virtual_size_bytes: sizeOf(capacity), unsafe: found };
}

function embeddedDescriptor(head: Buffer): Unsafe[] {
  const offset = u64le(head, 28) * BigInt(sector_bytes);
  const length = u64le(head, 36) * BigInt(sector_bytes);
  const start = Number(offset);
  const end = Number(offset + length);
  if (start < sector_bytes || length === 0n || length > BigInt(descriptorMax_bytes) || end > head.length) {
    return [unsafe("vmdk_descriptor_invalid", "The VMDK has no descriptor where one must be.")];
  }
  return vmdkDescriptorFaults(head.subarray(start, end));
}

/** Footer marker, copy of the header, end-of-stream marker: the last three sectors. Only the directory's place may differ. */
function footerAgrees(head: Buffer, tail: Buffer, size_bytes: number): boolean {
  const at = tail.length - 3 * sector_bytes;
  if (at < 0 || size_bytes < 4 * sector_bytes || u32le(tail, at + 12) !== 3) return false;
  const footer = tail.subarray(at + sector_bytes, at + 2 * sector_bytes);
  const same = (from: number, to: number): boolean => head.subarray(from, to).equals(footer.subarray(from, to));
  return textAt(footer, 0, "KDMV") && u64le(footer, 56) !== directoryAtEnd && same(4, 48) && same(73, 79);
}
