/** A limit on waiting, on the given clock. */
import type { Clock } from "#platform/clock/clock.ts";

/** Settles as `promise` does, unless `limit_ms` pass first: then it rejects with what `late` makes. */
export async function withDeadline<T>(
  clock: Clock,
  promise: Promise<T>,
  limit_ms: number,
  late: () => Error,
): Promise<T> {
  const done = new AbortController();
  const limit = clock.sleep(limit_ms, done.signal).then(
    () => {
      throw late();
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    done.abort();
  }
}
