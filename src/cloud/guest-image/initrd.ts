/** The initrd: a static busybox, the modules that find the root disk, and one script. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { exec } from "#platform/exec/exec.ts";
import { makeCpio, type CpioEntry } from "./cpio.ts";
import { moduleFiles, type Kernel } from "./modules.ts";
import { bootModules } from "./packages.ts";

/** Bytes of the compressed initrd. `unpacked` is the folder with the static busybox, `init` the script. */
export async function makeInitrd(kernel: Kernel, unpacked: string, init: string): Promise<Buffer> {
  const staticBusybox = path.join(unpacked, "bin/busybox");
  const files = await moduleFiles(kernel, bootModules);
  const applets = (await exec([staticBusybox, "--list"])).stdout
    .split("\n")
    .filter((name) => name !== "" && name !== "busybox");
  const folders = ["bin", "dev", "lib", "newroot", "proc", "sys"].map((name): CpioEntry => ({ name, kind: "folder" }));
  const links = applets.map((name): CpioEntry => ({ name: `bin/${name}`, kind: "link", content: "busybox" }));
  const modules = await Promise.all(
    files.map((file) => fileEntry(`lib/${path.basename(file)}`, path.join(kernel.folder, file))),
  );
  const order = `${files.map((file) => path.basename(file)).join("\n")}\n`;
  const archive = makeCpio([
    ...folders,
    { ...(await fileEntry("init", init)), executable: true },
    { ...(await fileEntry("bin/busybox", staticBusybox)), executable: true },
    ...links,
    ...modules,
    { name: "lib/order", kind: "file", content: order },
  ]);
  return gzipSync(archive, { level: 9 });
}

async function fileEntry(name: string, file: string): Promise<CpioEntry> {
  return { name, kind: "file", content: await readFile(file) };
}
