/** Weighers: pure functions whose values, scaled to 0…1 over the hosts that are left, are added up. More is better. */
import type { HostState, Request } from "./hosts.ts";

export interface Weigher {
  name: string;
  multiplier: number;
  value(host: HostState, request: Request): number;
}

export const weighers: readonly Weigher[] = [
  { name: "RAMWeigher", multiplier: 1, value: (host) => host.memory_mb_free },
  { name: "CPUWeigher", multiplier: 1, value: (host) => host.vcpus_free },
  { name: "DiskWeigher", multiplier: 1, value: (host) => host.disk_gb_free },
  { name: "IoOpsWeigher", multiplier: -1, value: (host) => host.busy },
  {
    name: "ServerGroupSoftAffinityWeigher",
    multiplier: 1,
    value: (host, { group }) => (group?.policy === "soft-affinity" ? (group.members_on[host.host] ?? 0) : 0),
  },
  {
    name: "ServerGroupSoftAntiAffinityWeigher",
    multiplier: 1,
    value: (host, { group }) => (group?.policy === "soft-anti-affinity" ? -(group.members_on[host.host] ?? 0) : 0),
  },
];

export interface Weighed {
  host: HostState;
  weight: number;
}

/** Best first; equals are ordered by name, so that the same input gives the same choice. */
export function weigh(hosts: readonly HostState[], request: Request, all: readonly Weigher[] = weighers): Weighed[] {
  const totals = new Map(hosts.map((host) => [host.host, 0]));
  for (const weigher of all) {
    const values = hosts.map((host) => weigher.value(host, request));
    const least = Math.min(...values);
    const span = Math.max(...values) - least;
    if (span === 0) continue;
    hosts.forEach((host, at) => {
      const scaled = ((values[at] ?? least) - least) / span;
      totals.set(host.host, (totals.get(host.host) ?? 0) + weigher.multiplier * scaled);
    });
  }
  const weighed = hosts.map((host) => ({ host, weight: totals.get(host.host) ?? 0 }));
  return weighed.sort((a, b) => b.weight - a.weight || a.host.host.localeCompare(b.host.host));
}
