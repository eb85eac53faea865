/**
 * A small network in its own namespace for a real guest: bridge, taps, dnsmasq (address, MTU, classless routes, names)
 * and a metadata server at 169.254.169.254. Everything ends with `stop`. Needs root.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { exec, start } from "#platform/exec/exec.ts";

export interface Lab {
  namespace: string;
  /** Lease file of dnsmasq: time, MAC, address, name. */
  leases: string;
  /** Argument vector that runs inside the namespace. */
  inside(argv: readonly string[]): [string, ...string[]];
  stop(): Promise<void>;
}

export interface LabOptions {
  /** Scratch folder of the test. */
  folder: string;
  /** Path → body, served at 169.254.169.254; undefined starts no metadata server. */
  metadata?: Record<string, string>;
}

export const subnet = "10.77.0";

export async function startLab(options: LabOptions): Promise<Lab> {
  const namespace = `cgi${process.pid}`;
  const inside = (argv: readonly string[]): [string, ...string[]] => ["ip", "netns", "exec", namespace, ...argv];
  const children: ChildProcess[] = [];
  const run = (argv: readonly string[]): void => {
    const [program, ...rest] = inside(argv);
    children.push(start([program, ...rest], { stdio: ["ignore", "inherit", "inherit"] }));
  };
  const leases = path.join(options.folder, "leases");
  await exec(["ip", "netns", "add", namespace]);
  const links = ["link set lo up", "link add br0 type bridge", "link set br0 up", `addr add ${subnet}.1/24 dev br0`];
  const taps = ["tap0", "tap1"].flatMap((tap) => [`tuntap add ${tap} mode tap`, `link set ${tap} master br0 up`]);
  const lines = [...links, "addr add 169.254.169.254/32 dev br0", ...taps];
  await exec(inside(["ip", "-batch", "-"]), { input: `${lines.join("\n")}\n` });
  const routes = `0.0.0.0/0,${subnet}.1,169.254.169.254/32,${subnet}.1,192.0.2.0/24,${subnet}.9`;
  const server = [
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--no-hosts",
    "--no-resolv",
    "--interface=br0",
    "--bind-interfaces",
    "--no-ping",
  ];
  const answers = [
    `--dhcp-range=${subnet}.10,${subnet}.50,255.255.255.0,1h`,
    `--dhcp-option=121,${routes}`,
    "--dhcp-option=26,1450",
  ];
  const names = [
    "--domain=cloud.test",
    "--address=/name.cloud.test/192.0.2.77",
    `--dhcp-leasefile=${leases}`,
    "--user=root",
  ];
  await writeFile(leases, "");
  run(["dnsmasq", ...server, ...answers, ...names, `--pid-file=${path.join(options.folder, "dnsmasq.pid")}`]);
  if (options.metadata) {
    const file = path.join(options.folder, "metadata.json");
    await writeFile(file, JSON.stringify(options.metadata));
    run([process.execPath, path.join(import.meta.dirname, "image-metadata-server.ts"), file]);
  }
  return {
    namespace,
    leases,
    inside,
    async stop() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      }
      await exec(["ip", "netns", "del", namespace]);
    },
  };
}
