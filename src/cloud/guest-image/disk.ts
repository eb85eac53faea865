/**
 * One disc from its parts, without mounting anything: MBR, a FAT partition with syslinux, kernel and initrd, and an ext4
 * root with a journal, so that a hard reset does no harm. Sizes are bytes.
 */
import { open, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { exec } from "#platform/exec/exec.ts";

export interface DiskParts {
  /** Folder for intermediate files. */
  scratch: string;
  kernel: string;
  initrd: string;
  /** Folder that becomes the root file system. */
  tree: string;
  output_path: string;
}

const mib = 1024 * 1024;
const sector = 512;
const bootStart = mib;
const rootSize = 48 * mib;
const masterBootRecord = "/usr/lib/syslinux/mbr/mbr.bin";

const bootMenu = `SERIAL 0 115200
DEFAULT cumulet
PROMPT 0
TIMEOUT 0
LABEL cumulet
 KERNEL vmlinuz
 INITRD initrd
 APPEND root=/dev/vda2 rw console=tty0 console=ttyS0,115200 no_timer_check tsc=reliable panic=10 quiet
`;

async function emptyFile(file: string, size: number): Promise<string> {
  await rm(file, { force: true });
  await writeFile(file, "");
  await truncate(file, size);
  return file;
}

/** FAT16 with the boot loader; returns the file. */
export async function makeBootPartition(parts: DiskParts): Promise<string> {
  const payload = (await stat(parts.kernel)).size + (await stat(parts.initrd)).size;
  const size = Math.max(Math.ceil(payload / mib) + 2, 17) * mib;
  const boot = await emptyFile(path.join(parts.scratch, "boot.raw"), size);
  const menu = path.join(parts.scratch, "syslinux.cfg");
  await writeFile(menu, bootMenu);
  await exec(["mkfs.vfat", "-F", "16", "-n", "BOOT", "-i", "43554d55", boot]);
  const files = [
    [parts.kernel, "vmlinuz"],
    [parts.initrd, "initrd"],
    [menu, "syslinux.cfg"],
  ] as const;
  for (const [from, name] of files) await exec(["mcopy", "-i", boot, from, `::${name}`]);
  await exec(["syslinux", "--install", boot]);
  return boot;
}

/** ext4 filled from the tree; may grow to a terabyte while mounted. Returns the file. */
export async function makeRootPartition(parts: DiskParts): Promise<string> {
  const root = await emptyFile(path.join(parts.scratch, "root.raw"), rootSize);
  const extended = `root_owner=0:0,resize=${2 ** 28},hash_seed=43554d55-4c45-5400-0000-000000000001`;
  const layout = ["-b", "4096", "-J", "size=4", "-m", "0", "-N", "8192", "-E", extended];
  const identity = ["-L", "root", "-U", "43554d55-4c45-5400-0000-000000000002"];
  // Without root the owner of the files would be the builder; fakeroot shows them as root's.
  const prefix = process.getuid?.() === 0 ? [] : ["fakeroot", "--"];
  const argv = [...prefix, "mke2fs", "-q", "-F", "-t", "ext4", ...layout, ...identity, "-d", parts.tree, root];
  await exec(argv as [string, ...string[]]);
  return root;
}

/** Partition table, boot code and both partitions in one raw file; returns the file. */
export async function assembleDisk(parts: DiskParts, boot: string, root: string): Promise<string> {
  const bootSize = (await stat(boot)).size;
  const disk = await emptyFile(path.join(parts.scratch, "disk.raw"), bootStart + bootSize + rootSize);
  const bootLine = `start=${bootStart / sector}, size=${bootSize / sector}, type=e, bootable`;
  const rootLine = `start=${(bootStart + bootSize) / sector}, size=${rootSize / sector}, type=83`;
  const table = `label: dos\nlabel-id: 0x43554d55\n${bootLine}\n${rootLine}\n`;
  await exec(["sfdisk", "-q", disk], { input: table });
  await copyInto(disk, masterBootRecord, 0, 440);
  await copyInto(disk, boot, bootStart);
  await copyInto(disk, root, bootStart + bootSize);
  return disk;
}

/** Compressed qcow2; appears under its name only when it is whole. */
export async function writeQcow2(disk: string, output_path: string): Promise<void> {
  const half = `${output_path}.${process.pid}.half`;
  const convert = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", disk, half] as const;
  await exec(convert, { timeout_ms: 300_000 });
  await rename(half, output_path);
}

/** Copies a file into another at a place, leaving holes where it is zero. */
async function copyInto(target: string, source: string, at: number, limit = Number.POSITIVE_INFINITY): Promise<void> {
  const from = await open(source, "r");
  const to = await open(target, "r+");
  try {
    const buffer = Buffer.alloc(mib);
    for (let position = 0; position < limit;) {
      const { bytesRead } = await from.read(buffer, 0, Math.min(mib, limit - position), position);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      if (piece.some((byte) => byte !== 0)) await to.write(piece, 0, bytesRead, at + position);
      position += bytesRead;
    }
  } finally {
    await from.close();
    await to.close();
  }
}
