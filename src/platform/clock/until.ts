/** Waiting for a condition instead of sleeping: asks again until it holds, and says the last reason why it did not. */
import type { Clock } from "./clock.ts";

export interface Until {
  /** Give up after this many milliseconds. */
  limit_ms: number;
  /** Ask again after this many milliseconds. */
  period_ms?: number;
  /** What is waited for, for the message of the failure. */
  what: string;
  signal?: AbortSignal;
}

/** Resolves with the first value of `probe` that is not undefined; throws, naming the last error, at the limit. */
export async function until<T>(clock: Clock, probe: () => Promise<T | undefined>, options: Until): Promise<T> {
  const started = clock.monotonic();
  let reason = "it never held";
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (clock.monotonic() - started > options.limit_ms) {
      throw new Error(`gave up after ${options.limit_ms} ms waiting for ${options.what}: ${reason}`);
    }
    await clock.sleep(options.period_ms ?? 50, options.signal);
  }
}
