/** `cumulet status` */
import { ownerOf } from "#cloud/state-folder.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { say } from "./command.ts";
import { findRunning, stateDirOf, type StateOption } from "./running.ts";

export async function status(options: StateOption & { json?: boolean }): Promise<void> {
  const dir = stateDirOf(options);
  const running = findRunning(dir);
  const state = running ? "running" : ownerOf(dir) === undefined ? "stopped" : "starting";
  if (options.json) say(JSON.stringify({ state, state_dir: dir, ...running }));
  else if (running) {
    const minutes = Math.floor((systemClock().now() - running.started_at) / 60_000);
    say(`running${running.simulated ? " (simulated)" : ""} for ${minutes} min, process ${running.pid}`);
    say(`dashboard  ${running.public_url}/`);
    say(`state      ${dir}`);
  } else say(`${state} (${dir})`);
  process.exitCode = running ? 0 : 3;
}
