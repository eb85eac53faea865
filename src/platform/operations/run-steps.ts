/** Runs the steps of an operation that one component owns, forwards or back. Decides only from the journal. */
import type { Journal, JournalKeeper, Step, StepContext } from "./operation.ts";

/** The step that failed, with its cause. */
export class StepFailed extends Error {
  readonly step: string;
  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "StepFailed";
    this.step = step;
  }
}

/** Runs what the journal does not know as done, in order. Throws {@link StepFailed} at the first failure. */
export async function runSteps(
  steps: readonly Step[],
  journal: Journal,
  keeper: JournalKeeper,
  signal: AbortSignal,
): Promise<void> {
  const context = contextOf(journal, signal);
  for (const step of steps) {
    if (journal[step.name]?.status === "done") continue;
    try {
      signal.throwIfAborted();
      const output = await step.run(context);
      journal[step.name] = { status: "done", output: output ?? null };
      await keeper.record(step.name, journal[step.name] ?? { status: "done" });
    } catch (error) {
      throw new StepFailed(step.name, error);
    }
  }
}

/**
 * Undoes in reverse, beginning with the step that never ended: its `run` may have got half way, or may have ended just
 * before a crash. Steps the journal knows as undone are passed over. Throws {@link StepFailed} when an undo fails.
 */
export async function undoSteps(
  steps: readonly Step[],
  journal: Journal,
  keeper: JournalKeeper,
  signal: AbortSignal,
): Promise<void> {
  const context = contextOf(journal, signal);
  for (const step of touchedBy(steps, journal).reverse()) {
    if (journal[step.name]?.status === "undone") continue;
    try {
      await step.undo?.(context);
      const record = { ...journal[step.name], status: "undone" as const };
      await keeper.record(step.name, record);
      journal[step.name] = record;
    } catch (error) {
      throw new StepFailed(step.name, error);
    }
  }
}

/** The steps with a record, and the one after them unless undoing has begun: then that one has been seen to. */
function touchedBy(steps: readonly Step[], journal: Journal): Step[] {
  const recorded = steps.filter((step) => journal[step.name] !== undefined);
  const undoing = recorded.some((step) => journal[step.name]?.status === "undone");
  const halfDone = undoing ? undefined : steps.find((step) => journal[step.name] === undefined);
  return halfDone ? [...recorded, halfDone] : recorded;
}

function contextOf(journal: Journal, signal: AbortSignal): StepContext {
  const find = <T>(step: string): T | undefined => journal[step]?.output as T | undefined;
  return {
    signal,
    find,
    output<T>(step: string) {
      const output = find<T>(step);
      if (output === undefined) throw new Error(`step '${step}' has no output yet`);
      return output;
    },
  };
}
