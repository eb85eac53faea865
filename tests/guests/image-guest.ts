/** One real guest of the lab: QEMU without hardware help, its console as text, QMP, and ssh into it. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { exec, start } from "#platform/exec/exec.ts";
import type { Lab } from "./image-lab.ts";

export interface Guest {
  process: ChildProcess;
  /** Resolves when QEMU has ended. */
  ended: Promise<unknown>;
  console(): Promise<string>;
  /** Waits for a line of the console. */
  line(pattern: RegExp, limit_ms?: number): Promise<RegExpExecArray>;
  qmp(execute: string, args?: Record<string, unknown>): Promise<unknown>;
  ssh(user: string, address: string, command: string): Promise<string>;
  kill(): Promise<void>;
}

export interface GuestOptions {
  folder: string;
  /** qcow2 of the guest; written to. */
  disk: string;
  /** Private key for ssh. */
  key: string;
  /** ISO of a config drive, as a CD. */
  config_drive?: string;
}

const clock = systemClock();

export function startGuest(lab: Lab, options: GuestOptions): Guest {
  const { folder } = options;
  const log = path.join(folder, "console.log");
  const monitor = path.join(folder, "qmp");
  const base = ["-accel", "tcg,tb-size=128", "-machine", "pc", "-m", "256", "-smp", "1", "-display", "none"];
  const still = ["-nodefaults", "-no-user-config", "-qmp", `unix:${monitor},server=on,wait=off`];
  const serial = ["-chardev", `file,id=s0,path=${log},append=on`, "-serial", "chardev:s0"];
  const disk = ["-drive", `file=${options.disk},if=virtio,format=qcow2`];
  const cd = options.config_drive ? ["-drive", `file=${options.config_drive},media=cdrom,format=raw,readonly=on`] : [];
  const nic = "virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01,romfile=";
  const net = ["-netdev", "tap,id=n0,ifname=tap0,script=no,downscript=no", "-device", nic];
  const argv = lab.inside(["qemu-system-x86_64", ...base, ...still, ...serial, ...disk, ...cd, ...net]);
  const child = start(argv, { stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "exit");
  const text = async (): Promise<string> => (await readFile(log, "utf8").catch(() => "")).replaceAll("\r", "");
  return {
    process: child,
    ended,
    console: text,
    line: (pattern, limit_ms = 120_000) => {
      const probe = async (): Promise<RegExpExecArray | undefined> => pattern.exec(await text()) ?? undefined;
      return until(clock, probe, { limit_ms, period_ms: 100, what: `${pattern} on the console` });
    },
    qmp: (execute, args = {}) => qmp(monitor, execute, args),
    ssh: (user, address, command) => ssh(lab, options, `${user}@${address}`, command),
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}

async function ssh(lab: Lab, options: GuestOptions, target: string, command: string): Promise<string> {
  const known = path.join(options.folder, "known_hosts");
  const trust = ["-o", "StrictHostKeyChecking=accept-new", "-o", `UserKnownHostsFile=${known}`];
  const quick = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "LogLevel=ERROR", "-i", options.key];
  const argv = lab.inside(["ssh", "-F", "none", ...trust, ...quick, target, command]);
  return (await exec(argv)).stdout.trim();
}

/** One command on a connection of its own; answers its `return`, throws its error. */
async function qmp(monitor: string, execute: string, args: Record<string, unknown>): Promise<unknown> {
  const socket = connect(monitor);
  try {
    socket.write(`${JSON.stringify({ execute: "qmp_capabilities" })}\n`);
    let answers = 0;
    for await (const line of createInterface({ input: socket })) {
      const message = JSON.parse(line) as { return?: unknown; error?: { desc: string } };
      if (message.error) throw new Error(message.error.desc);
      if (!("return" in message)) continue;
      answers += 1;
      if (answers === 2) return message.return;
      socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    }
    throw new Error(`no answer to ${execute}`);
  } finally {
    socket.destroy();
  }
}
