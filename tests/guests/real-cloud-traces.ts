/** What a real cloud has on its host: what the tests of nothing being left look at. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealCloud } from "./real-cloud.ts";

/** QEMU processes of the cloud by server. */
export async function guestPids(cloud: RealCloud): Promise<Record<string, number>> {
  const marker = `/run/cumulet/${await cloud.cloudId()}/guests/`;
  const found: Record<string, number> = {};
  for (const { pid, words } of await processes()) {
    const pidFile = words.find((word) => word.startsWith(marker) && word.endsWith(".pid"));
    if (pidFile && words[0]?.includes("qemu")) found[pidFile.slice(marker.length, -".pid".length)] = pid;
  }
  return found;
}

/** Devices of guests on the cloud's host: taps that programs hold, not the ends of the networks' own wires. */
export async function guestTaps(cloud: RealCloud): Promise<string[]> {
  const { stdout } = await cloud.run(["ip", "-j", "link", "show", "type", "tun"]);
  return (JSON.parse(stdout) as { ifname: string }[]).map((link) => link.ifname);
}

/** Servers that have files on the host: a folder, or a config drive. */
export async function serverFiles(cloud: RealCloud): Promise<string[]> {
  const compute = join(cloud.state_dir, "nova-compute");
  const folders = await namesIn(join(compute, "instances"));
  const drives = await namesIn(join(compute, "compute", "config-drives"));
  return [...folders.filter((name) => name !== "kvm-probe.json"), ...drives.map((name) => name.split(".")[0] ?? name)];
}

/** Where the file backend has volumes that are being made. */
const incoming = ".incoming";

/** Volumes that have files on the host. */
export async function volumeFiles(cloud: RealCloud): Promise<string[]> {
  const dir = join(cloud.state_dir, "cinder-volume", "volumes");
  const names = [...(await namesIn(dir)), ...(await namesIn(join(dir, incoming)))].filter((name) => name !== incoming);
  return [...new Set(names.map((name) => name.split(".")[0] ?? name))];
}

/** Everything of the cloud that the host still has, for people to read; empty when all is gone. */
export async function leftOnHost(cloud: RealCloud, namespaces: readonly string[]): Promise<string[]> {
  const cloud_id = await cloud.cloudId();
  const marks = [cloud.state_dir, `/run/cumulet/${cloud_id}`];
  const running = (await processes()).filter(({ words }) => marks.some((mark) => words.join(" ").includes(mark)));
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n");
  const { stdout } = await cloud.run(["ip", "-j", "link"]);
  const links = (JSON.parse(stdout) as { ifname: string }[]).map((link) => link.ifname);
  const { stdout: rules } = await cloud.run(["nft", "list", "ruleset"]);
  return [
    ...running.map(({ pid, words }) => `process ${pid}: ${words.join(" ").slice(0, 200)}`),
    ...links.filter((name) => name !== "lo").map((name) => `device ${name}`),
    ...namespaces.filter((name) => existsSync(`/run/netns/${name}`)).map((name) => `namespace ${name}`),
    ...mounts.filter((line) => [...marks, ...namespaces].some((mark) => line.includes(mark))),
    ...(existsSync(`/run/cumulet/${cloud_id}`) ? [`folder /run/cumulet/${cloud_id}`] : []),
    ...(rules.trim() === "" ? [] : [`rules:\n${rules}`]),
  ];
}

/** All processes with a command line: those that have ended and wait for their parent have none. */
async function processes(): Promise<{ pid: number; words: string[] }[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 1 && pid !== process.pid);
  const all = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return { pid, words: text.split("\0").filter((word) => word !== "") };
    }),
  );
  return all.filter(({ words }) => words.length > 0);
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}
