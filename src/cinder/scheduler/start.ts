/** The role cinder-scheduler: takes what is to be made, reads what there is, and tells the chosen agent. */
import { runVolumeWork, scheduleVolume, volumeAddress, volumeSchedulerAddress } from "#contracts/cinder/messages.ts";
import { on } from "#platform/bus/bus.ts";
import type { Operation } from "#platform/operations/operation.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { endVolumeOperation } from "../flows/end-operation.ts";
import { workOf, type CreateParams } from "../flows/volume-work.ts";
import type { CinderStore } from "../store/open.ts";
import { isUp } from "../store/services.ts";
import { chooseHost, type BackendState } from "./choose-host.ts";

export async function startCinderScheduler(parts: Parts, options: { store: CinderStore }): Promise<RunningRole> {
  const { store } = options;
  const stop = await parts.bus.serve(volumeSchedulerAddress, [
    on(scheduleVolume, async ({ operation_id }) => {
      const operation = await store.operations.find(operation_id);
      if (operation?.state === "running" && operation.owner === volumeSchedulerAddress)
        await schedule(parts, store, operation);
      return {};
    }),
  ]);
  return { stop };
}

async function schedule(parts: Parts, store: CinderStore, operation: Operation): Promise<void> {
  const params = operation.params as CreateParams;
  const states = await statesOf(store, parts.clock.now());
  const choice = chooseHost(
    { size_gb: params.size_gb, availability_zone: params.availability_zone, only_host: params.only_host },
    states,
  );
  if ("refused" in choice) {
    await endVolumeOperation(store, operation, "undone", { error: choice.refused, reason: choice.refused });
    return;
  }
  const owner = volumeAddress(choice.host);
  const taken = await store.db.transaction().execute(async (trx) => {
    const patch = { owner, waiting_for: `cinder-volume on ${choice.host} to make the volume` };
    if (!(await store.operations.change(operation.id, ["running"], patch, trx as never))) return false; // same tables
    await store.volumes.update(operation.resource_id, { host: choice.host }, trx);
    if (params.source.kind === "image") await store.volumes.move(operation.resource_id, "download", {}, trx);
    return true;
  });
  if (taken) await parts.bus.cast(owner, runVolumeWork, workOf({ ...operation, owner }));
}

async function statesOf(store: CinderStore, now: number): Promise<BackendState[]> {
  const [services, provisioned] = await Promise.all([store.services.list(), store.volumes.provisioned()]);
  return services.map((service) => ({
    host: service.host,
    availability_zone: service.availability_zone,
    up: isUp(service, now),
    disabled: service.disabled === 1,
    total_gb: service.total_gb,
    free_gb: service.free_gb,
    provisioned_gb: provisioned.get(service.host) ?? 0,
  }));
}
