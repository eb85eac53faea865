/** The agents' side of neutron-server: gives plans, takes reports, pokes when something changed. */
import {
  agentReportMessage,
  hostPlanMessage,
  neutronAgentAddress,
  planChangedMessage,
} from "#contracts/neutron/messages.ts";
import { on, type Bus, type BusHandler } from "#platform/bus/bus.ts";
import type { Log } from "#platform/log/log.ts";
import type { Neutron } from "./api/context.ts";
import { planOf } from "./plan/plan.ts";
import { heardOf } from "./store/agents.ts";
import { readPlanRows } from "./store/plan-rows.ts";
import { applyReport, saysNew } from "./store/reports.ts";

export interface HostPlans {
  handlers: readonly BusHandler[];
  /** Tells the agents (of all hosts heard of since the start, or of those named); one that misses it asks by itself. */
  poke(revision: number, concerned: ReadonlySet<string> | undefined): void;
}

export interface HostPlanOptions {
  neutron: Neutron;
  bus: Bus;
  log: Log;
}

/** Heartbeats are written this often: an agent counts as dead only after several of these. */
const heartbeat_ms = 15_000;

export function makeHostPlans({ neutron, bus, log }: HostPlanOptions): HostPlans {
  const hosts = new Set<string>();
  const { store, settings, clock } = neutron;
  /** When each host's heartbeat was last written. */
  const noted = new Map<string, number>();
  return {
    handlers: [
      on(hostPlanMessage, async ({ host }) => {
        hosts.add(host);
        const { dns_domain, upstream_dns, metadata } = settings;
        return planOf(await readPlanRows(store, host), { host, dns_domain, upstream_dns, metadata });
      }),
      on(agentReportMessage, async (report) => {
        hosts.add(report.host);
        if (clock.now() - (noted.get(report.host) ?? 0) >= heartbeat_ms) {
          await heardOf(store, settings.network_hosts, report.host);
          noted.set(report.host, clock.now());
        }
        if (await saysNew(store.db, report)) await store.change((change) => applyReport(change, report));
        return store.db.selectFrom("plan").select("revision").where("id", "=", 1).executeTakeFirstOrThrow();
      }),
    ],
    poke(revision, concerned) {
      for (const host of hosts) {
        if (concerned && !concerned.has(host)) continue;
        bus.cast(neutronAgentAddress(host), planChangedMessage, { revision }).catch((error: unknown) => {
          log.warn({ err: error, host }, "an agent could not be poked; it asks by itself within its period");
        });
      }
    },
  };
}
