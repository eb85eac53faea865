/** The near side of the hashing thread: hands bytes over, holds back when too many are on their way. */
import { Worker } from "node:worker_threads";
import type { Digests } from "./digest.ts";

/** From the thread: how many bytes of a batch are hashed, or the result. */
export type HashReport = { hashed_bytes: number } | { digests: Digests };

export interface HashWorker {
  /** Gives the buffer away; resolves when more may be given, rejects when the thread has died. */
  push(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  end(): Promise<Digests>;
  close(): void;
}

/** Bytes handed over and not hashed yet. */
const inFlightLimit_bytes = 4 * 1024 * 1024;

export function startHashWorker(): HashWorker {
  const worker = new Worker(new URL("./hash-worker.ts", import.meta.url));
  let inFlight_bytes = 0;
  let digests: Digests | undefined;
  let failure: Error | undefined;
  let wake = (): void => undefined;
  worker.on("message", (report: HashReport) => {
    if ("digests" in report) digests = report.digests;
    else inFlight_bytes -= report.hashed_bytes;
    wake();
  });
  worker.on("error", (error) => {
    failure = error as Error;
    wake();
  });
  worker.on("exit", () => {
    failure ??= new Error("The hashing thread has ended.");
    wake();
  });
  const waitFor = async <T>(probe: () => T | undefined): Promise<T> => {
    for (;;) {
      const value = probe();
      if (value !== undefined) return value;
      if (failure) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    async push(bytes) {
      inFlight_bytes += bytes.length;
      worker.postMessage(bytes, [bytes.buffer]);
      await waitFor(() => (inFlight_bytes < inFlightLimit_bytes ? true : undefined));
    },
    async end() {
      worker.postMessage(undefined, []);
      return waitFor(() => digests);
    },
    close: () => void worker.terminate(),
  };
}
