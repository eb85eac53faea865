/** The files of the guest's root: busybox, a few programs of this machine with their libraries, kernel modules, our scripts. */
import { chmod, copyFile, cp, mkdir, realpath, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { exec } from "#platform/exec/exec.ts";
import { moduleFiles, type Kernel } from "./modules.ts";
import { copiedPrograms, guestModules, programLinks } from "./packages.ts";

export interface RootTreeParts {
  kernel: Kernel;
  /** Folder with the unpacked dynamic busybox: it asks libc for names, which the static one cannot. */
  busybox: string;
  /** Our own files. */
  rootfs: string;
}

const folders = [
  "dev",
  "proc",
  "sys",
  "run",
  "tmp",
  "mnt",
  "etc/dropbear",
  "lib",
  "lib64",
  "root",
  "home/cumulet",
  "usr",
  "usr/lib",
];
const deepFolders = ["bin", "boot", "var/log", "var/lib/cumulet", "etc/acpi/PWRF", "usr/share/udhcpc"];

/** Fills `tree`, which is emptied first. */
export async function makeRootTree(tree: string, parts: RootTreeParts): Promise<void> {
  await rm(tree, { recursive: true, force: true });
  for (const folder of [...folders, ...deepFolders]) await mkdir(path.join(tree, folder), { recursive: true });
  // One folder of programs under four names, so that no search path misses one.
  await symlink("bin", path.join(tree, "sbin"));
  for (const name of ["bin", "sbin"]) await symlink("../bin", path.join(tree, "usr", name));
  await installBusybox(tree, parts.busybox);
  for (const program of copiedPrograms) await installProgram(tree, program);
  for (const [name, target] of Object.entries(programLinks)) await relink(target, path.join(tree, "bin", name));
  await copyFile("/etc/mke2fs.conf", path.join(tree, "etc/mke2fs.conf"));
  await installModules(tree, parts.kernel);
  await overlay(parts.rootfs, tree);
  await chmod(path.join(tree, "etc/shadow"), 0o600);
  await chmod(path.join(tree, "root"), 0o700);
}

/** Our files over the tree; the four program folders are links, which a plain recursive copy would replace. */
async function overlay(rootfs: string, tree: string): Promise<void> {
  await cp(path.join(rootfs, "usr/sbin"), path.join(tree, "bin"), { recursive: true });
  await cp(path.join(rootfs, "usr/share"), path.join(tree, "usr/share"), { recursive: true });
  await cp(path.join(rootfs, "etc"), path.join(tree, "etc"), { recursive: true });
}

async function installBusybox(tree: string, unpacked: string): Promise<void> {
  const busybox = path.join(unpacked, "bin/busybox");
  await installProgram(tree, busybox);
  const { stdout } = await exec([busybox, "--list"]);
  for (const applet of stdout.split("\n").filter((name) => name !== "" && name !== "busybox")) {
    await symlink("busybox", path.join(tree, "bin", applet));
  }
}

async function installProgram(tree: string, program: string): Promise<void> {
  const target = path.join(tree, "bin", path.basename(program));
  await rm(target, { force: true });
  await copyFile(await realpath(program), target);
  await chmod(target, 0o755);
  const { stdout } = await exec(["ldd", program]);
  for (const library of stdout.match(/\/\S+(?= \(0x)/g) ?? []) {
    await mkdir(path.join(tree, path.dirname(library)), { recursive: true });
    await copyFile(await realpath(library), path.join(tree, library));
  }
}

async function relink(target: string, name: string): Promise<void> {
  await rm(name, { force: true });
  await symlink(target, name);
}

async function installModules(tree: string, kernel: Kernel): Promise<void> {
  const folder = path.join("lib/modules", kernel.release);
  const lists = ["modules.builtin", "modules.order"].map((name) => path.join(folder, name));
  for (const file of [...(await moduleFiles(kernel, guestModules)), ...lists]) {
    await mkdir(path.join(tree, path.dirname(file)), { recursive: true });
    await copyFile(path.join(kernel.folder, file), path.join(tree, file));
  }
  await exec(["depmod", "-b", tree, kernel.release]);
}
