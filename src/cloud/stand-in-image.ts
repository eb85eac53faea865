/** The image of a simulated cloud: an empty qcow2 of 64 KiB whose header is right, labelled by its name and properties. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const cluster_bytes = 65_536;
const virtual_bytes = 64 * 1024 * 1024;

/** Header, refcount table, one refcount block, an empty L1 table: four clusters. Layout: QEMU's qcow2 specification. */
function emptyQcow2(): Buffer {
  const file = Buffer.alloc(4 * cluster_bytes);
  file.write("QFI\xfb", 0, "latin1");
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(16, 20);
  file.writeBigUInt64BE(BigInt(virtual_bytes), 24);
  file.writeUInt32BE(1, 36);
  file.writeBigUInt64BE(BigInt(3 * cluster_bytes), 40);
  file.writeBigUInt64BE(BigInt(cluster_bytes), 48);
  file.writeUInt32BE(1, 56);
  file.writeUInt32BE(4, 96);
  file.writeUInt32BE(104, 100);
  file.writeBigUInt64BE(BigInt(2 * cluster_bytes), cluster_bytes);
  for (let cluster = 0; cluster < 4; cluster += 1) file.writeUInt16BE(1, 2 * cluster_bytes + 2 * cluster);
  return file;
}

/** Writes it into the state folder and returns its path. */
export async function standIn(state_dir: string): Promise<string> {
  const path = join(state_dir, "simulated-image.qcow2");
  await writeFile(path, emptyQcow2());
  return path;
}
