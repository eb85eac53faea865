/** Writes a "newc" cpio archive, the format of a Linux initramfs. Everything belongs to root and has no time. */

export interface CpioEntry {
  /** Without a leading slash; parents come first. */
  name: string;
  kind: "file" | "folder" | "link";
  /** Content of a file, or target of a link. */
  content?: Uint8Array | string;
  executable?: boolean;
}

const kinds = { file: 0o100_000, folder: 0o040_000, link: 0o120_000 };

export function makeCpio(entries: readonly CpioEntry[]): Buffer {
  const members = entries.map((entry, index) =>
    member(entry.name, modeOf(entry), Buffer.from(entry.content ?? ""), index + 1),
  );
  return Buffer.concat([...members, member("TRAILER!!!", 0, Buffer.alloc(0), 0)]);
}

function modeOf(entry: CpioEntry): number {
  const rights = entry.kind === "file" && !entry.executable ? 0o644 : 0o755;
  return kinds[entry.kind] + rights;
}

function member(name: string, mode: number, content: Buffer, inode: number): Buffer {
  const links = mode >= kinds.folder && mode < kinds.file ? 2 : 1;
  // inode, mode, uid, gid, links, time, size, device (2), real device (2), length of the name, checksum
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
  return Buffer.concat([padded(Buffer.from(header)), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
