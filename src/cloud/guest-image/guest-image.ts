/**
 * The public guest image: a tiny Linux of about 17 MB, built on this machine from Debian's packages, for trying a cloud
 * with real servers. It boots in about ten seconds even without hardware virtualisation, takes its address by DHCP, its
 * keys, name and user data from a config drive or 169.254.169.254, and powers off when asked to.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { assembleDisk, makeBootPartition, makeRootPartition, writeQcow2, type DiskParts } from "./disk.ts";
import { makeInitrd } from "./initrd.ts";
import { openKernel } from "./modules.ts";
import { makeRootTree } from "./root-tree.ts";
import { fetchSources, imageKey, resolveSources, type Sources } from "./sources.ts";

export interface GuestImageOptions {
  /** Scratch and cache: fetched packages stay here. Made when missing. */
  work_dir: string;
  /** Where the qcow2 goes; `<output_path>.key` beside it tells what it was made of. */
  output_path: string;
  /** Called as each step begins. */
  onStep?: (step: GuestImageStep) => void;
  /** Folder of this module's own files; a bundled release says where it put them. */
  files_dir?: string;
}

export interface GuestImageStep {
  /** For people. */
  title: string;
  /** From 1. */
  number: number;
  total: number;
}

export interface GuestImage {
  path: string;
  size_bytes: number;
  /** Same key, same image. */
  key: string;
  /** False when the image was there already. */
  built: boolean;
  /** Kernel release inside, such as 6.1.0-56-cloud-amd64. */
  kernel: string;
}

const titles = [
  "looking up packages",
  "fetching kernel and busybox",
  "making the root file system",
  "making the boot partition",
  "assembling the disc",
  "compressing",
] as const;

/** Builds the image unless the same one is there already. Errors: ExecError of the program that failed. */
export async function buildGuestImage(options: GuestImageOptions): Promise<GuestImage> {
  if (process.arch !== "x64")
    throw new Error("The guest image can be built on x86-64 only: syslinux starts no other machine.");
  const begin = (number: number): void =>
    options.onStep?.({ title: titles[number - 1] ?? "", number, total: titles.length });
  const files_dir = options.files_dir ?? import.meta.dirname;
  begin(1);
  const sources = await resolveSources(options.work_dir);
  const key = await imageKey(sources, files_dir);
  const kernel = sources.kernel_package.replace("linux-image-", "");
  if (!(await isCurrent(options.output_path, key))) {
    await mkdir(path.dirname(options.output_path), { recursive: true });
    const scratch = await mkdtemp(path.join(options.work_dir, "build-"));
    try {
      await removeStale(scratch);
      await build({ ...options, files_dir, scratch }, sources, begin);
      await writeFile(`${options.output_path}.key`, `${key}\n`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return { path: options.output_path, size_bytes: (await stat(options.output_path)).size, key, built: true, kernel };
  }
  return { path: options.output_path, size_bytes: (await stat(options.output_path)).size, key, built: false, kernel };
}

async function isCurrent(output_path: string, key: string): Promise<boolean> {
  const noted = await readFile(`${output_path}.key`, "utf8").catch(() => "");
  return noted.trim() === key && (await stat(output_path).catch(() => undefined)) !== undefined;
}

/** What killed builds left: scratch folders an hour older than ours. */
async function removeStale(scratch: string): Promise<void> {
  const now_ms = (await stat(scratch)).mtimeMs;
  const work_dir = path.dirname(scratch);
  for (const name of await readdir(work_dir)) {
    const folder = path.join(work_dir, name);
    if (!/^(build|fetch)-/.test(name) || now_ms - (await stat(folder)).mtimeMs < 3_600_000) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

type BuildOptions = GuestImageOptions & { files_dir: string; scratch: string };

async function build(options: BuildOptions, sources: Sources, begin: (number: number) => void): Promise<void> {
  const { scratch, output_path, files_dir } = options;
  begin(2);
  const unpacked = await fetchSources(options.work_dir, sources);
  const kernel = await openKernel(unpacked.kernel);
  const tree = path.join(scratch, "tree");
  const initrd = path.join(scratch, "initrd");
  const vmlinuz = path.join(unpacked.kernel, "boot", `vmlinuz-${kernel.release}`);
  const parts: DiskParts = { scratch, kernel: vmlinuz, initrd, tree, output_path };
  begin(3);
  await makeRootTree(tree, { kernel, busybox: unpacked.busybox, rootfs: path.join(files_dir, "rootfs") });
  const root = await makeRootPartition(parts);
  begin(4);
  await writeFile(initrd, await makeInitrd(kernel, unpacked.initrd_busybox, path.join(files_dir, "initrd/init")));
  const boot = await makeBootPartition(parts);
  begin(5);
  const disk = await assembleDisk(parts, boot, root);
  begin(6);
  await writeQcow2(disk, output_path);
}
