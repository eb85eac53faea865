/** Makes a raw file of a staged image. `qemu-img` is always told the format, and never opens what names other files. */
import { open, rename, stat, unlink } from "node:fs/promises";
import { exec } from "#platform/exec/exec.ts";
import { BackendError } from "../backend.ts";
import { named } from "./errors.ts";

export interface Conversion {
  staged: string;
  half: string;
  size_bytes: number;
  disk_format: string;
}

/** The image service's names of formats → QEMU's. */
const formats: Record<string, string> = {
  raw: "raw",
  iso: "raw",
  ami: "raw",
  ari: "raw",
  aki: "raw",
  qcow2: "qcow2",
  vdi: "vdi",
  vhd: "vpc",
  vhdx: "vhdx",
  vmdk: "vmdk",
};

interface ImageInfo {
  "virtual-size": number;
  "backing-filename"?: string;
  "format-specific"?: { data?: { "data-file"?: string; extents?: { filename?: string }[] } };
}

const hour_ms = 3_600_000;

export async function convertImage({ staged, half, size_bytes, disk_format }: Conversion): Promise<void> {
  const format = formats[disk_format];
  if (!format)
    throw new BackendError("image_format", `An image of format ${disk_format} cannot be made into a volume.`);
  const virtual_bytes = format === "raw" ? (await stat(staged)).size : await checkedSize(staged, format);
  if (virtual_bytes > size_bytes) {
    throw new BackendError("image_too_large", `The image has ${virtual_bytes} bytes, the volume ${size_bytes}.`);
  }
  await unlink(half).catch(() => undefined);
  if (format === "raw") await rename(staged, half);
  else
    await exec(["qemu-img", "convert", "-q", "-f", format, "-O", "raw", staged, half], { timeout_ms: hour_ms }).catch(
      named,
    );
  const handle = await open(half, "r+");
  try {
    await handle.truncate(size_bytes).catch(named);
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The image service has inspected the bytes; this is the second look, at what the reader itself finds. */
async function checkedSize(staged: string, format: string): Promise<number> {
  const { stdout } = await exec(["qemu-img", "info", "--output=json", "-f", format, staged]);
  const info = JSON.parse(stdout) as ImageInfo;
  const data = info["format-specific"]?.data;
  const others = [
    info["backing-filename"],
    data?.["data-file"],
    ...(data?.extents ?? []).map((extent) => extent.filename),
  ];
  const other = others.find((name) => name !== undefined && name !== staged);
  if (other !== undefined) throw new BackendError("image_unsafe", "The image refers to another file.");
  return info["virtual-size"];
}
