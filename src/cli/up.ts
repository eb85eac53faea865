/** `cumulet up`: sets the machine up when need be, starts the cloud, and tells where it is. */
import { existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudConfig } from "#cloud/config.ts";
import { writeCredentials, type CredentialFiles } from "#cloud/credentials.ts";
import { ensureGuestUser, installPackages, missingPackages } from "#cloud/packages.ts";
import { openStateFolder, SetupError, type StateFolder } from "#cloud/state-folder.ts";
import { ensureDashboard } from "#cloud/dashboard-build.ts";
import { hostNames } from "#cloud/hosts.ts";
import { startCloud, type RunningCloud } from "#cloud/one-process.ts";
import { readConfig } from "#platform/config/toml.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { start } from "#platform/exec/exec.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import { say, stopSignal, tell } from "./command.ts";
import { logFile } from "./logs.ts";
import { findRunning, forgetRunning, stateDirOf, writeRunning } from "./running.ts";

export const version = "0.1.0";

export interface UpOptions {
  state?: string;
  config?: string;
  listen?: string;
  port?: string;
  publicUrl?: string;
  simulate?: boolean | string;
  detach?: boolean;
}

export async function up(options: UpOptions): Promise<void> {
  const dir = stateDirOf(options);
  const config = configOf(options, dir);
  const simulated_hosts = hostsOf(options.simulate);
  if (simulated_hosts === undefined) await prepareMachine();
  await ensureDashboard(tell);
  if (options.detach) return detach(dir, hostNames(simulated_hosts));
  const state = openStateFolder(dir, hostNames(simulated_hosts), systemIds());
  try {
    await serve(config, state, simulated_hosts);
  } catch (error) {
    state.release();
    throw error;
  }
}

function hostsOf(simulate: boolean | string | undefined): number | undefined {
  if (simulate === undefined || simulate === false) return undefined;
  const hosts = simulate === true ? 1 : Number(simulate);
  if (Number.isInteger(hosts) && hosts >= 1 && hosts <= 10_000) return hosts;
  throw new SetupError(`--simulate takes a number of hosts from 1 to 10000, not '${String(simulate)}'.`);
}

/** The file, with the command line over it. */
function configOf(options: UpOptions, dir: string): CloudConfig {
  const file = options.config ?? join(dir, "cumulet.toml");
  if (options.config !== undefined && !existsSync(file))
    throw new SetupError(`The configuration ${file} does not exist.`);
  const config = readConfig(CloudConfig, existsSync(file) ? readFileSync(file, "utf8") : undefined, file);
  if (options.listen !== undefined) config.api.listen = options.listen;
  if (options.port !== undefined) config.api.port = portOf(options.port);
  if (options.publicUrl !== undefined) config.api.public_url = options.publicUrl.replace(/\/+$/, "");
  return config;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new SetupError(`--port takes a number from 0 to 65535, not '${text}'.`);
}

async function prepareMachine(): Promise<void> {
  const missing = missingPackages();
  if (missing.length > 0) {
    tell("Debian packages that are missing:");
    for (const one of missing) tell(`  ${one.package}: ${one.why}`);
    await installPackages(
      missing.map((one) => one.package),
      tell,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      "Real guests and networks need root. Run this as root, or try the cloud without: ./cumulet up --simulate",
    );
  }
  await ensureGuestUser();
}

async function serve(config: CloudConfig, state: StateFolder, simulated_hosts: number | undefined): Promise<void> {
  const clock = systemClock();
  const started = clock.monotonic();
  const simulated = simulated_hosts !== undefined;
  const cloud = await startCloud({
    config,
    state,
    simulated_hosts,
    version,
    tell,
    log: makeLog({ level: config.log.level }),
    onServing: () => tell(`The APIs answer after ${((clock.monotonic() - started) / 1000).toFixed(2)} s`),
  });
  const files = writeCredentials(state.dir, cloud.public_url, state.secrets);
  writeRunning(state.dir, { pid: process.pid, public_url: cloud.public_url, simulated, started_at: clock.now() });
  greet(cloud.public_url, files, simulated);
  await stopSignal();
  tell("Stopping");
  await stopCloud(cloud, state);
  process.exit(0);
}

async function stopCloud(cloud: RunningCloud, state: StateFolder): Promise<void> {
  await cloud.stop();
  forgetRunning(state.dir);
  state.release();
}

function greet(public_url: string, files: CredentialFiles, simulated: boolean): void {
  say("");
  say(`Cumulet serves${simulated ? ", simulated: its servers are not real" : ""}.`);
  say(`  dashboard    ${public_url}/`);
  say(`  user         admin, password in ${files.admin_password}`);
  say(`  clouds.yaml  ${files.clouds_yaml}   (OS_CLOUD=cumulet)`);
  say(`  openrc       ${files.openrc}`);
  say("");
}

/** How long a first start may take: it builds the guest image. */
const detach_ms = 600_000;

/** Starts the same command again as a process of its own, and returns when that serves. */
async function detach(dir: string, hosts: readonly string[]): Promise<void> {
  const state = openStateFolder(dir, hosts, systemIds());
  state.release();
  const log = openSync(logFile(dir), "a", 0o600);
  const argv = process.argv.slice(1).filter((argument) => argument !== "--detach");
  const child = start([process.execPath, ...process.execArgv, ...argv], {
    detached: true,
    stdio: ["ignore", log, log],
    env: process.env,
  });
  let ended: number | null | undefined;
  child.on("exit", (code) => (ended = code));
  child.unref();
  const serving = await until(systemClock(), async () => (ended === undefined ? findRunning(dir) : "ended"), {
    limit_ms: detach_ms,
    period_ms: 50,
    what: `the cloud to serve (see ${logFile(dir)})`,
  });
  if (serving === "ended") throw new SetupError(`The cloud did not start:\n${lastLines(logFile(dir))}`);
  say(
    `Cumulet serves at ${serving.public_url}/ (process ${serving.pid}); 'cumulet logs' shows its log, 'cumulet down' stops it.`,
  );
}

function lastLines(path: string): string {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-8).join("\n");
}
