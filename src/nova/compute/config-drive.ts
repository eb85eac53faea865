/**
 * The config drive: an ISO image with the label `config-2` that carries what the metadata service would say, for guests
 * that read a disk rather than the network. Files are written to a folder of their own and packed by genisoimage.
 */
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
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

/** The drives of this host. They hold user data and passwords: none stays behind its server. */
export interface ConfigDrives {
  /** Builds the drive of a server; returns its path. */
  make(server: ServerOrder, interfaces: readonly Interface[]): Promise<string>;
  /** Harmless when there is none. */
  remove(server_id: string): Promise<void>;
  /** Ids of the servers that have one. */
  list(): Promise<string[]>;
  /** Removes what a crash left half made. */
  sweep(): Promise<void>;
}

const scratch = "making-";

export function makeConfigDrives(options: ConfigDriveOptions): ConfigDrives {
  const pathOf = (server_id: string): string => join(options.dir, `${server_id}.iso`);
  return {
    make: (server, interfaces) => make(options, pathOf(server.id), server, interfaces),
    async remove(server_id) {
      await rm(pathOf(server_id), { force: true });
      await rm(`${pathOf(server_id)}.part`, { force: true });
    },
    async list() {
      const names = await readdir(options.dir).catch(() => []);
      return [...new Set(names.flatMap((name) => /^(.+)\.iso(?:\.part)?$/.exec(name)?.[1] ?? []))];
    },
    async sweep() {
      const names = await readdir(options.dir).catch(() => []);
      const left = names.filter((name) => name.startsWith(scratch));
      await Promise.all(left.map((name) => rm(join(options.dir, name), { recursive: true, force: true })));
    },
  };
}
async function make(
  options: ConfigDriveOptions,
  path: string,
  server: ServerOrder,
  interfaces: readonly Interface[],
): Promise<string> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(options.dir, scratch));
  try {
    await writeTree(folder, options.content(server, interfaces));
    if (options.guests_are_real) await pack(folder, `${path}.part`);
    else await writeFile(`${path}.part`, "simulated config drive\n");
    await rename(`${path}.part`, path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
