/**
 * Waiting for the disk without holding anybody up. SQLite's own `synchronous = FULL` syncs inside the commit, on the
 * thread that serves every request. Here a commit writes its frames to the write-ahead log, and whoever committed waits
 * for a sync of that log on the thread pool; commits that come meanwhile share the next one.
 *
 * What is promised is the same: nobody is told that a commit is done before its frames, and all before them, are on the
 * disk. A later statement may read them a little earlier; what it writes lies behind them in the log, and is never
 * durable without them.
 */
import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";

const syncFile = promisify(fdatasync);

export interface Durability {
  /** Resolves when everything committed before this call is on the disk; throws when the disk refuses. */
  reached(): Promise<void>;
  /** After the last commit. */
  close(): Promise<void>;
}

/** For databases whose last moments may be lost: in memory, or by the operator's choice. */
export const atOnce: Durability = { reached: async () => undefined, close: async () => undefined };

/** Of a database file in WAL mode. SQLite makes the log before the first commit ends, and keeps it while it is open. */
export function walDurability(path: string): Durability {
  let file: number | undefined;
  const sync = shared(() => syncFile((file ??= openSync(`${path}-wal`, "r+"))));
  return {
    reached: sync.run,
    async close() {
      await sync.idle();
      if (file !== undefined) closeSync(file);
    },
  };
}

export interface Shared {
  /** Resolves after a run of the work that began after this call; those who call meanwhile share one. */
  run(): Promise<void>;
  /** Resolves when every run that was asked for has ended. */
  idle(): Promise<void>;
}

export function shared(work: () => Promise<void>): Shared {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    const mine = work().finally(() => {
      if (current === mine) current = undefined;
    });
    return (current = mine);
  };
  return {
    // The run under way may have begun too early for this caller; how it ends is told to those who waited for it.
    run: () => (current ? (next ??= current.then(begin, begin)) : begin()),
    async idle() {
      const last = next ?? current;
      await last?.catch(() => undefined);
    },
  };
}
