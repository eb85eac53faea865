/** Kernel modules: which files a module needs, in the order in which they must be loaded. */
import path from "node:path";
import { readdir } from "node:fs/promises";
import { exec } from "#platform/exec/exec.ts";
import { optionalModules } from "./packages.ts";

export interface Kernel {
  /** Folder with the unpacked kernel package. */
  folder: string;
  /** Such as 6.1.0-56-cloud-amd64. */
  release: string;
}

/** Makes the lists of modules that belong to an unpacked kernel package. */
export async function listModules(folder: string): Promise<void> {
  await exec(["depmod", "-b", folder, (await openKernel(folder)).release]);
}

export async function openKernel(folder: string): Promise<Kernel> {
  const [release] = await readdir(path.join(folder, "lib/modules"));
  if (release === undefined) throw new Error(`no kernel modules in ${folder}`);
  return { folder, release };
}

/**
 * Paths relative to the kernel's folder, without repetition; built-in modules have none. A missing module is an error,
 * except those in `optionalModules`, which are looked for as well.
 */
export async function moduleFiles(kernel: Kernel, names: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const name of [...names, ...optionalModules]) {
    const argv = ["modprobe", "-d", kernel.folder, "-S", kernel.release, "--show-depends", name] as const;
    const { stdout } = await exec(argv, { okCodes: optionalModules.includes(name) ? [0, 1] : [0] });
    for (const line of stdout.split("\n")) {
      const file = /^insmod (\S+)/.exec(line)?.[1];
      if (file !== undefined) files.add(path.relative(kernel.folder, path.resolve(kernel.folder, file)));
    }
  }
  return [...files];
}
