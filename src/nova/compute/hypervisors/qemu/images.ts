/** Root disks: qcow2 overlays on a base image, made and grown by `qemu-img`, which is always told the format. */
import { access, chmod, chown, rename, rm, stat, statfs } from "node:fs/promises";
import { exec, ExecError } from "#platform/exec/exec.ts";
import { HypervisorError } from "../hypervisor-error.ts";
import type { DiskFormat, GuestDefinition, RootDisk } from "../hypervisor.ts";
import type { GuestPaths, QemuContext } from "./context.ts";

const gib = 1024 ** 3;

interface ImageInfo {
  "virtual-size": number;
  "backing-filename"?: string;
  "format-specific"?: { data?: { "data-file"?: string } };
}

/** Makes the overlay if it is not there, and grows it if it is smaller than wanted. */
export async function ensureRootDisk(
  context: QemuContext,
  root: RootDisk & { kind: "image" },
  paths: GuestPaths,
): Promise<void> {
  if (await exists(paths.rootDisk)) {
    const now = await imageInfo(context, paths.rootDisk, "qcow2");
    if (root.size_gb * gib > now["virtual-size"])
      await qemuImg(context, ["resize", "-q", "-f", "qcow2", paths.rootDisk, `${root.size_gb}G`]);
    return;
  }
  await refuseFullDisk(context);
  if (!(await exists(root.base_path)))
    throw new HypervisorError("image_missing", `there is no image ${root.base_path}`);
  const base = await imageInfo(context, root.base_path, root.base_format);
  refuseUnsafe(root.base_path, base);
  const size_bytes = root.size_gb === 0 ? base["virtual-size"] : root.size_gb * gib;
  if (size_bytes < base["virtual-size"]) {
    throw new HypervisorError("image_too_large", `the image has ${base["virtual-size"]} bytes, the disk ${size_bytes}`);
  }
  const half = `${paths.rootDisk}.half`;
  await rm(half, { force: true });
  await qemuImg(context, [
    "create",
    "-q",
    "-f",
    "qcow2",
    "-b",
    root.base_path,
    "-F",
    root.base_format,
    half,
    String(size_bytes),
  ]);
  await rename(half, paths.rootDisk);
}

/** Gives a file to the user guests run as, so that only it and root can read it. */
export async function handOver(context: QemuContext, path: string): Promise<void> {
  if (!context.user || !(await stat(path)).isFile()) return;
  await chown(path, context.user.uid, context.user.gid);
  await chmod(path, 0o600);
}

/** Checks that every file the guest needs is there and hands over those it writes to. */
export async function prepareFiles(context: QemuContext, guest: GuestDefinition, paths: GuestPaths): Promise<void> {
  const { root, kernel } = guest;
  if (root.kind === "image") {
    await requireFile(root.base_path, "image_missing", "the base image");
    await requireFile(paths.rootDisk, "disk_missing", "the root disk");
    await handOver(context, paths.rootDisk);
  }
  for (const disk of [...(root.kind === "volume" ? [root.disk] : []), ...guest.disks]) {
    await requireFile(disk.path, "disk_missing", `volume ${disk.volume_id}`);
    if (disk.read_only !== true) await handOver(context, disk.path);
  }
  for (const path of [guest.config_drive_path, kernel?.kernel_path, kernel?.initrd_path]) {
    if (path !== undefined) await requireFile(path, "disk_missing", "the config drive, kernel or ramdisk");
  }
}

export async function requireFile(path: string, code: "image_missing" | "disk_missing", what: string): Promise<void> {
  if (!(await exists(path))) throw new HypervisorError(code, `${what} is not at ${path}`);
}

async function imageInfo(context: QemuContext, path: string, format: DiskFormat): Promise<ImageInfo> {
  // -U: other guests may be running on the same base. The fields read are checked by those who read them.
  return JSON.parse(await qemuImg(context, ["info", "-U", "--output=json", "-f", format, path])) as ImageInfo;
}

/** An uploaded image must not make QEMU open other files of the host. */
function refuseUnsafe(path: string, info: ImageInfo): void {
  const other = info["backing-filename"] ?? info["format-specific"]?.data?.["data-file"];
  if (other !== undefined) throw new HypervisorError("image_unsafe", `image ${path} refers to another file: ${other}`);
}

async function refuseFullDisk({ instances_dir, reserve_mb }: QemuContext): Promise<void> {
  const { bavail, bsize } = await statfs(instances_dir);
  const free_mb = Math.floor((bavail * bsize) / 1024 ** 2);
  if (free_mb < reserve_mb) {
    throw new HypervisorError(
      "no_disk_space",
      `${instances_dir} has ${free_mb} MiB free, and ${reserve_mb} MiB are to stay free`,
    );
  }
}

async function qemuImg({ qemu_img_program }: QemuContext, args: string[]): Promise<string> {
  try {
    return (await exec([qemu_img_program, ...args])).stdout;
  } catch (cause) {
    const reason = cause instanceof ExecError ? cause.stderr : String(cause);
    if (reason.includes("ENOENT"))
      throw new HypervisorError("hypervisor_missing", `${qemu_img_program} is not installed`, { cause });
    if (reason.includes("No space left")) throw new HypervisorError("no_disk_space", reason.trim(), { cause });
    throw new HypervisorError("operation_failed", `qemu-img ${args[0] ?? ""}: ${reason.trim()}`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
