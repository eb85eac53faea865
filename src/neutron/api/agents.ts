/** The hosts' agents, and what they carry; and the availability zones. */
import type { Static } from "typebox";
import { agent, Agent, availabilityZone } from "#contracts/neutron/agent.ts";
import { errors } from "#contracts/neutron/errors.ts";
import { implement, type Call, type Handlers, type Implementation } from "#platform/http/call.ts";
import { agentKinds, listAgents } from "../store/agents.ts";
import type { AgentRow } from "../store/tables.ts";
import { scopeOf, type Neutron } from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { getNetwork, networkViewsOf } from "./networks.ts";
import { getRouter, routerViews } from "./router-access.ts";
import { asFlag } from "./values.ts";

type View = Static<typeof Agent>;

const attributes = new Set(Object.keys(Agent.properties));

/** `2026-01-31 10:20:30`: agents' times have neither T nor zone. */
function time(at_ms: number): string {
  return new Date(at_ms).toISOString().slice(0, 19).replace("T", " ");
}

export function agentView(neutron: Neutron, row: AgentRow): View {
  const kind = agentKinds.find((one) => one.agent_type === row.agent_type);
  const zoned = row.agent_type === "DHCP agent" || row.agent_type === "L3 agent";
  return {
    id: row.id,
    agent_type: row.agent_type,
    binary: row.binary,
    topic: kind?.topic ?? "N/A",
    host: row.host,
    admin_state_up: row.admin_state_up === 1,
    alive: neutron.clock.now() - row.heartbeat_at < neutron.settings.agent_down_ms,
    availability_zone: zoned ? neutron.settings.availability_zone : null,
    created_at: time(row.created_at),
    started_at: time(row.started_at),
    heartbeat_timestamp: time(row.heartbeat_at),
    description: row.description,
    resources_synced: null,
    configurations: {},
  };
}

export function agentHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  const views = async (): Promise<View[]> => (await listAgents(db)).map((row) => agentView(neutron, row));
  const spec = { collection: "agents", attributes, notFound: (id: string) => errors.agentNotFound({ id }) };
  const find = async (call: Call): Promise<AgentRow> => {
    const id = call.params["id"] ?? "";
    const row = await db.selectFrom("agents").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row) throw errors.agentNotFound({ id });
    return row;
  };
  return implement(agent, {
    list: async (call) => listing(call, spec, await views()) as { agents: View[] },
    show: async (call) => ({ agent: chosen(call, agentView(neutron, await find(call))) }),
    update: async (call) => {
      const row = await find(call);
      const { agent: body } = call.body as { agent: { admin_state_up?: boolean; description?: string | null } };
      const patch = {
        admin_state_up: body.admin_state_up === undefined ? row.admin_state_up : asFlag(body.admin_state_up),
        description: body.description === undefined ? row.description : body.description,
      };
      await db.updateTable("agents").set(patch).where("id", "=", row.id).execute();
      return { agent: agentView(neutron, { ...row, ...patch }) };
    },
    remove: async (call) => {
      await db
        .deleteFrom("agents")
        .where("id", "=", (await find(call)).id)
        .execute();
      return undefined;
    },
    ...carriageHandlers(neutron, find, views),
  });
}

type Carriage = Pick<
  Handlers<typeof agent>,
  "dhcpAgentsOfNetwork" | "l3AgentsOfRouter" | "networksOfDhcpAgent" | "routersOfL3Agent"
>;

/** Which agent carries what: where the ports of DHCP and of routers are. */
function carriageHandlers(
  neutron: Neutron,
  find: (call: Call) => Promise<AgentRow>,
  views: () => Promise<View[]>,
): Carriage {
  const { db } = neutron.store;
  const carriers = async (
    agent_type: string,
    owner: string,
    column: "network_id" | "device_id",
    id: string,
  ): Promise<View[]> => {
    const ports = await db
      .selectFrom("ports")
      .select("host_id")
      .where("device_owner", "like", owner)
      .where(column, "=", id)
      .execute();
    const hosts = new Set(ports.map((port) => port.host_id));
    return (await views()).filter((view) => view.agent_type === agent_type && hosts.has(view.host));
  };
  return {
    dhcpAgentsOfNetwork: async (call) => {
      const network = await getNetwork(db, scopeOf(call), call.params["network_id"] ?? "");
      return { agents: await carriers("DHCP agent", "network:dhcp", "network_id", network.id) };
    },
    l3AgentsOfRouter: async (call) => {
      const router = await getRouter(db, scopeOf(call), call.params["router_id"] ?? "");
      return { agents: await carriers("L3 agent", "network:router%", "device_id", router.id) };
    },
    networksOfDhcpAgent: async (call) => {
      const { host } = await find(call);
      const ids = db
        .selectFrom("ports")
        .select("network_id")
        .where("host_id", "=", host)
        .where("device_owner", "=", "network:dhcp");
      const rows = await db.selectFrom("networks").selectAll().where("id", "in", ids).execute();
      return { networks: await networkViewsOf(neutron, db, scopeOf(call), rows) };
    },
    routersOfL3Agent: async (call) => {
      const { host } = await find(call);
      const ids = db
        .selectFrom("ports")
        .select("device_id")
        .where("host_id", "=", host)
        .where("device_owner", "like", "network:router%");
      const rows = await db.selectFrom("routers").selectAll().where("id", "in", ids).execute();
      return { routers: await routerViews(neutron, db, rows) };
    },
  };
}

export function availabilityZoneHandlers(neutron: Neutron): Implementation {
  return implement(availabilityZone, {
    list: (call) => {
      const name = neutron.settings.availability_zone;
      const zones = ["network", "router"].map((resource) => ({ name, resource, state: "available" }));
      const known = new Set(["name", "resource", "state"]);
      const notFound = (id: string) => errors.availabilityZoneNotFound({ availability_zone: id });
      return listing(call, { collection: "availability_zones", attributes: known, notFound }, zones) as {
        availability_zones: typeof zones;
      };
    },
  });
}
