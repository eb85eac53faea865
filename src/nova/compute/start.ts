/**
 * The role nova-compute of one host. It has no database: it takes pokes from the queue, asks the conductor what to do,
 * and talks to Glance, Neutron, Cinder and Placement with its own user.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buildServer, computeAddress, consoleOutput, externalEvent, runOperation } from "#contracts/nova/messages.ts";
import type { Order } from "#contracts/nova/order.ts";
import { on, type BusHandler } from "#platform/bus/bus.ts";
import { until } from "#platform/clock/until.ts";
import { makeReconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { makeCinderClient, type Connector } from "../clients/cinder.ts";
import { makePlacementClient } from "../clients/placement.ts";
import { makeNeutronClient } from "./clients/neutron.ts";
import { makeConductorClient, type ConductorClient } from "./conductor-client.ts";
import { makeConfigDrives, type ConfigDrives, type ConfigDriveOptions } from "./config-drive.ts";
import { reportHost } from "./host.ts";
import { HypervisorError } from "./hypervisors/hypervisor-error.ts";
import type { Hypervisor } from "./hypervisors/hypervisor.ts";
import { makeImageCache } from "./image-cache.ts";
import { makeImageSource } from "./image-source.ts";
import { ensureNodeId } from "./node-id.ts";
import { makePlugWaiter, type PlugWaiter } from "./plug-waiter.ts";
import { makeServerNetwork, type ServerNetwork } from "./server-network.ts";
import { makeServerVolumes } from "./server-volumes.ts";
import { workOf } from "./work/work.ts";
import { makeWorker, type Worker } from "./worker.ts";

export interface ComputeOptions {
  host: string;
  host_ip: string;
  hypervisor: Hypervisor;
  /** What the metadata service would say, as the files of a config drive. */
  configDriveContent: ConfigDriveOptions["content"];
}

const report_ms = 10_000;
/** Longest piece of a console log that is handed out. */
const console_max_bytes = 1_048_576;

export async function startNovaCompute(parts: Parts, options: ComputeOptions): Promise<RunningRole> {
  const { host, hypervisor, host_ip } = options;
  const conductor = makeConductorClient(parts.bus, host);
  const plugs = makePlugWaiter();
  const { worker, network, drives } = await makeWorkshop(parts, options, conductor, plugs);
  const node_uuid = await ensureNodeId(parts.state_dir, host, parts.ids);
  await hypervisor.recover();
  const placement = makePlacementClient(parts.upstream, parts.serviceUser.token);
  const reporter = makeReconciler({
    name: `host ${host}`,
    period_ms: report_ms,
    clock: parts.clock,
    log: parts.log,
    run: () =>
      reportHost({
        host,
        node_uuid,
        host_ip,
        hypervisor,
        conductor,
        placement,
        drives,
        busy: worker.busy,
        ids: parts.ids,
      }),
  });
  const stopEvents = hypervisor.events(() => void reporter.poke());
  const handlers = [
    ...workHandlers(parts, conductor, worker),
    ...eventHandlers(conductor, network, plugs),
    on(consoleOutput, async ({ server_id, lines }) => {
      const output = await hypervisor.consoleLog(server_id, console_max_bytes);
      return { output: lines === null ? output : lastLines(output, lines) };
    }),
  ];
  const stopServing = await parts.bus.serve(computeAddress(host), handlers);
  await reporter.poke();
  const active = await until(parts.clock, () => conductor.active(), {
    limit_ms: 120_000,
    what: "nova-conductor to answer",
  });
  for (const { operation_id, server_id } of active) void worker.poke(operation_id, server_id);
  return {
    async stop() {
      stopEvents();
      await stopServing();
      await reporter.stop();
      await worker.idle();
    },
  };
}

interface Workshop {
  worker: Worker;
  network: ServerNetwork;
  drives: ConfigDrives;
}

async function makeWorkshop(
  parts: Parts,
  options: ComputeOptions,
  conductor: ConductorClient,
  plugs: PlugWaiter,
): Promise<Workshop> {
  const { upstream, clock, tracer } = parts;
  const { token } = parts.serviceUser;
  const { host, host_ip, hypervisor } = options;
  const dir = join(parts.state_dir, "compute");
  await mkdir(dir, { recursive: true, mode: 0o755 });
  const cache = makeImageCache({ dir: join(dir, "images"), guests_are_real: !parts.simulated });
  await cache.sweep();
  const connector: Connector = {
    host,
    ip: host_ip,
    platform: process.arch === "arm64" ? "aarch64" : "x86_64",
    os_type: "linux",
    multipath: false,
  };
  const drives = makeConfigDrives({
    dir: join(dir, "config-drives"),
    content: options.configDriveContent,
    guests_are_real: !parts.simulated,
  });
  await drives.sweep();
  const network = makeServerNetwork({ neutron: makeNeutronClient(upstream, token, host), plugs, clock });
  const work = workOf({
    hypervisor,
    images: makeImageSource(upstream, token, cache),
    network,
    volumes: makeServerVolumes({ cinder: makeCinderClient(upstream, token), clock, connector }),
    tracer,
    configDrives: drives,
  });
  const powerState = async (server_id: string): Promise<number | null> =>
    (await hypervisor.get(server_id).catch(noGuest))?.power_state ?? null;
  return { network, drives, worker: makeWorker({ conductor, work, powerState, log: parts.log }) };
}

function noGuest(error: unknown): undefined {
  if (error instanceof HypervisorError && error.code === "guest_not_found") return undefined;
  throw error;
}

/** Steps 13, 14 and 19 of the flow are seen where a build begins. */
function workHandlers({ tracer }: Parts, conductor: ConductorClient, worker: Worker): BusHandler[] {
  const fetchBuild = async (operation_id: string, server_id: string): Promise<Order | undefined> => {
    const attributes = { server_id };
    await tracer.step(13, attributes, async () => undefined);
    const order = await tracer.step(14, attributes, () => conductor.order(operation_id));
    return tracer.step(19, attributes, async () => order);
  };
  return [
    on(buildServer, async ({ operation_id, server_id }) => {
      await worker.poke(operation_id, server_id, () => fetchBuild(operation_id, server_id));
    }),
    on(runOperation, async ({ operation_id, server_id }) => {
      await worker.poke(operation_id, server_id);
    }),
  ];
}

function eventHandlers(conductor: ConductorClient, network: ServerNetwork, plugs: PlugWaiter): BusHandler[] {
  return [
    on(externalEvent, async ({ name, server_id, tag, status }) => {
      if (name === "network-vif-plugged" && tag !== null && status === "completed") plugs.plugged(tag);
      if (name !== "network-changed") return;
      // Which of them Nova made is known to the server's row only: the conductor keeps that.
      await conductor.interfaces(
        server_id,
        await network.read({ id: server_id, interfaces: [], requested_networks: [] }),
      );
    }),
  ];
}

function lastLines(text: string, count: number): string {
  const lines = text.split("\n");
  return lines.slice(Math.max(0, lines.length - count - (text.endsWith("\n") ? 1 : 0))).join("\n");
}
