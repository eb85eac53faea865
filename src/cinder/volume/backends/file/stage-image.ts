/** Takes an image's bytes into a file, with holes where they are zero, and checks that they are what was announced. */
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { BackendError } from "../backend.ts";
import { named } from "./errors.ts";

const block_bytes = 64 * 1024;
const zeros = Buffer.alloc(block_bytes);

export async function stageImage(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  options: { sha512: string | null; signal: AbortSignal },
): Promise<void> {
  const handle = await open(file, "w", 0o600).catch(named);
  const hash = createHash("sha512");
  let position = 0;
  try {
    for await (const chunk of bytes) {
      options.signal.throwIfAborted();
      hash.update(chunk);
      position = await writeSparse(handle, chunk, position);
    }
    await handle.truncate(position).catch(named);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (options.sha512 !== null && hash.digest("hex") !== options.sha512) {
    throw new BackendError("image_changed", "The image's data is not what the image service announced.");
  }
}

/** Pieces that are all zero become holes. Answers the position after the chunk. */
async function writeSparse(handle: FileHandle, chunk: Uint8Array, start: number): Promise<number> {
  let position = start;
  for (let at = 0; at < chunk.length; at += block_bytes) {
    const piece = chunk.subarray(at, at + block_bytes);
    if (!zeros.subarray(0, piece.length).equals(piece)) await writeAll(handle, piece, position);
    position += piece.length;
  }
  return position;
}

async function writeAll(handle: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < piece.length) {
    const { bytesWritten } = await handle.write(piece, done, piece.length - done, position + done).catch(named);
    done += bytesWritten;
  }
}
