/** Guests' processes: which one belongs to which guest, whether it lives, and how it ends. */
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Clock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";

/** False also for a process that has ended and only waits for its parent to notice. */
export async function isAlive(pid: number): Promise<boolean> {
  const text = await read(`/proc/${pid}/stat`);
  const state = text?.slice(text.lastIndexOf(")") + 2, text.lastIndexOf(")") + 3);
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The guest's process by its pid file, believed only if that process was started with this very pid file. */
export async function findProcess(pidFile: string): Promise<number | undefined> {
  const pid = Number((await read(pidFile))?.trim());
  if (!Number.isInteger(pid) || pid < 2) return undefined;
  return (await pidFileOf(pid)) === pidFile && (await isAlive(pid)) ? pid : undefined;
}

/** All QEMU processes whose pid file lies in `run_dir`, by guest. Finds also those that have not written it yet. */
export async function scanProcesses(run_dir: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const entry of await readdir("/proc")) {
    const pid = Number(entry);
    const pidFile = Number.isInteger(pid) ? await pidFileOf(pid) : undefined;
    if (pidFile === `${run_dir}/${basename(pidFile ?? "")}` && (await isAlive(pid)))
      found.set(basename(pidFile, ".pid"), pid);
  }
  return found;
}

async function pidFileOf(pid: number): Promise<string | undefined> {
  const args = (await read(`/proc/${pid}/cmdline`))?.split("\0");
  if (!args || !basename(args[0] ?? "").startsWith("qemu")) return undefined;
  const at = args.indexOf("-pidfile");
  return at < 0 ? undefined : args[at + 1];
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

export async function waitForEnd(clock: Clock, pid: number, limit_ms: number): Promise<boolean> {
  const ended = async () => ((await isAlive(pid)) ? undefined : true);
  return until(clock, ended, { limit_ms, period_ms: 10, what: `process ${pid} to end` }).catch(() => false);
}

/** SIGKILL, then waits for the end. The caller has made sure that it is the guest's process. */
export async function kill(clock: Clock, pid: number): Promise<void> {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  if (!(await waitForEnd(clock, pid, 10_000))) throw new Error(`process ${pid} does not end`);
}
