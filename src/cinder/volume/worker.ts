/** Works on operations: one at a time for each volume, forwards or back, and says how each ended. */
import { recordVolumeStep, volumeApiAddress, volumeWorkEnded } from "#contracts/cinder/messages.ts";
import type { Bus } from "#platform/bus/bus.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Log } from "#platform/log/log.ts";
import type { Journal } from "#platform/operations/operation.ts";
import { runSteps, StepFailed, undoSteps } from "#platform/operations/run-steps.ts";
import { UpstreamError } from "#platform/http/client.ts";
import { BackendError, type VolumeBackend } from "./backends/backend.ts";
import { stepsOf, type ImageReader, type VolumeWork } from "./work.ts";

export interface WorkerParts {
  bus: Bus;
  log: Log;
  clock: Clock;
  backend: VolumeBackend;
  readImage: ImageReader;
}

export interface Worker {
  /** Begins; a poke for what is under way changes nothing, and an undo stops what is under way. */
  take(work: VolumeWork): void;
  /** Stops what is under way, to be gone on with after the next start. */
  stop(): Promise<void>;
}

/** Longest wait for what is under way; what is cut off is begun anew after the next start. */
const stop_ms = 5_000;

interface Running {
  undo: boolean;
  abort: AbortController;
}

export function makeWorker(parts: WorkerParts): Worker {
  const running = new Map<string, Running>();
  /** The end of each volume's queue. */
  const queues = new Map<string, Promise<void>>();
  let stopped = false;

  const finish = async (work: VolumeWork, own: Running): Promise<void> => {
    try {
      if (stopped) return;
      const ended = await runWork(parts, work, own.abort.signal);
      if (own.abort.signal.aborted) return; // whoever aborted it says how it ends
      await parts.bus.cast(volumeApiAddress, volumeWorkEnded, { operation_id: work.operation_id, ...ended });
    } catch (error) {
      parts.log.error(
        { operation_id: work.operation_id, err: error },
        "volume work could not be reported; it will be poked again",
      );
    } finally {
      if (running.get(work.operation_id) === own) running.delete(work.operation_id);
    }
  };

  return {
    take(work) {
      const now = running.get(work.operation_id);
      if (now && (now.undo || !work.undo)) return;
      now?.abort.abort(new Error("The operation is undone."));
      const own: Running = { undo: work.undo, abort: new AbortController() };
      running.set(work.operation_id, own);
      const before = queues.get(work.volume_id) ?? Promise.resolve();
      const end = before.then(() => finish(work, own));
      queues.set(work.volume_id, end);
      void forget(queues, work.volume_id, end);
    },
    async stop() {
      stopped = true;
      for (const { abort } of running.values()) abort.abort(new Error("The agent stops."));
      const enough = new AbortController();
      const late = parts.clock.sleep(stop_ms, enough.signal).catch(() => undefined);
      await Promise.race([Promise.all(queues.values()), late]);
      enough.abort();
    },
  };
}

/** Drops a queue that has come to its end. */
async function forget(queues: Map<string, Promise<void>>, volume_id: string, end: Promise<void>): Promise<void> {
  await end;
  if (queues.get(volume_id) === end) queues.delete(volume_id);
}

interface Ended {
  outcome: "done" | "failed" | "undone" | "stuck";
  error: string | null;
  reason: string | null;
}

async function runWork(parts: WorkerParts, work: VolumeWork, signal: AbortSignal): Promise<Ended> {
  const { operation_id, volume_id, undo } = work;
  const journal = structuredClone(work.journal) as Journal;
  const steps = stepsOf(work, parts.backend, parts.readImage);
  // The end of all work says that its last step is done: that needs no message of its own.
  const last = undo ? undefined : steps.at(-1)?.name;
  const record = async (step: string, { status, output }: Journal[string]): Promise<void> => {
    if (step === last) return;
    await parts.bus.cast(volumeApiAddress, recordVolumeStep, {
      operation_id,
      step,
      status,
      ...(output === undefined ? {} : { output }),
    });
  };
  try {
    if (undo) await undoSteps(steps, journal, { record }, signal);
    else await runSteps(steps, journal, { record }, signal);
    return { outcome: undo ? "undone" : "done", error: null, reason: null };
  } catch (error) {
    if (!signal.aborted) parts.log.error({ operation_id, volume_id, err: error }, "volume work failed");
    const sentence = error instanceof StepFailed || error instanceof Error ? error.message : String(error);
    return { outcome: undo ? "stuck" : "failed", error: sentence, reason: reasonOf(error) };
  }
}

/** Only sentences that were written for users reach them. */
function reasonOf(error: unknown): string | null {
  const cause = error instanceof StepFailed ? error.cause : error;
  return cause instanceof BackendError || cause instanceof UpstreamError ? cause.message : null;
}
