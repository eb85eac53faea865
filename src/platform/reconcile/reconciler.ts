/**
 * A reconciler finds what a lost undo would leave. Periodic and poked; an activation takes no input, so that restart,
 * missed message and happy case are one path; no retry inside, as the next period is the retry; one run at a time.
 */
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";

export interface ReconcilerStatus {
  name: string;
  runs: number;
  /** Milliseconds since the epoch; null before the first run. */
  last_run_at: number | null;
  duration_ms: number;
  /** What the last run found and mended, one sentence each. */
  findings: readonly string[];
  error: string | null;
}

export interface Reconciler {
  /** Runs soon; pokes while a run is under way lead to exactly one more run. Resolves after a run that began later. */
  poke(): Promise<void>;
  status(): ReconcilerStatus;
  stop(): Promise<void>;
}

export interface ReconcilerOptions {
  name: string;
  period_ms: number;
  clock: Clock;
  log: Log;
  /** Looks, mends, and says what it mended. */
  run(): Promise<readonly string[]>;
}

export function makeReconciler(options: ReconcilerOptions): Reconciler {
  let status: ReconcilerStatus = {
    name: options.name,
    runs: 0,
    last_run_at: null,
    duration_ms: 0,
    findings: [],
    error: null,
  };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let stopped = false;

  const once = async (): Promise<void> => {
    const started = options.clock.monotonic();
    const run = { runs: status.runs + 1, last_run_at: options.clock.now(), name: options.name };
    try {
      const findings = await options.run();
      status = { ...run, duration_ms: options.clock.monotonic() - started, findings, error: null };
      if (findings.length > 0) options.log.warn({ reconciler: options.name, findings }, "mended");
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      status = { ...run, duration_ms: options.clock.monotonic() - started, findings: [], error: message };
      options.log.error({ reconciler: options.name, err: error }, "a reconciler failed; its next run tries again");
    }
  };
  const begin = (): Promise<void> => (current = once().finally(() => (current = undefined)));
  const poke = (): Promise<void> => {
    if (stopped) return Promise.resolve();
    if (!current) return begin();
    next ??= current.then(() => {
      next = undefined;
      return stopped ? undefined : begin();
    });
    return next;
  };
  const cancel = options.clock.every(options.period_ms, () => void poke());
  return {
    poke,
    status: () => status,
    async stop() {
      stopped = true;
      cancel();
      await current;
    },
  };
}
