/**
 * What neutron-server and the agents of hosts say to each other. `neutron-server` serves the calls; an agent serves
 * `neutron-agent.<host>`. The plan is whole and idempotent, so a lost poke costs time, never correctness.
 */
import { Type } from "typebox";
import { defineMessage } from "../kit/message.ts";
import type { AgentReport, HostPlan } from "./host-plan.ts";

/** Address that neutron-server serves. */
export const neutronServerAddress = "neutron-server";

/** Address of the agent of one host. */
export function neutronAgentAddress(host: string): string {
  return `neutron-agent.${host}`;
}

const Host = Type.String({ minLength: 1, maxLength: 255 });
const Reported = Type.Object({
  id: Type.String(),
  status: Type.Enum(["ACTIVE", "DOWN", "ERROR"]),
  reason: Type.Optional(Type.String()),
});

/** Agent → server (call): what must this host have? Also the agent's heartbeat. */
export const hostPlanMessage = defineMessage({
  name: "neutron.host_plan",
  version: 1,
  body: Type.Object({ host: Host }),
  reply: Type.Unsafe<HostPlan>({ type: "object" }),
});

/** Server → agent (cast): a newer plan than `revision - 1` exists. */
export const planChangedMessage = defineMessage({
  name: "neutron.plan_changed",
  version: 1,
  body: Type.Object({ revision: Type.Integer() }),
});

/**
 * Agent → server (call or cast): what was done with a plan; also the heartbeat. The reply names the newest revision, so
 * that an agent which lost a poke sees that it is late.
 */
export const agentReportMessage = defineMessage({
  name: "neutron.agent_report",
  version: 1,
  body: Type.Unsafe<AgentReport>(
    Type.Object({
      host: Host,
      revision: Type.Integer(),
      ports: Type.Array(Reported),
      networks: Type.Array(Reported),
      routers: Type.Array(Reported),
    }),
  ),
  reply: Type.Object({ revision: Type.Integer() }),
});
