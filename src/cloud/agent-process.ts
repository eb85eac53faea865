/** nova-compute in a process of its own: it has the queue and the APIs, and nothing else of the cloud. */
import { mkdirSync } from "node:fs";
import { configDriveContent } from "#nova/metadata/config-drive-content.ts";
import { startNovaCompute } from "#nova/compute/start.ts";
import { natsBus } from "#platform/bus/nats.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { noDatabase } from "#platform/db/database.ts";
import { makeUpstream } from "#platform/http/client.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import type { AgentConfig } from "./agent-config.ts";
import { hypervisorFor } from "./drivers.ts";
import { partsFactory } from "./parts.ts";

export interface RunningAgent {
  stop(): Promise<void>;
}

export async function startComputeProcess(config: AgentConfig): Promise<RunningAgent> {
  const clock = systemClock();
  const ids = systemIds();
  const log = makeLog({ level: config.log.level });
  const { name: host, state_dir, simulated } = config.host;
  mkdirSync(state_dir, { recursive: true, mode: 0o711 });
  const bus = await natsBus({ ...config.bus, prefix: busPrefix(config.cloud.id), ids, log });
  const upstream = makeUpstream({ local: new Map(), base_url: config.cloud.url });
  const { user, password } = config.cloud;
  const shared = {
    clock,
    ids,
    log,
    bus,
    upstream,
    public_url: config.cloud.url,
    state_dir,
    simulated,
    passwords: { [user]: password },
  };
  const factory = partsFactory({ ...shared, openDatabase: noDatabase("nova-compute") });
  const [role = user] = user.split("@");
  const parts = factory.of("nova-compute", role, "agent", host);
  const ending = new AbortController();
  const hypervisor = hypervisorFor(parts, {
    ...config.compute,
    cloud_id: config.cloud.id,
    state_dir,
    host,
    signal: ending.signal,
  });
  const compute = await startNovaCompute(parts, { host, host_ip: "127.0.0.1", hypervisor, configDriveContent });
  return {
    async stop() {
      await compute.stop();
      ending.abort();
      await factory.stop();
      await bus.close();
      await upstream.close();
    },
  };
}

/** Subjects of one cloud on a shared server. */
export function busPrefix(cloud_id: string): string {
  return `cumulet.${cloud_id}`;
}
