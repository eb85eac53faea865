/** The text descriptor inside a VMDK: what it may say, and nothing else. */
import { unsafe, type Unsafe } from "./finding.ts";

const allowedTypes = new Set(["monolithicsparse", "streamoptimized"]);
const extentLine = /^\s*[a-z]+\s+\d+\s+[a-z0-9]+\b/i;
const ownExtent = /^(RW|RDONLY)\s+\d+\s+SPARSE\s+"[^"/\\:]+"\s*$/i;

/** Reasons why this embedded descriptor must not be opened; none when it describes the file it stands in and no other. */
export function vmdkDescriptorFaults(bytes: Buffer): Unsafe[] {
  const end = bytes.indexOf(0);
  const text = bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
  // Readers disagree on where the text ends; bytes after the first zero could be a second descriptor.
  if (end !== -1 && bytes.subarray(end).some((byte) => byte !== 0)) {
    return [unsafe("vmdk_descriptor_invalid", "The VMDK descriptor goes on after its end.")];
  }
  const lines = text.split(/\r\n|\n|\r/).filter((line) => !line.trimStart().startsWith("#"));
  return [...createTypeFaults(text, lines), ...extentFaults(lines), ...parentFaults(text, lines)];
}

function createTypeFaults(text: string, lines: string[]): Unsafe[] {
  const types = lines.flatMap((line) => /^\s*createType\s*=\s*"?([^"]*)"?\s*$/i.exec(line)?.[1] ?? []);
  const mentions = text.match(/createType/gi)?.length ?? 0;
  if (types.length !== 1 || mentions !== 1) {
    return [unsafe("vmdk_descriptor_invalid", "The VMDK descriptor must name its type exactly once.")];
  }
  return allowedTypes.has((types[0] ?? "").trim().toLowerCase())
    ? []
    : [unsafe("vmdk_create_type", "Only VMDK of the types monolithicSparse and streamOptimized are accepted.")];
}

function extentFaults(lines: string[]): Unsafe[] {
  const extents = lines.filter((line) => extentLine.test(line));
  const [only] = extents;
  return extents.length === 1 && only !== undefined && ownExtent.test(only.trim())
    ? []
    : [unsafe("vmdk_names_extent", "The VMDK descriptor names files other than itself.")];
}

function parentFaults(text: string, lines: string[]): Unsafe[] {
  const parents = lines.flatMap((line) => /^\s*parentCID\s*=\s*(\S*)\s*$/i.exec(line)?.[1] ?? []);
  const orphan = parents.every((value) => value.toLowerCase() === "ffffffff") && parents.length <= 1;
  const mentions = text.match(/parentCID/gi)?.length ?? 0;
  return orphan && mentions === parents.length && !/parentFileNameHint/i.test(text)
    ? []
    : [unsafe("vmdk_parent", "The VMDK refers to a parent disc.")];
}
