/** The role cinder-volume: makes, connects and removes volumes on one host. It has no database (law 1). */
import {
  connectVolume,
  disconnectVolume,
  runVolumeWork,
  volumeAddress,
  volumeApiAddress,
  volumeHostReport,
  volumeInventory,
} from "#contracts/cinder/messages.ts";
import { on } from "#platform/bus/bus.ts";
import { makeReconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import type { VolumeBackend } from "./backends/backend.ts";
import { makeImageReader } from "./image-reader.ts";
import { makeWorker } from "./worker.ts";

export interface CinderVolumeOptions {
  host: string;
  backend: VolumeBackend;
  /** Default `nova`. */
  availability_zone?: string;
  report_period_ms?: number;
  inventory_period_ms?: number;
}

/** What unfinished work of a crash left is removed when it is older than this. */
const temporary_ms = 24 * 3_600_000;

export async function startCinderVolume(parts: Parts, options: CinderVolumeOptions): Promise<RunningRole> {
  const {
    host,
    backend,
    availability_zone = "nova",
    report_period_ms = 10_000,
    inventory_period_ms = 300_000,
  } = options;
  const { bus, log, clock } = parts;
  const worker = makeWorker({ bus, log, clock, backend, readImage: makeImageReader(parts) });
  const stopServing = await bus.serve(volumeAddress(host), [
    on(runVolumeWork, async (work) => {
      worker.take(work);
      return {};
    }),
    on(connectVolume, async ({ volume_id, ...attaching }) => ({
      connection_info: await backend.connect(volume_id, attaching),
    })),
    on(disconnectVolume, async ({ volume_id, attachment_id }) => {
      await backend.disconnect(volume_id, attachment_id);
      return {};
    }),
  ]);
  const report = async (): Promise<string[]> => {
    const facts = { host, availability_zone, backend: backend.name, simulated: backend.simulated };
    await bus.cast(volumeApiAddress, volumeHostReport, { ...facts, ...(await backend.capacity()) });
    return [];
  };
  const inventory = () => reconcileFiles(parts, host, backend);
  const reports = makeReconciler({ name: `volume host ${host}`, period_ms: report_period_ms, clock, log, run: report });
  const files = makeReconciler({
    name: `volume files of ${host}`,
    period_ms: inventory_period_ms,
    clock,
    log,
    run: inventory,
  });
  await reports.poke();
  return {
    async stop() {
      await Promise.all([reports.stop(), files.stop()]);
      await stopServing();
      await worker.stop();
    },
  };
}

/** Files = rows: what belongs to deleted volumes goes; a file that no row knows is left alone. */
async function reconcileFiles({ bus }: Parts, host: string, backend: VolumeBackend): Promise<string[]> {
  const volume_ids = await backend.list();
  const { deleted } = await bus.call(volumeApiAddress, volumeInventory, { host, volume_ids });
  const findings: string[] = [];
  for (const volume_id of deleted)
    if (await backend.delete(volume_id)) findings.push(`data of the deleted volume ${volume_id} removed`);
  const swept = await backend.sweep(temporary_ms);
  return swept > 0 ? [...findings, `${swept} unfinished files removed`] : findings;
}
