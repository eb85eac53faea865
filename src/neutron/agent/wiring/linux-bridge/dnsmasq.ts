/**
 * Keeps one dnsmasq for each network: started, told of new hosts, replaced, stopped. It outlives this process; the next
 * one finds it by its pid file and its command line.
 */
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { PlannedDhcp } from "#contracts/neutron/host-plan.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { type DnsmasqFiles, mayReload, withoutStaleLeases } from "./dnsmasq-files.ts";
import type { Programs } from "../programs.ts";

export interface DnsmasqHost {
  /** Brings one network's server to these files; resolves with what was done, empty for nothing. */
  ensure(networkId: string, namespace: string, dhcp: PlannedDhcp, files: DnsmasqFiles): Promise<string>;
  /** Stops it and removes its files. */
  remove(networkId: string): Promise<void>;
  /** Ids of the networks that have files, whether a server lives or not. */
  list(): Promise<string[]>;
  alive(networkId: string): Promise<boolean>;
  folder(networkId: string): string;
}

export function dnsmasqHost(programs: Programs, root: string, clock: Clock): DnsmasqHost {
  const folder = (networkId: string): string => `${root}/${networkId}`;
  return {
    folder,
    list: () => readdir(root).catch(() => []),
    alive: async (networkId) => (await livingPid(folder(networkId))) !== undefined,
    ensure: (networkId, namespace, dhcp, files) => ensure(programs, clock, folder(networkId), namespace, dhcp, files),
    remove: async (networkId) => {
      await stop(clock, folder(networkId));
      await rm(folder(networkId), { recursive: true, force: true });
    },
  };
}

async function ensure(
  programs: Programs,
  clock: Clock,
  folder: string,
  namespace: string,
  dhcp: PlannedDhcp,
  files: DnsmasqFiles,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const pid = await livingPid(folder);
  const leases = withoutStaleLeases(await textOf(`${folder}/leases`), dhcp.hosts);
  const sameConf = (await textOf(`${folder}/conf`)) === files.conf;
  const dirty = await changed(folder, files);
  const stays = sameConf && leases === undefined && (dirty.length === 0 || mayReload(await textOf(`${folder}/hosts`)));
  if (pid !== undefined && stays && (await inNamespace(programs, pid, namespace))) {
    if (dirty.length === 0) return "";
    for (const name of dirty) await replace(`${folder}/${name}`, files[name]);
    process.kill(pid, "SIGHUP");
    return `dhcp of ${namespace}: read again (${dirty.join(", ")})`;
  }
  await checkEnterable(folder);
  await stop(clock, folder);
  if (leases !== undefined) await replace(`${folder}/leases`, leases);
  for (const name of dirty) await replace(`${folder}/${name}`, files[name]);
  await replace(`${folder}/conf`, files.conf);
  await programs.run(["ip", "netns", "exec", namespace, "dnsmasq", `--conf-file=${folder}/conf`]);
  return `dhcp of ${namespace}: started`;
}

const reread = ["hosts", "options", "names"] as const;

async function changed(folder: string, files: DnsmasqFiles): Promise<(typeof reread)[number][]> {
  const same = await Promise.all(reread.map(async (name) => (await textOf(`${folder}/${name}`)) === files[name]));
  return reread.filter((_, index) => !same[index]);
}

/** The pid in the pid file, if that process is this folder's dnsmasq: pids are used again. */
async function livingPid(folder: string): Promise<number | undefined> {
  const pid = Number((await textOf(`${folder}/pid`)).trim());
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const command = await textOf(`/proc/${pid}/cmdline`);
  return command.split("\0").includes(`--conf-file=${folder}/conf`) ? pid : undefined;
}

/** False when the namespace was made anew under the same name and the server still lives in the old one. */
async function inNamespace(programs: Programs, pid: number, namespace: string): Promise<boolean> {
  const found = await programs.run(["ip", "netns", "identify", `${pid}`]).catch(() => undefined);
  return found?.stdout.trim().split(/\s+/).includes(namespace) === true;
}

async function stop(clock: Clock, folder: string): Promise<void> {
  const pid = await livingPid(folder);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  const gone = async (): Promise<true | undefined> => ((await livingPid(folder)) === undefined ? true : undefined);
  await until(clock, gone, { limit_ms: 5000, period_ms: 5, what: `dnsmasq ${pid} to end` }).catch(() => {
    process.kill(pid, "SIGKILL");
  });
}

/** dnsmasq reads its files as an unprivileged user, and would say nothing about those it cannot reach. */
async function checkEnterable(folder: string): Promise<void> {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) throw new Error(`the user of dnsmasq cannot enter ${path}`);
  }
}

/** Never half a file, even when this process is killed. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o644 });
  await rename(`${path}.new`, path);
}

/** Empty when there is none. Missing and empty are the same to dnsmasq once it has started. */
async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
