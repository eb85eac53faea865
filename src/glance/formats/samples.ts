/** Hand-made headers for tests: the smallest bytes that are a disc of a format, with the dangerous parts to be set. */

export interface Qcow2Options {
  version?: number;
  size_bytes?: number;
  backing?: string;
  features?: bigint;
  dataFileName?: string;
}

export function qcow2(options: Qcow2Options = {}): Buffer {
  const bytes = Buffer.alloc(256 * 1024);
  bytes.write("QFI\xfb", 0, "latin1");
  bytes.writeUInt32BE(options.version ?? 3, 4);
  bytes.writeUInt32BE(16, 20);
  bytes.writeBigUInt64BE(BigInt(options.size_bytes ?? 1 << 30), 24);
  bytes.writeUInt32BE(2, 36);
  if (options.version !== 2) {
    bytes.writeBigUInt64BE(options.features ?? 0n, 72);
    bytes.writeUInt32BE(4, 96);
    bytes.writeUInt32BE(104, 100);
  }
  if (options.dataFileName !== undefined) {
    bytes.writeUInt32BE(0x44415441, 104);
    bytes.writeUInt32BE(options.dataFileName.length, 108);
    bytes.write(options.dataFileName, 112, "latin1");
  }
  if (options.backing !== undefined) {
    bytes.writeBigUInt64BE(1024n, 8);
    bytes.writeUInt32BE(options.backing.length, 16);
    bytes.write(options.backing, 1024, "latin1");
  }
  return bytes;
}

export function vmdkText(createType: string, extent: string, more = ""): string {
  return `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="${createType}"\n${more}\n# Extent description\n${extent}\n\n# The Disk Data Base\n#DDB\n\nddb.virtualHWVersion = "4"\n`;
}

/** A sparse extent with an embedded descriptor of 20 sectors at sector 1. */
export function vmdk(
  text = vmdkText("monolithicSparse", 'RW 2097152 SPARSE "disc.vmdk"'),
  capacity_sectors = 2097152,
): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  bytes.write("KDMV", 0, "latin1");
  bytes.writeUInt32LE(1, 4);
  bytes.writeBigUInt64LE(BigInt(capacity_sectors), 12);
  bytes.writeBigUInt64LE(128n, 20);
  bytes.writeBigUInt64LE(1n, 28);
  bytes.writeBigUInt64LE(20n, 36);
  bytes.writeUInt32LE(512, 44);
  bytes.write(text, 512, "latin1");
  return bytes;
}

export function vhdFooter(size_bytes: number, type: number): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write("conectix", 0, "latin1");
  bytes.writeBigUInt64BE(BigInt(size_bytes), 40);
  bytes.writeBigUInt64BE(BigInt(size_bytes), 48);
  bytes.writeUInt32BE(type, 60);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.writeUInt32BE(~sum >>> 0, 64);
  return bytes;
}

export function vdi(type = 1, parent = 0): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write("<<< a disc >>>\n", 0, "latin1");
  bytes.writeUInt32LE(0xbeda107f, 64);
  bytes.writeUInt32LE(0x0001_0001, 68);
  bytes.writeUInt32LE(type, 76);
  bytes.writeBigUInt64LE(1n << 30n, 368);
  bytes[440] = parent;
  return bytes;
}

/** VHDX with its metadata at 1 MiB. */
export function vhdx(flags = 0): Buffer {
  const bytes = Buffer.alloc(2 * 1024 * 1024);
  bytes.write("vhdxfile", 0, "latin1");
  for (const table of [192 * 1024, 256 * 1024]) {
    bytes.write("regi", table, "latin1");
    bytes.writeUInt32LE(1, table + 8);
    bytes.write("06a27c8b90479a4bb8fe575f050f886e", table + 16, "hex");
    bytes.writeBigUInt64LE(BigInt(1024 * 1024), table + 32);
    bytes.writeUInt32LE(1024 * 1024, table + 40);
  }
  const region = bytes.subarray(1024 * 1024);
  region.write("metadata", 0, "latin1");
  region.writeUInt16LE(2, 10);
  region.write("3767a1ca36fa434db3b633f0aa44e76b", 32, "hex");
  region.writeUInt32LE(65536, 48);
  region.write("2442a52f1bcd7648b2115dbed83bf4b8", 64, "hex");
  region.writeUInt32LE(65544, 80);
  region.writeUInt32LE(flags, 65540);
  region.writeBigUInt64LE(1n << 31n, 65544);
  return bytes;
}

export function iso(): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  bytes[32768] = 1;
  bytes.write("CD001", 32769, "latin1");
  bytes[34816] = 255;
  bytes.write("CD001", 34817, "latin1");
  return bytes;
}

/** A disc with the given MBR partition types, and a GPT header when asked. */
export function partitioned(types: number[], gpt: boolean): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  for (const [index, type] of types.entries()) {
    const at = 446 + index * 16;
    bytes[at + 4] = type;
    bytes.writeUInt32LE(1, at + 8);
    bytes.writeUInt32LE(100, at + 12);
  }
  bytes.writeUInt16LE(0xaa55, 510);
  if (gpt) bytes.write("EFI PART", 512, "latin1");
  return bytes;
}

export function luks(version = 2): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  bytes.write("LUKS\xba\xbe", 0, "latin1");
  bytes.writeUInt16BE(version, 6);
  return bytes;
}
