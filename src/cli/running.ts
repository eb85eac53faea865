/** What a running cloud wrote about itself into its state folder, for the commands that come later. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError, ownerOf } from "#cloud/state-folder.ts";
import { defaultStateDir } from "./command.ts";

export interface RunningCloud {
  pid: number;
  public_url: string;
  simulated: boolean;
  /** Milliseconds since the epoch. */
  started_at: number;
}

export interface StateOption {
  state?: string;
  simulate?: boolean | string;
}

const file = (dir: string): string => join(dir, "running.json");

export function stateDirOf(options: StateOption): string {
  return options.state ?? defaultStateDir(options.simulate !== undefined && options.simulate !== false);
}

export function writeRunning(dir: string, cloud: RunningCloud): void {
  writeFileSync(file(dir), `${JSON.stringify(cloud)}\n`);
}

export function forgetRunning(dir: string): void {
  rmSync(file(dir), { force: true });
}

/** Undefined when no cloud runs on this folder, or it does not serve yet. */
export function findRunning(dir: string): RunningCloud | undefined {
  const pid = ownerOf(dir);
  if (pid === undefined) return undefined;
  try {
    const cloud = JSON.parse(readFileSync(file(dir), "utf8")) as RunningCloud;
    return cloud.pid === pid ? cloud : undefined;
  } catch {
    return undefined;
  }
}

export function getRunning(dir: string): RunningCloud {
  const running = findRunning(dir);
  if (!running)
    throw new SetupError(`No cloud runs on ${dir}. Start one with 'cumulet up', or name its folder with --state DIR.`);
  return running;
}
