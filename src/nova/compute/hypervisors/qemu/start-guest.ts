/** Starts a guest's process so that it outlives Cumulet, and brings it under control. */
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { exec, start } from "#platform/exec/exec.ts";
import { HypervisorError } from "../hypervisor-error.ts";
import type { GuestDefinition, Nic } from "../hypervisor.ts";
import { commandLine } from "./command-line.ts";
import { boundLog } from "./console-log.ts";
import type { GuestPaths, QemuContext } from "./context.ts";
import { prepareFiles } from "./images.ts";
import { awaitMonitor, LiveGuest } from "./live-guest.ts";
import { isAlive, kill } from "./process.ts";
import type { Qmp, QmpEvent } from "./qmp.ts";

/** The guest is stopped before its first instruction; `cont` lets it run. */
export async function startGuest(
  context: QemuContext,
  guest: GuestDefinition,
  paths: GuestPaths,
  onEvent: (event: QmpEvent) => void,
): Promise<LiveGuest> {
  await prepareFiles(context, guest, paths);
  for (const nic of guest.nics) await requireTap(nic);
  await removeRunFiles(paths);
  await boundLog(paths.consoleLog, context.console_log_bytes);
  const { pid, failed } = await spawnQemu(context, guest, paths);
  let qmp: Qmp;
  try {
    qmp = await awaitMonitor(context.clock, paths, failed);
  } catch (error) {
    if (await isAlive(pid)) await kill(context.clock, pid);
    await removeRunFiles(paths);
    if (error instanceof HypervisorError) throw error;
    throw new HypervisorError("start_failed", `QEMU did not come up: ${await lastWords(paths)}`, { cause: error });
  }
  return new LiveGuest(context.clock, paths, pid, qmp, onEvent);
}

/** What setpriv answers when the program it is to become is not there. */
const notExecuted = 127;

async function spawnQemu(context: QemuContext, guest: GuestDefinition, paths: GuestPaths) {
  const { qemu_program, accel, tb_size_mb, user } = context;
  const argv = commandLine(guest, paths, { program: qemu_program, accel, tb_size_mb, run_as: user?.name });
  const words = await open(paths.qemuLog, "w", 0o600);
  try {
    const child = start(argv, { detached: true, stdio: ["ignore", words.fd, words.fd], cwd: "/" });
    const failed = new Promise<never>((_resolve, reject) => {
      child.once("error", (cause) => reject(programMissing(qemu_program, cause)));
      child.once("exit", (code, signal) => {
        const how = new Error(`exit ${code ?? signal ?? "unknown"}`);
        reject(code === notExecuted ? programMissing(qemu_program, how) : how);
      });
    });
    failed.catch(() => undefined);
    if (child.pid === undefined) return await failed;
    child.unref();
    return { pid: child.pid, failed };
  } finally {
    await words.close();
  }
}

function programMissing(program: string, cause: Error): HypervisorError {
  return new HypervisorError("hypervisor_missing", `${program} cannot be started: ${cause.message}`, { cause });
}

/** The end of what QEMU wrote, without the lines that only repeat. */
async function lastWords(paths: GuestPaths): Promise<string> {
  const text = await readFile(paths.qemuLog, "utf8").catch(() => "");
  return text.trim().split("\n").slice(-5).join("\n").slice(-2000) || "it said nothing";
}

/** QEMU running as root would make a missing tap device itself, connected to nothing. */
export async function requireTap(nic: Nic): Promise<void> {
  const devices = await readFile("/proc/self/net/dev", "utf8");
  const names = devices.split("\n").map((line) => line.split(":")[0]?.trim());
  if (names.includes(nic.tap)) return;
  throw new HypervisorError("tap_missing", `port ${nic.port_id}: there is no device ${nic.tap}`);
}

export async function removeRunFiles(paths: GuestPaths): Promise<void> {
  for (const path of [...paths.monitors, paths.vnc, paths.serial, paths.pidFile]) await rm(path, { force: true });
}

/** `7002022` for QEMU 7.2.22. */
export async function qemuVersion(program: string): Promise<number> {
  let text: string;
  try {
    text = (await exec([program, "--version"])).stdout;
  } catch (cause) {
    throw programMissing(program, cause instanceof Error ? cause : new Error(String(cause)));
  }
  const [, major, minor, patch] = /version (\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return Number(major ?? 0) * 1_000_000 + Number(minor ?? 0) * 1000 + Number(patch ?? 0);
}

/** Folders with the modes they need: guests' user passes through `instances_dir`, nobody else enters `run_dir`. */
export async function makeFolders(context: Pick<QemuContext, "instances_dir" | "run_dir">): Promise<void> {
  await mkdir(context.instances_dir, { recursive: true, mode: 0o711 });
  await mkdir(context.run_dir, { recursive: true, mode: 0o700 });
}
