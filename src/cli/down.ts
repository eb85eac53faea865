/** `cumulet down` */
import { until } from "#platform/clock/until.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { lockFile, ownerOf } from "#cloud/state-folder.ts";
import { clearHost } from "#cloud/clear-host.ts";
import { say, tell } from "./command.ts";
import { findRunning, forgetRunning, stateDirOf, type StateOption } from "./running.ts";

/** How long a cloud may take to stop cleanly. */
const stop_ms = 60_000;

export async function down(options: StateOption & { guests?: boolean }): Promise<void> {
  const dir = stateDirOf(options);
  const pid = ownerOf(dir);
  const simulated = findRunning(dir)?.simulated ?? false;
  if (pid === undefined) say(`No cloud runs on ${dir}.`);
  else await stop(dir, pid, simulated || options.guests === true);
  if (options.guests) await clearHost(dir, tell);
}

async function stop(dir: string, pid: number, guestsToo: boolean): Promise<void> {
  tell(`Stopping the cloud on ${dir} (process ${pid})`);
  process.kill(pid, "SIGTERM");
  await until(systemClock(), async () => (ownerOf(dir) === undefined ? true : undefined), {
    limit_ms: stop_ms,
    what: `process ${pid} to end (${lockFile(dir)})`,
  });
  forgetRunning(dir);
  const guests = guestsToo ? "" : " Guests and their networks go on; 'cumulet down --guests' ends them too.";
  say(`Stopped.${guests}`);
}
