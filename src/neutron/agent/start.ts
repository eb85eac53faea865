/** The role neutron-agent of one host: its loop, with the queue as the way to neutron-server. It has no database. */
import {
  agentReportMessage,
  hostPlanMessage,
  neutronAgentAddress,
  neutronServerAddress,
  planChangedMessage,
} from "#contracts/neutron/messages.ts";
import { on } from "#platform/bus/bus.ts";
import type { Upstream } from "#platform/http/client.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { neutronAgent, type AgentStatus } from "./agent.ts";
import type { MetadataBackend } from "./metadata/metadata-backend.ts";
import type { Wiring } from "./wiring/wiring.ts";

export interface NeutronAgentRoleOptions {
  host: string;
  wiring: Wiring;
}

export interface RunningNeutronAgent extends RunningRole {
  status(): AgentStatus;
}

export async function startNeutronAgent(parts: Parts, options: NeutronAgentRoleOptions): Promise<RunningNeutronAgent> {
  const { bus, clock, log } = parts;
  const { host, wiring } = options;
  const agent = neutronAgent({
    host,
    wiring,
    clock,
    log,
    source: { plan: () => bus.call(neutronServerAddress, hostPlanMessage, { host }) },
    sink: { report: async (report) => void (await bus.call(neutronServerAddress, agentReportMessage, report)) },
  });
  const stopServing = await bus.serve(neutronAgentAddress(host), [
    on(planChangedMessage, async () => {
      agent.poke();
    }),
  ]);
  agent.start();
  return {
    status: () => agent.status(),
    async stop() {
      await stopServing();
      await agent.stop();
      await wiring.close();
    },
  };
}

/** Guests' metadata requests go to Nova's metadata service, by its HTTP contract. */
export function metadataBackend(upstream: Upstream): MetadataBackend {
  return async (request, signal) => {
    const hasBody = request.body.byteLength > 0;
    const response = await upstream.fetch("metadata", request.path, {
      method: request.method,
      headers: { ...request.headers },
      signal,
      ...(hasBody ? { body: request.body } : {}),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  };
}
