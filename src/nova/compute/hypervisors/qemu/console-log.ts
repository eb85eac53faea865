/** The guest's serial output on disk: read from its end, and never longer than allowed, whatever the guest writes. */
import { appendFile, open, stat, truncate } from "node:fs/promises";

/** The last `max_bytes` of the file; empty when there is none. Never begins in the middle of a character. */
export async function readTail(path: string, max_bytes: number): Promise<string> {
  const bytes = await tail(path, max_bytes);
  let from = 0;
  while (from < 3 && (bytes[from] ?? 0) >> 6 === 0b10) from++;
  return bytes.subarray(from).toString("utf8");
}

/**
 * Halves a log longer than `limit_bytes`, keeping the newer part. QEMU appends to the file, so it goes on at the new
 * end; what the guest writes in the instant between reading and cutting is lost.
 */
export async function boundLog(path: string, limit_bytes: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= limit_bytes) return;
  const kept = await tail(path, Math.floor(limit_bytes / 2));
  await truncate(path, 0);
  await appendFile(path, kept);
}

async function tail(path: string, max_bytes: number): Promise<Buffer> {
  let file;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = await file.stat();
    const length = Math.max(0, Math.min(size, max_bytes));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
