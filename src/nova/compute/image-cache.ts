/**
 * Images on this host, one file each, fetched once from Glance. A file appears under its name only when it is whole and
 * its checksum is right; what a crash leaves is a temporary file, swept at the next start.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exec } from "#platform/exec/exec.ts";
import { HopelessError } from "./failures.ts";

export interface CachedImage {
  path: string;
  format: "qcow2" | "raw";
}

/** What the cache needs to know of an image. */
export interface ImageFacts {
  id: string;
  disk_format: string;
  /** sha512 in hexadecimal; null when Glance has none. */
  os_hash_value: string | null;
}

export interface ImageCache {
  find(image_id: string): Promise<CachedImage | undefined>;
  /** Fetches and checks; several callers for one image share one download. */
  add(facts: ImageFacts, download: Download): Promise<CachedImage>;
  /** Removes what a crash left half-done. */
  sweep(): Promise<void>;
}

export interface ImageCacheOptions {
  dir: string;
  /** False where guests are simulated: then no bytes are ever read as a disk, and no qemu-img is needed. */
  guests_are_real: boolean;
}

export function makeImageCache(options: ImageCacheOptions): ImageCache {
  const { dir } = options;
  const underWay = new Map<string, Promise<CachedImage>>();
  const cache: ImageCache = {
    async find(image_id) {
      try {
        const image = JSON.parse(await readFile(join(dir, `${image_id}.json`), "utf8")) as CachedImage;
        await stat(image.path);
        return image;
      } catch {
        return undefined;
      }
    },
    add(facts, download) {
      const known = underWay.get(facts.id);
      if (known) return known;
      const fetching = fetchImage(options, facts, download).finally(() => underWay.delete(facts.id));
      underWay.set(facts.id, fetching);
      return fetching;
    },
    async sweep() {
      await mkdir(dir, { recursive: true, mode: 0o755 });
      const left = (await readdir(dir)).filter((name) => name.endsWith(".part"));
      await Promise.all(left.map((name) => rm(join(dir, name), { force: true })));
    },
  };
  return cache;
}

type Download = () => Promise<ReadableStream<Uint8Array>>;

async function fetchImage(options: ImageCacheOptions, facts: ImageFacts, download: Download): Promise<CachedImage> {
  const { dir } = options;
  await mkdir(dir, { recursive: true, mode: 0o755 });
  const part = join(dir, `${facts.id}.part`);
  await receive(part, await download(), facts);
  const image = options.guests_are_real ? await makeUsable(dir, part, facts) : await keepAsIs(dir, part, facts);
  await writeFile(join(dir, `${facts.id}.json`), JSON.stringify(image));
  return image;
}

async function receive(part: string, body: ReadableStream<Uint8Array>, facts: ImageFacts): Promise<void> {
  const hash = createHash("sha512");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      next(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(body as import("node:stream/web").ReadableStream),
    hashing,
    createWriteStream(part, { mode: 0o644 }),
  );
  if (facts.os_hash_value !== null && hash.digest("hex") !== facts.os_hash_value) {
    await rm(part, { force: true });
    throw new Error(`image ${facts.id} arrived with another checksum than Glance has`);
  }
}

async function keepAsIs(dir: string, part: string, facts: ImageFacts): Promise<CachedImage> {
  const path = join(dir, `${facts.id}.simulated`);
  await rename(part, path);
  return { path, format: facts.disk_format === "qcow2" ? "qcow2" : "raw" };
}

/** qcow2 and raw serve as they are; everything else is converted once. */
async function makeUsable(dir: string, part: string, facts: ImageFacts): Promise<CachedImage> {
  if (facts.disk_format === "raw" || facts.disk_format === "qcow2") {
    if (facts.disk_format === "qcow2") await refuseOutsideFiles(part, facts);
    const path = join(dir, `${facts.id}.${facts.disk_format}`);
    await rename(part, path);
    return { path, format: facts.disk_format };
  }
  const source = qemuFormats[facts.disk_format];
  if (!source)
    throw new HopelessError(`image ${facts.id} has the disk format ${facts.disk_format}, which no guest here can use`);
  const converted = join(dir, `${facts.id}.qcow2`);
  await exec(["qemu-img", "convert", "-f", source, "-O", "qcow2", part, `${converted}.part`], { timeout_ms: 600_000 });
  await rename(`${converted}.part`, converted);
  await rm(part, { force: true });
  return { path: converted, format: "qcow2" };
}

const qemuFormats: Record<string, string> = { vmdk: "vmdk", vdi: "vdi", vhd: "vpc", vhdx: "vhdx", iso: "raw" };

/** Glance has looked already; this host runs the guest, so it looks again: no file of the host may hang on an image. */
async function refuseOutsideFiles(path: string, facts: ImageFacts): Promise<void> {
  const { stdout } = await exec(["qemu-img", "info", "-f", "qcow2", "--output=json", path]);
  const info = JSON.parse(stdout) as {
    "backing-filename"?: string;
    "format-specific"?: { data?: { "data-file"?: string } };
  };
  if (info["backing-filename"] !== undefined || info["format-specific"]?.data?.["data-file"] !== undefined) {
    await rm(path, { force: true });
    throw new HopelessError(`image ${facts.id} refers to a file outside itself`);
  }
}
