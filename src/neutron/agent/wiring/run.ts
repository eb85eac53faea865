/** What one `apply` carries along: where programs run, what was changed, what failed. */
import type { AgentReport, HostPlan, ReportedItem } from "#contracts/neutron/host-plan.ts";
import type { CheckedPlan } from "./check-plan.ts";
import { type Failure, type Line, type Programs, ipBatch } from "./programs.ts";
import type { Item } from "./want.ts";

export interface Run {
  readonly programs: Programs;
  /** The mark of this cloud's devices. */
  readonly alias: string;
  readonly signal: AbortSignal;
  readonly changes: string[];
  readonly failures: Map<string, string>;
}

const key = (item: Item): string => `${item.kind} ${item.id}`;

export function fail(run: Run, item: Item, reason: string): void {
  if (!run.failures.has(key(item))) run.failures.set(key(item), reason);
}

export function failAll(run: Run, failures: readonly Failure[]): void {
  for (const failure of failures) fail(run, failure.item, failure.reason);
}

export function failed(run: Run, item: Item): boolean {
  return run.failures.has(key(item));
}

/** Runs the lines of those that have not failed yet. */
export async function batch(run: Run, lines: readonly Line[], namespace?: string): Promise<void> {
  run.signal.throwIfAborted();
  const doable = lines.filter((line) => line.item.kind === "leftover" || !failed(run, line.item));
  failAll(run, await ipBatch(run.programs, doable, namespace));
  const where = namespace === undefined ? "" : `${namespace}: `;
  run.changes.push(...doable.map((line) => `${where}ip ${line.command}`));
}

/** Does `task`; when it fails, `item` has failed and the others go on. */
export async function attempt(run: Run, item: Item, task: () => Promise<void>): Promise<void> {
  run.signal.throwIfAborted();
  try {
    await task();
  } catch (error) {
    fail(run, item, error instanceof Error ? error.message : String(error));
  }
}

/** At most `limit` at a time: each one starts programs, and a host has few cores. */
export async function eachOf<T>(items: readonly T[], limit: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

/** What came of `asked`: every part of it stands in the report exactly once. */
export function reportOf(asked: HostPlan, checked: CheckedPlan, run: Run): AgentReport {
  const status = (kind: Item["kind"], id: string, up: boolean, refused: string | undefined): ReportedItem => {
    const reason = refused ?? run.failures.get(key({ kind, id }));
    if (reason !== undefined) return { id, status: "ERROR", reason: reason.slice(0, 500) };
    return { id, status: up ? "ACTIVE" : "DOWN" };
  };
  const port = (id: string): string | undefined => checked.refusedPorts.get(id) ?? checked.deadPorts.get(id);
  return {
    host: asked.host,
    revision: asked.revision,
    ports: asked.ports.map(({ id, admin_state_up: up }) => status("port", id, up, port(id))),
    networks: asked.networks.map(({ id }) => status("network", id, true, checked.refusedNetworks.get(id))),
    routers: asked.routers.map(({ id, admin_state_up: up }) =>
      status("router", id, up, checked.refusedRouters.get(id)),
    ),
  };
}
