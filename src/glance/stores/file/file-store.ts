/**
 * Images as files of one folder. An object appears under its name only when it is whole and on the disc: it is written
 * to `.incoming`, flushed, then linked (which, unlike a rename, fails when the name is taken). A crash leaves at most a
 * file in `.incoming`, which `sweep` removes.
 */
import { constants, createReadStream } from "node:fs";
import { link, mkdir, open, opendir, stat, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import { makeIntake, orAborted, type Intake } from "../intake.ts";
import {
  requireStoreId,
  resolveRange,
  StoreError,
  type ImageStore,
  type StoreEntry,
  type WriteOptions,
} from "../store.ts";

export interface FileStoreParts {
  /** Made when missing, readable by its owner and group only. */
  folder: string;
  clock: Clock;
  ids: Ids;
}

const readChunk_bytes = 256 * 1024;

export async function openFileStore(parts: FileStoreParts): Promise<ImageStore> {
  const incoming = path.join(parts.folder, ".incoming");
  await mkdir(incoming, { recursive: true, mode: 0o750 });
  const fileOf = (id: string): string => {
    requireStoreId(id);
    return path.join(parts.folder, id);
  };
  const sizeOf = async (id: string): Promise<number> => (await stat(fileOf(id)).catch(absent)).size;
  /** Unfinished writes of this process, which no sweep may take. */
  const busy = new Set<string>();

  return {
    async write(id, source, options = {}) {
      const target = fileOf(id);
      if (await exists(target)) throw alreadyStored();
      const temporary = path.join(incoming, `${id}.${parts.ids.hex()}`);
      busy.add(temporary);
      const intake = makeIntake(options);
      try {
        return await writeWhole({ source, temporary, target, intake, options });
      } finally {
        intake.close();
        await unlink(temporary).catch(() => undefined);
        busy.delete(temporary);
      }
    },
    async read(id, range = {}) {
      const stretch = resolveRange(range, await sizeOf(id));
      if (!stretch) return Readable.from([]);
      return createReadStream(fileOf(id), { ...stretch, highWaterMark: readChunk_bytes });
    },
    size: sizeOf,
    async delete(id) {
      const gone = await unlink(fileOf(id)).catch(missing);
      await flushFolder(parts.folder);
      return gone !== "missing";
    },
    list: () => listFolder(parts.folder),
    sweep: (age_ms) => sweepFolder(incoming, parts.clock.now() - age_ms, busy),
    async pathFor(id) {
      await sizeOf(id);
      return fileOf(id);
    },
  };
}

interface WholeWrite {
  source: AsyncIterable<Uint8Array>;
  temporary: string;
  target: string;
  intake: Intake;
  options: WriteOptions;
}

async function writeWhole({ source, temporary, target, intake, options }: WholeWrite) {
  const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o640).catch(named);
  try {
    const bytes = Readable.from(intake.batches(source), { objectMode: true, highWaterMark: 1 });
    const write = (chunks: AsyncIterable<Uint8Array>): Promise<void> => writeChunks(file, chunks);
    await orAborted(pipeline(bytes, write, { signal: options.signal }), options.signal);
    const stored = await intake.finish();
    await file.sync().catch(named);
    options.signal?.throwIfAborted();
    await link(temporary, target).catch(named);
    await flushFolder(path.dirname(target));
    return stored;
  } finally {
    await file.close();
  }
}

async function writeChunks(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) await writeAll(file, chunk);
}

/** A write may take a part only, when the disc is nearly full or a signal comes. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at, chunk.length - at).catch(named)).bytesWritten;
}

/** Makes the names in a folder survive a power failure. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listFolder(folder: string): AsyncGenerator<StoreEntry> {
  for await (const entry of await opendir(folder)) {
    if (!entry.isFile()) continue;
    const found = await stat(path.join(folder, entry.name)).catch(missing);
    if (found !== "missing") yield { id: entry.name, size_bytes: found.size };
  }
}

async function sweepFolder(incoming: string, before_ms: number, busy: ReadonlySet<string>): Promise<number> {
  let count = 0;
  for await (const entry of await opendir(incoming)) {
    const file = path.join(incoming, entry.name);
    if (busy.has(file)) continue;
    const found = await stat(file).catch(missing);
    if (found === "missing" || found.mtimeMs > before_ms) continue;
    if ((await unlink(file).catch(missing)) !== "missing") count += 1;
  }
  return count;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(missing)) !== "missing";
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

function missing(error: unknown): "missing" {
  if (codeOf(error) === "ENOENT") return "missing";
  throw error;
}

const alreadyStored = (): StoreError => new StoreError("already_stored", "The image has its data already.");

function absent(error: unknown): never {
  if (codeOf(error) === "ENOENT") throw new StoreError("not_found", "The image has no data in this store.");
  throw error;
}

/** Turns what the file system says about a write into the store's own errors; throws everything else as it is. */
function named(error: unknown): never {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") throw new StoreError("store_full", "The image store is full.");
  if (code === "EFBIG") throw new StoreError("too_large", "The image is larger than a file of the store can be.");
  if (code === "EEXIST") throw alreadyStored();
  throw error;
}
