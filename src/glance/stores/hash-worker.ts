/** Body of the hashing thread: bytes in, progress out, and both digests after `undefined`. */
import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { HashReport } from "./hash-thread.ts";

const md5 = createHash("md5");
const sha512 = createHash("sha512");

parentPort?.on("message", (bytes: Uint8Array | undefined) => {
  const report = (message: HashReport): void => parentPort?.postMessage(message, []);
  if (bytes === undefined) {
    report({ digests: { checksum: md5.digest("hex"), os_hash_value: sha512.digest("hex") } });
    return;
  }
  md5.update(bytes);
  sha512.update(bytes);
  report({ hashed_bytes: bytes.length });
});
