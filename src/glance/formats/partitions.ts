/** Partition tables of a raw disc: which kind there is, and whether two tables tell different stories. */
import { textAt, u16le, u32le } from "./bytes.ts";
import { unsafe, type Unsafe } from "./finding.ts";

export type PartitionTable = "gpt" | "mbr" | "none";

const table = 446;
const protective = 0xee;

/** Pure; `head` is the start of the disc. */
export function readPartitions(head: Buffer): { table: PartitionTable; unsafe: Unsafe[] } {
  const types = mbrTypes(head);
  const gpt = textAt(head, 512, "EFI PART") || textAt(head, 4096, "EFI PART");
  const claimed = types?.includes(protective) ?? false;
  if (!gpt && !claimed) return { table: types ? "mbr" : "none", unsafe: [] };
  const clear = gpt && claimed && types?.length === 1;
  const reason = unsafe("gpt_ambiguous", "The GPT of the image and its protective MBR contradict each other.");
  return { table: "gpt", unsafe: clear ? [] : [reason] };
}

/** Types of the used entries; undefined when sector 0 is not an MBR (boot code of a file system has the same end mark). */
function mbrTypes(head: Buffer): number[] | undefined {
  if (u16le(head, 510) !== 0xaa55) return undefined;
  const entries = [0, 1, 2, 3].map((index) => head.subarray(table + index * 16, table + index * 16 + 16));
  const shaped = entries.every((entry) => entry[0] === 0x00 || entry[0] === 0x80);
  const used = entries.filter((entry) => entry[4] !== 0 && u32le(entry, 12) > 0);
  return shaped && used.length > 0 ? used.map((entry) => entry[4] ?? 0) : undefined;
}
