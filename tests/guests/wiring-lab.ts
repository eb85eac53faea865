/**
 * A host of its own inside a network namespace, and guests that are namespaces on the wire of a port: the far end of a
 * veth whose near end carries the tap's name. Everything is named after one random word and removed at the end.
 */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import type { PlannedPort } from "#contracts/neutron/host-plan.ts";
import type { MetadataRequest } from "#neutron/agent/metadata/metadata-backend.ts";
import { listenInNamespace } from "#neutron/agent/metadata/namespace-socket.ts";
import { linuxBridgeWiring } from "#neutron/agent/wiring/linux-bridge/linux-bridge.ts";
import { tapName } from "#neutron/agent/wiring/names.ts";
import type { Wiring } from "#neutron/agent/wiring/wiring.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { exec, type ExecResult } from "#platform/exec/exec.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";

export interface Guest {
  readonly namespace: string;
  /** Runs a program inside; never rejects on its exit code. */
  run(argv: readonly [string, ...string[]], input?: string): Promise<ExecResult>;
  /** Asks for a lease; resolves with the variables udhcpc gives to its script, or undefined when nobody answered. */
  dhcp(): Promise<Record<string, string> | undefined>;
  /** Sets address and default route by hand. */
  address(cidr: string, gateway?: string): Promise<void>;
  ping(address: string): Promise<boolean>;
}

export interface Service {
  /** The addresses from which it was asked, oldest first. */
  readonly callers: readonly string[];
  /** True while a request for `/slow` waits for its second half. */
  held(): true | undefined;
  release(rest: string): void;
  end(): void;
}

export interface Lab {
  readonly cloud_id: string;
  /** Runs a program on the host. */
  run(argv: readonly [string, ...string[]], input?: string): Promise<ExecResult>;
  /** A wiring of the lab's cloud, or of another one on the same host. */
  wiring(cloudId?: string): Wiring;
  /** Must come before the plan that names the port is applied. */
  guest(port: PlannedPort): Promise<Guest>;
  /** An HTTP service that says `line`; of a guest, or of the host without one. */
  serve(guest: Guest | undefined, port: number, line: string): Promise<Service>;
  ping(address: string): Promise<boolean>;
  readonly metadataRequests: MetadataRequest[];
  readonly secret: string;
  readonly folder: string;
  end(): Promise<void>;
}

const inAny = [0, 1, 2, 3, 4, 5, 6, 7, 8, 124, 126, 127, 128, 130, 143, 255];

async function inside(namespace: string, argv: readonly [string, ...string[]], input?: string): Promise<ExecResult> {
  const options = { okCodes: inAny, timeout_ms: 20_000, ...(input === undefined ? {} : { input }) };
  return exec(["nsenter", `--net=/run/netns/${namespace}`, ...argv], options);
}

