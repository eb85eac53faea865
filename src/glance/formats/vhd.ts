/** VHD: the footer is the last sector; dynamic discs keep a copy of it in the first one. Differencing discs have a parent. */
import { sizeOf, textAt, u32be, u64be } from "./bytes.ts";
import { unsafe, type Detector, type Unsafe } from "./finding.ts";

const footer_bytes = 512;
const fixed = 2;
const dynamic = 3;
const differencing = 4;

export const detectVhd: Detector = ({ head, tail, size_bytes }) => {
  const last = tail.subarray(Math.max(tail.length - footer_bytes, 0));
  const atStart = textAt(head, 0, "conectix");
  const atEnd = size_bytes >= footer_bytes && textAt(last, 0, "conectix");
  if (!atStart && !atEnd) return undefined;
  const footer = atStart ? head.subarray(0, footer_bytes) : last;
  const found = faults(footer, atStart);
  if (atStart && atEnd && size_bytes > footer_bytes && !sameDisc(footer, last)) {
    found.push(unsafe("header_invalid", "The two footers of the VHD contradict each other."));
  }
  return { format: "vhd", virtual_size_bytes: sizeOf(u64be(footer, 48)), unsafe: found };
};

function faults(footer: Buffer, atStart: boolean): Unsafe[] {
  const type = u32be(footer, 60);
  if (type === differencing) return [unsafe("vhd_parent", "The VHD is a differencing disc and refers to a parent.")];
  const sound =
    footer.length === footer_bytes && type === (atStart ? dynamic : fixed) && checksum(footer) === u32be(footer, 64);
  return sound ? [] : [unsafe("header_invalid", "The VHD footer is damaged.")];
}

function sameDisc(one: Buffer, other: Buffer): boolean {
  return one.subarray(48, 64).equals(other.subarray(48, 64));
}

/** One's complement of the sum of all bytes without the checksum field itself. */
function checksum(footer: Buffer): number {
  const sum = footer.reduce((total, byte, at) => (at >= 64 && at < 68 ? total : total + byte), 0);
  return ~sum >>> 0;
}
