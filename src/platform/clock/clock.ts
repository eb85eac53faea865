/**
 * The only place where time is read (law 7), so that a test can steer it.
 * Times are milliseconds since the epoch; durations are milliseconds.
 */
import { setTimeout as wait } from "node:timers/promises";

export interface Clock {
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since the epoch with a fraction, never going back within one process: for the order of spans. */
  precise(): number;
  /** Monotonic milliseconds with a fraction; only differences mean anything. */
  monotonic(): number;
  /** Resolves after `duration_ms`, or rejects with the signal's reason. */
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `task` every `period_ms` until the returned function is called; never keeps the process alive. */
  every(period_ms: number, task: () => void): () => void;
}

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    precise: () => performance.timeOrigin + performance.now(),
    monotonic: () => performance.now(),
    sleep: async (duration_ms, signal) => {
      await wait(duration_ms, undefined, signal ? { signal } : {});
    },
    every: (period_ms, task) => {
      const timer = setInterval(task, period_ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

/** ISO 8601 in UTC with seconds and `Z`, as Nova, Glance and Neutron write times. */
export function isoSeconds(at_ms: number): string {
  return `${new Date(at_ms).toISOString().slice(0, 19)}Z`;
}

/** ISO 8601 in UTC with microseconds, no zone, as Cinder writes times. */
export function isoMicrosNoZone(at_ms: number): string {
  return `${new Date(at_ms).toISOString().slice(0, 23)}000`;
}

/** ISO 8601 in UTC with microseconds and `Z`, as Keystone writes times. */
export function isoMicros(at_ms: number): string {
  return `${isoMicrosNoZone(at_ms)}Z`;
}
