/** The decision: which hosts can take the server, best first, and what removed each of the others. Pure. */
import { filters, type Filter } from "./filters.ts";
import type { HostState, Request } from "./hosts.ts";
import { weigh } from "./weighers.ts";

/** Stored with the server, for whoever asks why. */
export interface Decision {
  /** Best first. */
  chosen: { host: string; weight: number }[];
  removed: { host: string; filter: string; reason: string }[];
}

export interface Candidates {
  hosts: readonly HostState[];
  /** Node ids that Placement found to have room; the others are removed in its name. */
  with_room: ReadonlySet<string>;
}

export function decide(candidates: Candidates, request: Request, all: readonly Filter[] = filters): Decision {
  const removed: Decision["removed"] = [];
  const left: HostState[] = [];
  for (const host of candidates.hosts) {
    const refusal = refusalOf(host, request, candidates.with_room, all);
    if (refusal) removed.push({ host: host.host, ...refusal });
    else left.push(host);
  }
  const chosen = weigh(left, request).map(({ host, weight }) => ({ host: host.host, weight }));
  return { chosen, removed };
}

function refusalOf(
  host: HostState,
  request: Request,
  with_room: ReadonlySet<string>,
  all: readonly Filter[],
): { filter: string; reason: string } | undefined {
  for (const filter of all) {
    const reason = filter.against(host, request);
    if (reason !== undefined) return { filter: filter.name, reason };
  }
  if (with_room.has(host.node_uuid)) return undefined;
  const wants = `${request.vcpus} VCPU, ${request.memory_mb} MB of memory, ${request.disk_gb} GB of disk`;
  return { filter: "Placement", reason: `has no room for ${wants}` };
}

/** One sentence for the user: why no host was found. */
export function noValidHost(decision: Decision): string {
  if (decision.removed.length === 0) return "No valid host was found. There are no hosts yet.";
  const counts = new Map<string, number>();
  for (const { filter, reason } of decision.removed) {
    const key = `${filter}: ${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `${count} × ${reason}`).slice(0, 5);
  return `No valid host was found. There are not enough hosts available. ${reasons.join("; ")}`;
}
