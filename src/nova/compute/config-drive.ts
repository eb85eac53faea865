/**
 * The config drive: an ISO image with the label `config-2` that carries what the metadata service would say, for guests
 * that read a disk rather than the network. Files are written to a folder of their own and packed by genisoimage.
 */
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Interface, ServerOrder } from "#contracts/nova/order.ts";
import { exec } from "#platform/exec/exec.ts";

export interface ConfigDriveOptions {
  /** Where images are made; the hypervisor takes them from there. */
  dir: string;
  /** The files of the drive, by their path on it. */
  content(server: ServerOrder, interfaces: readonly Interface[]): Record<string, string | Uint8Array>;
  /** False where guests are simulated: nobody reads a drive, and no program to make one is needed. */
  guests_are_real: boolean;
}

export type ConfigDrive = (server: ServerOrder, interfaces: readonly Interface[]) => Promise<string>;

export function makeConfigDrive(options: ConfigDriveOptions): ConfigDrive {
  return async (server, interfaces) => {
    await mkdir(options.dir, { recursive: true, mode: 0o700 });
    const path = join(options.dir, `${server.id}.iso`);
    const folder = await mkdtemp(join(options.dir, "making-"));
    try {
      await writeTree(folder, options.content(server, interfaces));
      if (options.guests_are_real) await pack(folder, `${path}.part`);
      else await writeFile(`${path}.part`, "simulated config drive\n");
      await rename(`${path}.part`, path);
      return path;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function writeTree(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

async function pack(folder: string, path: string): Promise<void> {
  await exec([
    "genisoimage",
    "-quiet",
    "-o",
    path,
    "-ldots",
    "-allow-lowercase",
    "-allow-multidot",
    "-l",
    "-J",
    "-r",
    "-V",
    "config-2",
    folder,
  ]);
}