const leaseScript = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr flush dev "$interface"
ip addr add "$ip/$mask" dev "$interface"
if [ -n "$staticroutes" ]; then
  set -- $staticroutes
  while [ $# -gt 1 ]; do ip route replace "$1" via "$2"; shift 2; done
elif [ -n "$router" ]; then ip route replace default via "$router"; fi
for name in ip mask router dns hostname domain mtu staticroutes tftp; do eval "echo LEASE $name=\\$$name"; done
`;

export async function wiringLab(): Promise<Lab> {
  const word = systemIds().hex().slice(0, 8);
  const host = `cmlab-${word}`;
  const folder = await mkdtemp(`${tmpdir()}/wiring-lab-`);
  await chmod(folder, 0o755);
  await writeFile(`${folder}/lease.sh`, leaseScript, { mode: 0o755 });
  await exec(["ip", "netns", "add", host]);
  await inside(host, ["ip", "link", "set", "lo", "up"]);
  const namespaces = [host];
  const wirings: Wiring[] = [];
  const metadataRequests: MetadataRequest[] = [];
  const stops: (() => void)[] = [];
  const lab: Lab = {
    cloud_id: `lab-${word}`,
    folder,
    secret: "between us",
    metadataRequests,
    run: (argv, input) => inside(host, argv, input),
    ping: async (address) => (await inside(host, ["busybox", "ping", "-c1", "-W1", address])).code === 0,
    wiring: (cloudId = lab.cloud_id) => {
      const wiring = linuxBridgeWiring({
        cloud_id: cloudId,
        runtime_dir: `${folder}/${cloudId}`,
        clock: systemClock(),
        prefix: ["nsenter", `--net=/run/netns/${host}`],
        metadata: {
          secret: lab.secret,
          clock: systemClock(),
          log: makeLog({ level: "silent" }),
          backend: async (request) => {
            metadataRequests.push(request);
            const body = Buffer.from(`you are ${request.headers["x-instance-id"]}`);
            return { status: 200, headers: { "content-type": "text/plain" }, body };
          },
        },
      });
      wirings.push(wiring);
      return wiring;
    },
    guest: async (port) => {
      const namespace = `cmg${namespaces.length}-${word}`;
      await exec(["ip", "netns", "add", namespace]);
      namespaces.push(namespace);
      const peer = ["peer", "name", "eth0", "address", port.mac, "mtu", `${port.mtu}`, "netns", namespace];
      const made = await inside(host, ["ip", "link", "add", tapName(port.id), "type", "veth", ...peer]);
      if (made.code !== 0) throw new Error(made.stderr);
      await inside(namespace, ["ip", "-batch", "-"], "link set lo up\nlink set eth0 up\n");
      return makeGuest(namespace, folder);
    },
    serve: async (guest, port, line) => {
      const service = await serve(guest?.namespace ?? host, port, line);
      stops.push(service.end);
      return service;
    },
    end: async () => {
      for (const stop of stops) stop();
      for (const wiring of wirings) await wiring.close();
      for (const namespace of namespaces) await exec(["ip", "netns", "del", namespace], { okCodes: [0, 1] });
      await rm(folder, { recursive: true, force: true });
    },
  };
  return lab;
}

/** An HTTP service of this process on a socket inside the namespace. */
async function serve(namespace: string, port: number, line: string): Promise<Service> {
  const socket = await listenInNamespace([], namespace, "0.0.0.0", port, new AbortController().signal, systemClock());
  const callers: string[] = [];
  let waiting: ServerResponse | undefined;
  const server = createServer((ask, reply) => {
    callers.push(ask.socket.remoteAddress ?? "");
    if (ask.url !== "/slow") reply.end(line);
    else {
      reply.write(line);
      waiting = reply;
    }
  });
  server.listen(socket);
  return {
    callers,
    held: () => (waiting === undefined ? undefined : true),
    release: (rest) => waiting?.end(rest),
    end: () => {
      server.close(() => socket.close());
      server.closeAllConnections();
    },
  };
}

function makeGuest(namespace: string, folder: string): Guest {
  const run: Guest["run"] = (argv, input) => inside(namespace, argv, input);
  return {
    namespace,
    run,
    dhcp: async () => {
      const wanted = ["-O", "staticroutes", "-O", "mtu", "-O", "hostname", "-O", "domain", "-O", "tftp"];
      const script = ["-s", `${folder}/lease.sh`];
      const result = await run([
        "busybox",
        "udhcpc",
        "-n",
        "-q",
        "-f",
        "-i",
        "eth0",
        "-t",
        "2",
        "-T",
        "1",
        ...wanted,
        ...script,
      ]);
      const lease = [...result.stdout.matchAll(/^LEASE (\w+)=(.*)$/gm)].map((match) => [
        match[1] ?? "",
        match[2] ?? "",
      ]);
      return lease.length === 0 ? undefined : (Object.fromEntries(lease) as Record<string, string>);
    },
    address: async (cidr, gateway) => {
      const route = gateway === undefined ? "" : `route replace default via ${gateway}\n`;
      await run(["ip", "-batch", "-"], `addr flush dev eth0\naddr add ${cidr} dev eth0\n${route}`);
    },
    ping: async (address) => (await run(["busybox", "ping", "-c1", "-W1", address])).code === 0,
  };
}

/** What an HTTP service says, or empty when nobody could be reached. */
export async function hear(run: Guest["run"], address: string, port: number): Promise<string> {
  return (await run(["timeout", "1.5", "busybox", "wget", "-qO-", `http://${address}:${port}/`])).stdout;
}

const receiver = `const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (text) => { process.stdout.write(text); process.exit(0); });
setTimeout(() => process.exit(0), 1500);
const [address, port] = process.argv.slice(1);
socket.bind(Number(port), address);`;

const sender = `const socket = require("node:dgram").createSocket("udp4");
const [from, fromPort, to, toPort] = process.argv.slice(1);
socket.bind(Number(fromPort), from, () => setInterval(() => socket.send("hello", Number(toPort), to), 100));
setTimeout(() => process.exit(0), 1500);`;

/** Sends UDP from one guest's port to another's; resolves with what arrived, empty for nothing. */
export async function datagram(
  from: Guest,
  fromAddress: string,
  fromPort: number,
  to: Guest,
  toAddress: string,
  toPort: number,
): Promise<string> {
  const heard = to.run([process.execPath, "-e", receiver, toAddress, `${toPort}`]);
  await from.run([process.execPath, "-e", sender, fromAddress, `${fromPort}`, toAddress, `${toPort}`]);
  return (await heard).stdout;
}
