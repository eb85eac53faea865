/** The role `neutron-server`: the API, its database, the plans of the hosts, and what Nova must hear. */
import { neutronServerAddress } from "#contracts/neutron/messages.ts";
import { makeReconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import type { Neutron, NeutronSettings } from "./api/context.ts";
import { makeNeutronApi, networkMount } from "./api/service.ts";
import { ensureFirstContents, type FirstContents } from "./bootstrap.ts";
import { makeHostPlans } from "./host-plans.ts";
import { makeEventSender } from "./nova-events.ts";
import { makeStore, type Store } from "./store/change.ts";
import { neutronMigrations } from "./store/migrations.ts";
import { mendOrphans } from "./store/orphans.ts";
import type { NeutronTables } from "./store/tables.ts";

export type NeutronOptions = Partial<NeutronSettings>;

export interface RunningNeutron extends RunningRole {
  /** Makes the first contents of a new cloud that are not there yet. */
  bootstrap(contents: FirstContents): Promise<void>;
}

export const neutronDefaults: NeutronSettings = {
  mtu: 1500,
  network_hosts: [],
  dns_domain: "openstacklocal",
  upstream_dns: [],
  metadata: true,
  availability_zone: "nova",
  physical_networks: ["public"],
  agent_down_ms: 75_000,
};

const eventPeriod_ms = 5_000;
const orphanPeriod_ms = 60_000;

export async function startNeutronServer(parts: Parts, options: NeutronOptions = {}): Promise<RunningNeutron> {
  const { clock, ids, log, bus } = parts;
  const settings = { ...neutronDefaults, ...options };
  const db = await parts.openDatabase<NeutronTables>({ name: "neutron", migrations: neutronMigrations });
  const store: Store = makeStore({
    db,
    clock,
    ids,
    onPlan: (revision, hosts) => plans.poke(revision, hosts),
    onEvents: () => void events.poke(),
  });
  const neutron: Neutron = { store, settings, clock, ids };
  const plans = makeHostPlans({ neutron, bus, log });
  const events = makeReconciler({
    name: "neutron-nova-events",
    period_ms: eventPeriod_ms,
    clock,
    log,
    run: makeEventSender(parts, db),
  });
  const orphans = makeReconciler({
    name: "neutron-orphans",
    period_ms: orphanPeriod_ms,
    clock,
    log,
    run: () => store.change((change) => mendOrphans(change, settings.network_hosts)),
  });
  const stopServing = await bus.serve(neutronServerAddress, plans.handlers);
  await orphans.poke();
  return {
    mount: networkMount,
    fetch: makeNeutronApi(neutron, parts.service),
    bootstrap: (contents) => ensureFirstContents(neutron, contents),
    async stop() {
      await stopServing();
      await events.stop();
      await orphans.stop();
      await db.destroy();
    },
  };
}
