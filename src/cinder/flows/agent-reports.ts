/** What agents say to the API's side: the only way from an agent to the database. */
import {
  recordVolumeStep,
  runVolumeWork,
  volumeHostReport,
  volumeInventory,
  volumeWorkEnded,
} from "#contracts/cinder/messages.ts";
import { on, type BusHandler } from "#platform/bus/bus.ts";
import type { Log } from "#platform/log/log.ts";
import { endVolumeOperation, failVolumeOperation } from "./end-operation.ts";
import type { SuperviseParts } from "./supervise.ts";
import { workOf } from "./volume-work.ts";

export function agentReportHandlers(parts: SuperviseParts & { log: Log }): BusHandler[] {
  const { store, bus, clock, ids, log } = parts;
  return [
    on(recordVolumeStep, async ({ operation_id, step, status, output }) => {
      const operation = await store.operations.find(operation_id);
      if (operation)
        await store.operations.record(operation_id, step, { status, ...(output === undefined ? {} : { output }) });
      return {};
    }),
    on(volumeWorkEnded, async ({ operation_id, outcome, error, reason }) => {
      const operation = await store.operations.find(operation_id);
      if (!operation) return {};
      if (outcome === "done" || outcome === "undone")
        await endVolumeOperation(store, operation, outcome, { error, reason });
      if (outcome === "stuck") await store.operations.change(operation_id, ["undoing"], { state: "stuck", error });
      if (outcome !== "failed" || !(await failVolumeOperation(store, operation, { error, reason }))) return {};
      log.warn(
        { operation_id, kind: operation.kind, volume_id: operation.resource_id, error },
        "volume work failed and is undone",
      );
      await bus.cast(operation.owner, runVolumeWork, workOf({ ...operation, state: "undoing" }));
      return {};
    }),
    on(volumeHostReport, async (report) => {
      await store.services.seen(ids.uuid(), { ...report, simulated: report.simulated ? 1 : 0 }, clock.now());
      return {};
    }),
    on(volumeInventory, async ({ host, volume_ids }) => {
      const deleted = await store.volumes.deletedAmong(volume_ids);
      const held = new Set(volume_ids);
      for (const volume of await store.volumes.listIn(["available", "in-use", "reserved"])) {
        if (volume.host === host && !held.has(volume.id))
          log.error({ host, volume_id: volume.id }, "the data of a volume is missing on its host");
      }
      return { deleted };
    }),
  ];
}
