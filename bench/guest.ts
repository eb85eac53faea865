/**
 * A real guest, from the request until ssh answers, beside plain QEMU that is started by hand with the same image, the
 * same machine and the same way to its key (a config drive). Both in a network namespace of their own. Needs root.
 */
import { start } from "#platform/exec/exec.ts";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { guestShell, type GuestShell } from "#tests/guests/real-cloud-guest.ts";
import { makeRealCloud, type RealCloud } from "#tests/guests/real-cloud.ts";

export interface GuestNumbers {
  cloud_ms: number[];
  by_hand_ms: number[];
}

const by_hand_port = 2222;

export async function measureGuests(rounds: number): Promise<GuestNumbers> {
  const cloud = await makeRealCloud("bench");
  try {
    await cloud.up();
    const shell = await guestShell(cloud);
    await cloud.tell("keypair", "create", "--public-key", shell.public_key, "bench");
    await cloud.tell("port", "create", "--network", "private", "bench");
    const rules = ["security", "group", "rule", "create", "--ingress", "--protocol", "tcp", "default"];
    await cloud.tell(...rules);
    const address = (await cloud.ask("floating", "ip", "create", "--port", "bench", "public"))[
      "floating_ip_address"
    ] as string;
    // The first one also fetches the image to the host, which the one by hand has beside it.
    const { machine } = await inCloud(cloud, shell, address);
    const numbers: GuestNumbers = { cloud_ms: [], by_hand_ms: [] };
    for (let round = 0; round < rounds; round += 1) {
      numbers.by_hand_ms.push(await byHand(cloud, shell, machine));
      numbers.cloud_ms.push((await inCloud(cloud, shell, address)).ms);
    }
    return numbers;
  } finally {
    await cloud.end();
  }
}

/** What the cloud gave its guest, to be given to the one by hand too: machine, accelerator, processor, memory. */
type Machine = string[];

async function inCloud(
  cloud: RealCloud,
  shell: GuestShell,
  address: string,
): Promise<{ ms: number; machine: Machine }> {
  const body = await requestBody(cloud);
  const began = performance.now();
  const id = await create(cloud, body);
  await reach(cloud, shell, address);
  const ms = performance.now() - began;
  const machine = machineOf(id);
  await cloud.tell("server", "delete", "--wait", id);
  return { ms, machine };
}

interface Request {
  token: string;
  text: string;
}

/** Made before the clock runs: the command-line client takes seconds to start. */
async function requestBody(cloud: RealCloud): Promise<Request> {
  const token = await cloud.tell("token", "issue", "-f", "value", "-c", "id");
  const image = (await cloud.ask("image", "show", "cumulet")).id as string;
  const port = (await cloud.ask("port", "show", "bench")).id as string;
  const server = {
    name: "bench",
    flavorRef: "84",
    imageRef: image,
    key_name: "bench",
    config_drive: true,
    networks: [{ port }],
  };
  return { token, text: JSON.stringify({ server }) };
}

async function create(cloud: RealCloud, { token, text }: Request): Promise<string> {
  const headers = ["-H", `X-Auth-Token: ${token}`, "-H", "Content-Type: application/json"];
  const { stdout } = await cloud.run(["curl", "-sf", ...headers, "-d", text, `${cloud.url}/compute/v2.1/servers`]);
  return (JSON.parse(stdout) as { server: { id: string } }).server.id;
}

/** Each guest has a new host key: nothing is remembered of it. */
async function reach(cloud: RealCloud, shell: GuestShell, address: string, port = 22): Promise<void> {
  const blind = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"];
  const quick = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=2", "-i", shell.public_key.replace(/\.pub$/, "")];
  for (let attempt = 0; ; attempt += 1) {
    try {
      await cloud.run(["ssh", "-F", "none", ...blind, ...quick, "-p", String(port), `root@${address}`, "true"]);
      return;
    } catch (error) {
      if (attempt > 600) throw error;
      await sleep(100);
    }
  }
}

/** Read from the running process: whatever the cloud chooses, the one by hand gets. */
function machineOf(server_id: string): Machine {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const argv = commandOf(pid);
    if (!argv.includes(server_id) || !argv.some((word) => word.endsWith("qemu-system-x86_64"))) continue;
    return ["-machine", "-accel", "-cpu", "-m", "-smp"].flatMap((name) => [name, argv[argv.indexOf(name) + 1] ?? ""]);
  }
  throw new Error(`the guest of ${server_id} does not run`);
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

async function byHand(cloud: RealCloud, shell: GuestShell, machine: Machine): Promise<number> {
  const folder = join(cloud.state_dir, "by-hand");
  const [disk, drive] = [join(folder, "disk.qcow2"), join(folder, "drive.iso")];
  await configDrive(cloud, shell, folder, drive);
  const image = join(cloud.state_dir, "guest-image", "cumulet.qcow2");
  const began = performance.now();
  await cloud.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", disk]);
  const devices = ["-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0"];
  const disks = [
    "-drive",
    `file=${disk},if=virtio,format=qcow2`,
    "-drive",
    `file=${drive},media=cdrom,format=raw,readonly=on`,
  ];
  const net = [
    "-netdev",
    `user,id=n0,hostfwd=tcp:127.0.0.1:${by_hand_port}-:22`,
    "-device",
    "virtio-net-pci,netdev=n0,romfile=",
  ];
  const plain = [
    "-nodefaults",
    "-no-user-config",
    "-display",
    "none",
    "-serial",
    `file:${join(folder, "console.log")}`,
  ];
  const argv = ["qemu-system-x86_64", ...plain, ...machine, ...devices, ...disks, ...net];
  const guest = start(["nsenter", `--net=/run/netns/${cloud.namespace}`, ...argv], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    await reach(cloud, shell, "127.0.0.1", by_hand_port);
    return performance.now() - began;
  } finally {
    await killed(guest);
    await rm(folder, { recursive: true });
  }
}

async function killed(guest: ChildProcess): Promise<void> {
  const ended = once(guest, "exit");
  guest.kill("SIGKILL");
  await ended;
}

async function configDrive(cloud: RealCloud, shell: GuestShell, folder: string, drive: string): Promise<void> {
  const files = join(folder, "content");
  const latest = join(files, "openstack", "latest");
  await mkdir(latest, { recursive: true });
  const key = readFileSync(shell.public_key, "utf8").trim();
  const facts = {
    uuid: "00000000-0000-4000-8000-000000000000",
    name: "by-hand",
    hostname: "by-hand",
    public_keys: { bench: key },
  };
  await writeFile(join(latest, "meta_data.json"), JSON.stringify(facts));
  await cloud.run(["genisoimage", "-quiet", "-J", "-r", "-V", "config-2", "-o", drive, files]);
}
