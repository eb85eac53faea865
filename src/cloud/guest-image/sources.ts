/** Which packages an image is made of, and their unpacked files. Archives are fetched once into the work folder. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { exec } from "#platform/exec/exec.ts";
import { listModules } from "./modules.ts";
import { copiedPackages, guestBusybox, guestKernelMeta, initrdBusybox } from "./packages.ts";

/** Exact versions; the image is a function of these and of the files of this folder. */
export interface Sources {
  /** Such as linux-image-6.1.0-56-cloud-amd64. */
  kernel_package: string;
  kernel_version: string;
  busybox_version: string;
  initrd_busybox_version: string;
  /** Installed package → version. */
  copied: Record<string, string>;
}

/** Asks apt what is current; without apt's lists, takes what an earlier build noted in the work folder. */
export async function resolveSources(work_dir: string): Promise<Sources> {
  const note = path.join(work_dir, "sources.json");
  await mkdir(work_dir, { recursive: true });
  const copied: Record<string, string> = {};
  for (const name of copiedPackages) {
    const { stdout } = await exec(["dpkg-query", "-W", "-f", "${Version}", name]);
    copied[name] = stdout.trim();
  }
  try {
    const { stdout } = await exec(["apt-cache", "depends", guestKernelMeta]);
    const kernel_package = /Depends: (linux-image-[0-9]\S*)/.exec(stdout)?.[1];
    if (kernel_package === undefined) throw new Error(`apt knows no ${guestKernelMeta}; run apt-get update`);
    const kernel_version = await candidate(kernel_package);
    const busybox_version = await candidate(guestBusybox);
    const initrd_busybox_version = await candidate(initrdBusybox);
    const sources = { kernel_package, kernel_version, busybox_version, initrd_busybox_version, copied };
    await writeFile(note, JSON.stringify(sources));
    return sources;
  } catch (error) {
    const noted = await readFile(note, "utf8").catch(() => undefined);
    if (noted === undefined) throw error;
    return { ...(JSON.parse(noted) as Sources), copied };
  }
}

async function candidate(name: string): Promise<string> {
  const { stdout } = await exec(["apt-cache", "policy", name]);
  const version = /Candidate: (\S+)/.exec(stdout)?.[1];
  if (version === undefined || version === "(none)") throw new Error(`apt offers no ${name}; run apt-get update`);
  return version;
}

/** Folders with the unpacked packages. */
export interface Unpacked {
  kernel: string;
  busybox: string;
  initrd_busybox: string;
}

/** Fetches what is missing. Builds in parallel do not disturb one another: a folder appears whole or not at all. */
export async function fetchSources(work_dir: string, sources: Sources): Promise<Unpacked> {
  const { kernel_package: name, kernel_version, busybox_version, initrd_busybox_version } = sources;
  return {
    kernel: await unpacked(work_dir, name, kernel_version, listModules),
    busybox: await unpacked(work_dir, guestBusybox, busybox_version),
    initrd_busybox: await unpacked(work_dir, initrdBusybox, initrd_busybox_version),
  };
}

type Prepare = (folder: string) => Promise<void>;

async function unpacked(work_dir: string, name: string, version: string, prepare?: Prepare): Promise<string> {
  const target = path.join(work_dir, "unpacked", `${name}_${version.replaceAll(/[^\w.+~-]/g, "_")}`);
  if (await stat(target).catch(() => undefined)) return target;
  await mkdir(path.dirname(target), { recursive: true });
  const scratch = await mkdtemp(path.join(work_dir, "fetch-"));
  try {
    const options = ["-q", "-o", "APT::Sandbox::User=root", "-o", "DPkg::Lock::Timeout=300"];
    await exec(["apt-get", ...options, "download", `${name}=${version}`], { cwd: scratch, timeout_ms: 600_000 });
    const archive = (await readdir(scratch)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get download left no package ${name}`);
    const files = path.join(scratch, "files");
    await exec(["dpkg-deb", "-x", path.join(scratch, archive), files]);
    await prepare?.(files);
    await rename(files, target).catch(unlessThere);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

/** Another build was quicker. */
function unlessThere(error: unknown): void {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
}

/** Recognises an image: same sources and same files of this folder, same key. 16 hex digits. */
export async function imageKey(sources: Sources, folder: string): Promise<string> {
  const hash = createHash("sha256").update(
    JSON.stringify([sources, Object.entries(sources.copied).sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
  const names = (await readdir(folder, { recursive: true })).sort();
  for (const name of names) {
    const file = path.join(folder, name);
    if (name.endsWith(".test.ts") || !(await stat(file)).isFile()) continue;
    hash.update(`\n${name}\n`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}
