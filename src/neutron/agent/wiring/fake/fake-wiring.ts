/**
 * SIMULATED wiring: nothing is wired, no packet flows. Everything well-formed is reported as if it had been made, at
 * once; malformed parts are refused exactly as the real driver refuses them. For `--simulate` and for tests.
 */
import type { HostPlan } from "#contracts/neutron/host-plan.ts";
import { checkPlan, type CheckedPlan } from "#neutron/agent/wiring/check-plan.ts";
import { dhcpNamespace } from "#neutron/agent/wiring/names.ts";
import { wantedHost } from "#neutron/agent/wiring/want.ts";
import { reportOf, type Run } from "#neutron/agent/wiring/run.ts";
import { hostPrograms } from "#neutron/agent/wiring/programs.ts";
import type { Applied, ObservedHost, Wiring } from "#neutron/agent/wiring/wiring.ts";

export interface FakeWiring extends Wiring {
  /** The plans applied, oldest first (the last hundred). */
  readonly ledger: readonly HostPlan[];
  /** From now on this port, network or router fails with `reason`; undefined heals it. */
  breakItem(kind: "port" | "network" | "router", id: string, reason: string | undefined): void;
}

const ledgerLength = 100;

export function fakeWiring(): FakeWiring {
  const ledger: HostPlan[] = [];
  const broken = new Map<string, string>();
  let made: ObservedHost = empty;
  return {
    kind: "simulated",
    ledger,
    breakItem: (kind, id, reason) => {
      if (reason === undefined) broken.delete(`${kind} ${id}`);
      else broken.set(`${kind} ${id}`, reason);
    },
    apply: async (plan, signal): Promise<Applied> => {
      signal.throwIfAborted();
      ledger.push(plan);
      if (ledger.length > ledgerLength) ledger.shift();
      const checked = checkPlan(plan);
      const goal = simulate(checked);
      const changes = differences(made, goal);
      made = goal;
      const run: Run = { programs: hostPrograms(), alias: "", signal, changes, failures: new Map(broken) };
      return { report: reportOf(plan, checked, run), changes };
    },
    observe: async () => made,
    clear: async () => {
      made = empty;
    },
    close: async () => {
      made = { ...made, metadata: [] };
    },
  };
}

const empty: ObservedHost = { devices: [], namespaces: [], dhcp: [], metadata: [] };

/** What the real driver would have. */
function simulate(checked: CheckedPlan): ObservedHost {
  const wanted = wantedHost(checked.plan, checked.deadPorts);
  const namespaces = wanted.namespaces.map((space) => space.name).sort();
  return {
    devices: wanted.links.map((link) => link.name).sort(),
    namespaces,
    dhcp: checked.plan.networks
      .map((network) => network.id)
      .filter((id) => namespaces.includes(dhcpNamespace(id)))
      .sort(),
    metadata: wanted.namespaces
      .filter((space) => space.metadata)
      .map((space) => space.name)
      .sort(),
  };
}

function differences(before: ObservedHost, after: ObservedHost): string[] {
  return (["devices", "namespaces", "dhcp", "metadata"] as const).flatMap((kind) => [
    ...before[kind].filter((name) => !after[kind].includes(name)).map((name) => `simulated: ${kind} ${name} removed`),
    ...after[kind].filter((name) => !before[kind].includes(name)).map((name) => `simulated: ${kind} ${name} made`),
  ]);
}
