/** The agents of the hosts, known by their reports. One process does the work of several of Neutron's agents. */
import type { AgentRow, Db } from "./tables.ts";
import type { Store } from "./change.ts";

export interface AgentKind {
  agent_type: string;
  binary: string;
  topic: string;
  /** Only on hosts that carry DHCP and routers. */
  network_host: boolean;
}

export const agentKinds: readonly AgentKind[] = [
  { agent_type: "Linux bridge agent", binary: "neutron-linuxbridge-agent", topic: "N/A", network_host: false },
  { agent_type: "DHCP agent", binary: "neutron-dhcp-agent", topic: "dhcp_agent", network_host: true },
  { agent_type: "L3 agent", binary: "neutron-l3-agent", topic: "l3_agent", network_host: true },
  { agent_type: "Metadata agent", binary: "neutron-metadata-agent", topic: "N/A", network_host: true },
];

/** Notes that a host was heard of; its agents appear with its first word. */
export async function heardOf(store: Store, network_hosts: readonly string[], host: string): Promise<void> {
  await store.change(async ({ trx, now, ids }) => {
    const known = await trx
      .updateTable("agents")
      .set({ heartbeat_at: now })
      .where("host", "=", host)
      .returning("agent_type")
      .execute();
    const types = new Set(known.map((row) => row.agent_type));
    const missing = agentKinds.filter(
      (kind) => !types.has(kind.agent_type) && (!kind.network_host || network_hosts.includes(host)),
    );
    if (missing.length === 0) return;
    const rows: AgentRow[] = missing.map(({ agent_type, binary }) => ({
      id: ids.uuid(),
      host,
      agent_type,
      binary,
      admin_state_up: 1,
      description: null,
      created_at: now,
      started_at: now,
      heartbeat_at: now,
    }));
    await trx.insertInto("agents").values(rows).execute();
  });
}

export async function listAgents(db: Db): Promise<AgentRow[]> {
  return db.selectFrom("agents").selectAll().orderBy("host").orderBy("agent_type").execute();
}
