/** Starts a guest that is defined already and then waits to be killed: `start-and-wait.ts <instances_dir> <run_dir> <uuid>`. */
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import { makeQemuHypervisor } from "#nova/compute/hypervisors/qemu/qemu-hypervisor.ts";

const [instances_dir = "", run_dir = "", uuid = ""] = process.argv.slice(2);
const clock = systemClock();
const hypervisor = makeQemuHypervisor({
  clock,
  ids: systemIds(),
  log: makeLog(),
  instances_dir,
  run_dir,
  qemu_user: "nobody",
});
await hypervisor.start(uuid);
process.stdout.write("started\n");
await clock.sleep(60_000);
