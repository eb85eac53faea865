/** The role `neutron-server`: the API, its database, the plans of the hosts, and what Nova must hear. */
import type { Parts, RunningRole } from "#platform/role/role.ts";
import type { Neutron, NeutronSettings } from "./api/context.ts";
import { makeNeutronApi, networkMount } from "./api/service.ts";
import { makeStore } from "./store/change.ts";
import { neutronMigrations } from "./store/migrations.ts";
import type { NeutronTables } from "./store/tables.ts";

export type NeutronOptions = Partial<NeutronSettings>;

export const neutronDefaults: NeutronSettings = {
  mtu: 1500,
  network_hosts: [],
  dns_domain: "openstacklocal",
  availability_zone: "nova",
  physical_networks: ["public"],
  agent_down_ms: 75_000,
};

export async function startNeutronServer(parts: Parts, options: NeutronOptions = {}): Promise<RunningRole> {
  const db = await parts.openDatabase<NeutronTables>({ name: "neutron", migrations: neutronMigrations });
  const store = makeStore({
    db,
    clock: parts.clock,
    ids: parts.ids,
    onPlan: () => undefined,
    onEvents: () => undefined,
  });
  const neutron: Neutron = { store, settings: { ...neutronDefaults, ...options }, clock: parts.clock, ids: parts.ids };
  return {
    mount: networkMount,
    fetch: makeNeutronApi(neutron, parts.service),
    async stop() {
      await db.destroy();
    },
  };
}
