/** The role nova-scheduler. */
import { on } from "#platform/bus/bus.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { schedulerAddress, scheduleServer } from "#contracts/nova/messages.ts";
import { beat } from "../flows/heartbeat.ts";
import { makePlacementClient } from "../clients/placement.ts";
import type { NovaStore } from "../store/open.ts";
import { schedule, type SchedulerParts } from "./schedule.ts";

export async function startNovaScheduler(parts: Parts, store: NovaStore): Promise<RunningRole> {
  const placement = makePlacementClient(parts.upstream, parts.serviceUser.token);
  const { bus, clock, tracer, log } = parts;
  const scheduler: SchedulerParts = { store, placement, bus, clock, tracer, log };
  const stop = await bus.serve(schedulerAddress, [
    on(scheduleServer, async ({ operation_id, server_id }) => schedule(scheduler, operation_id, server_id)),
  ]);
  const stopBeating = beat({ store, clock, log }, "nova-scheduler");
  return {
    async stop() {
      stopBeating();
      await stop();
    },
  };
}
