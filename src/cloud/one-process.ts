/** A whole cloud in one process: every service, the dashboard, and this host's agents, wired together. */
import { join } from "node:path";
import { makeHorizon } from "#horizon/server/horizon.ts";
import type { Bus } from "#platform/bus/bus.ts";
import { inProcessBus } from "#platform/bus/in-process.ts";
import { natsBus } from "#platform/bus/nats.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { sqliteOpener } from "#platform/db/database.ts";
import { makeUpstream } from "#platform/http/client.ts";
import type { Fetcher } from "#platform/http/service.ts";
import { systemIds } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import type { RunningRole } from "#platform/role/role.ts";
import { busPrefix } from "./agent-process.ts";
import type { CloudConfig } from "./config.ts";
import { ensureFirstContents } from "./first-run.ts";
import { hostNames, startHost } from "./hosts.ts";
import { openListener, type Listener } from "./listener.ts";
import { partsFactory, type PartsFactory } from "./parts.ts";
import { startServices } from "./services.ts";
import type { StateFolder } from "./state-folder.ts";

export interface CloudOptions {
  config: CloudConfig;
  state: StateFolder;
  /** Undefined for a real host. */
  simulated_hosts: number | undefined;
  log: Log;
  /** Progress for people. */
  tell(line: string): void;
  /** Called when the APIs answer, before hosts and first contents are there. */
  onServing?(public_url: string): void;
  version: string;
}

export interface RunningCloud {
  public_url: string;
  stop(): Promise<void>;
}

const starting: Fetcher = async () =>
  new Response("Cumulet is starting.\n", { status: 503, headers: { "Retry-After": "1" } });

export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const { config, log } = options;
  const mounts = new Map<string, Fetcher>();
  const front: { dashboard: Fetcher } = { dashboard: starting };
  const { listen, port } = config.api;
  const listener = await openListener({
    listen,
    port,
    services: mounts,
    dashboard: (request) => front.dashboard(request),
  });
  const public_url = config.api.public_url ?? `http://${listen === "0.0.0.0" ? "127.0.0.1" : listen}:${listener.port}`;
  const running = makeRunning(listener, log);
  try {
    const bus = await openBus(options);
    const factory = makeFactory(options, bus, mounts, public_url);
    running.last(factory.stop);
    running.last(() => bus.close());
    await startAll(options, { factory, mounts, public_url, front, running });
    return { public_url, stop: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

interface Wiring {
  factory: PartsFactory;
  mounts: Map<string, Fetcher>;
  public_url: string;
  front: { dashboard: Fetcher };
  running: Running;
}

async function startAll(options: CloudOptions, wiring: Wiring): Promise<void> {
  const { config, state, log } = options;
  const { factory, mounts, public_url, front, running } = wiring;
  const simulated = options.simulated_hosts !== undefined;
  const hosts = hostNames(options.simulated_hosts);
  const services = await startServices({ factory, config, public_url, secrets: state.secrets, hosts, mounts });
  running.add(...services.roles);
  const horizon = makeHorizon({
    upstream: makeUpstream({ local: mounts, base_url: public_url }),
    tracer: factory.of("horizon", "").tracer,
    clock: systemClock(),
    ids: systemIds(),
    log,
    web_dir: join(import.meta.dirname, "..", "horizon", "web", "dist"),
    cloud: { simulated, version: options.version },
  });
  front.dashboard = async (request) => horizon.fetch(request);
  options.onServing?.(public_url);
  const ending = new AbortController();
  running.add({ stop: async () => ending.abort() });
  const drivers = { config, state, signal: ending.signal };
  for (const [at, host] of hosts.entries()) running.add(...(await startHost(factory, host, at === 0, drivers)));
  await ensureFirstContents({ services, config, state_dir: state.dir, simulated, tell: options.tell });
}

/** In process, unless agents run in processes of their own. */
async function openBus({ config, state, log }: CloudOptions): Promise<Bus> {
  const ids = systemIds();
  const { url, ...login } = config.bus;
  return url === undefined
    ? inProcessBus({ ids, log })
    : natsBus({ url, ...login, prefix: busPrefix(state.cloud_id), ids, log });
}

function makeFactory(options: CloudOptions, bus: Bus, mounts: Map<string, Fetcher>, public_url: string): PartsFactory {
  const { config, state, log } = options;
  const clock = systemClock();
  const ids = systemIds();
  return partsFactory({
    clock,
    ids,
    log,
    bus,
    upstream: makeUpstream({ local: mounts, base_url: public_url }),
    openDatabase: sqliteOpener({ dir: join(state.dir, "db"), synchronous: config.database.synchronous }),
    public_url,
    state_dir: state.dir,
    simulated: options.simulated_hosts !== undefined,
    passwords: state.secrets.service_users,
  });
}

interface Running {
  add(...roles: RunningRole[]): void;
  /** Runs after all roles have stopped. */
  last(stop: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** Stops in the opposite order of the start; one that fails to stop does not keep the others from it. */
function makeRunning(listener: Listener, log: Log): Running {
  const roles: RunningRole[] = [];
  const last: (() => Promise<void>)[] = [];
  return {
    add: (...more) => void roles.push(...more),
    last: (stop) => void last.push(stop),
    async stop() {
      await listener.close();
      for (const stop of [...roles.reverse().map((role) => () => role.stop()), ...last]) {
        await stop().catch((error: unknown) => log.error({ err: error }, "a role did not stop cleanly"));
      }
    },
  };
}
