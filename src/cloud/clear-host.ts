/** Removes what a stopped cloud left running on the host on purpose: its guests, and its networks. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { linuxBridgeWiring } from "#neutron/agent/wiring/linux-bridge/linux-bridge.ts";
import { makeQemuHypervisor } from "#nova/compute/hypervisors/qemu/qemu-hypervisor.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import { guestUser, missingPackages } from "./packages.ts";

/** Long enough for a guest to shut down by itself. */
const graceful_ms = 10_000;

/** A folder that never had real guests is left as it is. */
export async function clearHost(state_dir: string, tell: (line: string) => void): Promise<void> {
  const idFile = join(state_dir, "cloud-id");
  if (!existsSync(idFile) || missingPackages().length > 0) return;
  const cloud_id = readFileSync(idFile, "utf8").trim();
  const run_dir = process.getuid?.() === 0 ? join("/run/cumulet", cloud_id) : join(state_dir, "run");
  await stopGuests(state_dir, run_dir, tell);
  if (process.getuid?.() !== 0) return;
  const wiring = linuxBridgeWiring({
    cloud_id,
    clock: systemClock(),
    runtime_dir: join(run_dir, "networks"),
    tap_user: guestUser,
  });
  tell("Removing the networks from this host");
  await wiring.clear();
  rmSync(run_dir, { recursive: true, force: true });
}

async function stopGuests(state_dir: string, run_dir: string, tell: (line: string) => void): Promise<void> {
  const instances_dir = join(state_dir, "nova-compute", "instances");
  if (!existsSync(instances_dir)) return;
  const ending = new AbortController();
  const hypervisor = makeQemuHypervisor({
    clock: systemClock(),
    ids: systemIds(),
    log: makeLog({ level: "warn" }),
    instances_dir,
    run_dir: join(run_dir, "guests"),
    qemu_user: guestUser,
    signal: ending.signal,
  });
  await hypervisor.recover();
  const running = (await hypervisor.list()).filter((guest) => guest.power_state !== 4);
  if (running.length > 0) tell(`Stopping ${running.length} guests`);
  await Promise.all(running.map((guest) => hypervisor.stop(guest.uuid, { graceful_ms })));
  ending.abort();
}
