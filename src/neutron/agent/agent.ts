/**
 * The agent of one host: asks for the whole desired state, makes it so, reports. Poked when something changed, and
 * periodic for what a lost poke or a meddling hand leaves. One pass at a time; pokes during a pass become one pass
 * after it, and after a rest as long as that pass took. A pass that fails is not repeated at once: the next period or poke does it.
 */
import type { AgentReport, HostPlan } from "#contracts/neutron/host-plan.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Log } from "#platform/log/log.ts";
import type { Wiring } from "./wiring/wiring.ts";

export interface PlanSource {
  plan(host: string, signal: AbortSignal): Promise<HostPlan>;
}

export interface ReportSink {
  report(report: AgentReport, signal: AbortSignal): Promise<void>;
}

export interface NeutronAgentOptions {
  readonly host: string;
  readonly wiring: Wiring;
  readonly source: PlanSource;
  readonly sink: ReportSink;
  readonly clock: Clock;
  readonly log: Log;
  /** Default 10 000. */
  readonly period_ms?: number;
}

export interface AgentStatus {
  readonly running: boolean;
  /** Passes ended, well or badly. */
  readonly runs: number;
  /** Milliseconds since the epoch; undefined before the first pass ended. */
  readonly last_run_at?: number;
  readonly last_duration_ms?: number;
  /** Of the last plan applied and reported. */
  readonly revision?: number;
  /** Changes of the last pass; 0 means that the host already was as wished. */
  readonly changes: number;
  /** Why the last pass failed; undefined when it did not. */
  readonly error?: string;
}

export interface NeutronAgent {
  start(): void;
  /** Something changed: a pass begins now, or soon after the one that runs. */
  poke(): void;
  /** Resolves when a pass that began after this call has ended, well or badly (see `status`). */
  settled(): Promise<void>;
  status(): AgentStatus;
  /** Ends the loop, and the pass that runs. The networks go on working, except for metadata. */
  stop(): Promise<void>;
}

/** Between a pass and one that was asked for during it. */
const rest_max_ms = 25;

export function neutronAgent(options: NeutronAgentOptions): NeutronAgent {
  const stopping = new AbortController();
  let status: AgentStatus = { running: false, runs: 0, changes: 0 };
  let current: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let stopTimer: (() => void) | undefined;

  const pass = async (): Promise<void> => {
    status = { ...status, running: true };
    status = await onePass(options, status, stopping.signal);
  };
  const begin = (): Promise<void> => {
    current = pass().finally(() => {
      current = undefined;
    });
    return current;
  };
  /** A pass costs more the more ports there are: what changes in quick succession is done together. */
  const rest = async (): Promise<void> => {
    const rest_ms = Math.min(status.last_duration_ms ?? 0, rest_max_ms);
    await options.clock.sleep(rest_ms, stopping.signal).catch(() => undefined);
  };
  const settled = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    if (current === undefined) return begin();
    following ??= current.then(rest).then(() => {
      following = undefined;
      return stopping.signal.aborted ? undefined : begin();
    });
    return following;
  };
  const poke = (): void => {
    settled().catch((error: unknown) => options.log.error({ error: String(error) }, "the neutron agent stumbled"));
  };
  return {
    settled,
    poke,
    start: () => {
      stopTimer ??= options.clock.every(options.period_ms ?? 10_000, poke);
      poke();
    },
    status: () => status,
    stop: async () => {
      stopTimer?.();
      stopping.abort(new Error("the neutron agent is stopping"));
      await current;
      await options.wiring.close();
    },
  };
}

/** Never rejects: what went wrong stands in the status. */
async function onePass(options: NeutronAgentOptions, before: AgentStatus, signal: AbortSignal): Promise<AgentStatus> {
  const { clock, log, host } = options;
  const started = clock.monotonic();
  const ended = (): Pick<AgentStatus, "running" | "runs" | "last_run_at" | "last_duration_ms"> => ({
    running: false,
    runs: before.runs + 1,
    last_run_at: clock.now(),
    last_duration_ms: clock.monotonic() - started,
  });
  try {
    const plan = await options.source.plan(host, signal);
    if (plan.host !== host) throw new Error(`a plan for ${plan.host} came to ${host}`);
    const { report, changes } = await options.wiring.apply(plan, signal);
    if (changes.length > 0)
      log.info({ host, revision: plan.revision, changes: changes.length }, "the host was changed");
    for (const change of changes) log.debug({ host, change }, "changed");
    await options.sink.report(report, signal);
    return { ...ended(), revision: plan.revision, changes: changes.length };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) log.warn({ host, error: reason }, "the host could not be brought to its plan");
    const { revision } = before;
    return { ...ended(), ...(revision === undefined ? {} : { revision }), changes: 0, error: reason };
  }
}
