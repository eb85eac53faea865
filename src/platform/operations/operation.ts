/**
 * Long work (law 5): a durable record with named steps, each idempotent with an undo, a deadline and an owner. The
 * record is a row in the database of the service that answered 202, written in the same transaction as that answer's
 * rows. The message that sets it going is only a poke: after a crash the supervisor pokes again.
 *
 *   running ──all steps done──▶ done
 *      │
 *      └─a step failed, the deadline passed, or it was cancelled──▶ undoing ──all undone──▶ failed
 *                                                                    └─an undo keeps failing──▶ stuck (visible; retried)
 */
export type OperationState = "running" | "undoing" | "done" | "failed" | "stuck";

/** What is known of one step. `output` is JSON that later steps and the undo read. */
export interface StepRecord {
  status: "done" | "undone";
  output?: unknown;
}

export type Journal = Record<string, StepRecord>;

export interface Operation {
  id: string;
  /** `server.create`. */
  kind: string;
  /** The thing worked on: a server's id. */
  resource_id: string;
  state: OperationState;
  /** What every step may read; JSON without secrets. */
  params: unknown;
  journal: Journal;
  /** Bus address of whoever has the next step. */
  owner: string;
  /** What it waits for, for people. */
  waiting_for: string;
  /** How often it was begun anew (a server is scheduled again on another host). */
  attempt: number;
  /** Milliseconds since the epoch. */
  deadline_at: number;
  created_at: number;
  updated_at: number;
  error: string | null;
  /** Trace to go on with. */
  trace: { trace_id: string; span_id: string } | null;
}

export interface StepContext {
  /** Output of an earlier step; throws when that step is not done. */
  output<T>(step: string): T;
  /** Output of a step that may not have run. */
  find<T>(step: string): T | undefined;
  signal: AbortSignal;
}

export interface Step {
  name: string;
  /** Brings about the step's result; safe to repeat. Returns JSON for the journal. */
  run(context: StepContext): Promise<unknown>;
  /** Takes it back; safe to repeat, and safe after a `run` that got only half way. */
  undo?(context: StepContext): Promise<void>;
}

/** Where the journal is kept: rows for a service, messages to the conductor for an agent. */
export interface JournalKeeper {
  record(step: string, record: StepRecord): Promise<void>;
}
