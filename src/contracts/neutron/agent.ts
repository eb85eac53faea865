/** The agents that wire the hosts, what they carry, and the zones they are in. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Bool, ListQuery, Text, closed } from "./fields.ts";

export const Agent = Type.Object({
  id: Type.String(),
  /** `Linux bridge agent`, `DHCP agent`, `L3 agent` or `Metadata agent`. */
  agent_type: Type.String(),
  binary: Type.String(),
  topic: Type.String(),
  host: Type.String(),
  admin_state_up: Type.Boolean(),
  /** True when it was heard of within 75 seconds. */
  alive: Type.Boolean(),
  availability_zone: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String(),
  started_at: Type.String(),
  heartbeat_timestamp: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  resources_synced: Type.Union([Type.Boolean(), Type.Null()]),
  configurations: Type.Record(Type.String(), Type.Unknown()),
});

const admin = "rule:admin_only";
const Single = Type.Object({ agent: Agent });
const Several = Type.Object({ agents: Type.Array(Agent) });
const Things = Type.Array(Type.Record(Type.String(), Type.Unknown()));

export const agent = defineResource({
  name: "agent",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.0/agents",
      status: 200,
      policy: { name: "get_agent", rule: admin },
      query: ListQuery,
      response: Several,
    }),
    show: operation({
      method: "GET",
      path: "/v2.0/agents/{id}",
      status: 200,
      policy: { name: "get_agent", rule: admin },
      query: ListQuery,
      response: Single,
    }),
    update: operation({
      method: "PUT",
      path: "/v2.0/agents/{id}",
      status: 200,
      policy: { name: "update_agent", rule: admin },
      request: Type.Object(
        {
          agent: Type.Object(
            { admin_state_up: Type.Optional(Bool), description: Type.Optional(Type.Union([Text, Type.Null()])) },
            closed,
          ),
        },
        closed,
      ),
      response: Single,
    }),
    remove: operation({
      method: "DELETE",
      path: "/v2.0/agents/{id}",
      status: 204,
      policy: { name: "delete_agent", rule: admin },
    }),
    dhcpAgentsOfNetwork: operation({
      method: "GET",
      path: "/v2.0/networks/{network_id}/dhcp-agents",
      status: 200,
      policy: { name: "get_dhcp-agents", rule: admin },
      query: ListQuery,
      response: Several,
    }),
    l3AgentsOfRouter: operation({
      method: "GET",
      path: "/v2.0/routers/{router_id}/l3-agents",
      status: 200,
      policy: { name: "get_l3-agents", rule: admin },
      query: ListQuery,
      response: Several,
    }),
    networksOfDhcpAgent: operation({
      method: "GET",
      path: "/v2.0/agents/{id}/dhcp-networks",
      status: 200,
      policy: { name: "get_dhcp-networks", rule: admin },
      query: ListQuery,
      response: Type.Object({ networks: Things }),
    }),
    routersOfL3Agent: operation({
      method: "GET",
      path: "/v2.0/agents/{id}/l3-routers",
      status: 200,
      policy: { name: "get_l3-routers", rule: admin },
      query: ListQuery,
      response: Type.Object({ routers: Things }),
    }),
  },
});

export const availabilityZone = defineResource({
  name: "availability_zone",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.0/availability_zones",
      status: 200,
      policy: { name: "get_availability_zone", rule: "rule:admin_only or role:reader" },
      query: ListQuery,
      response: Type.Object({
        availability_zones: Type.Array(
          Type.Object({ name: Type.String(), resource: Type.String(), state: Type.String() }),
        ),
      }),
    }),
  },
});
