/** The QEMU driver with a state folder of its own, for tests. Guests boot from an empty disk: their firmware runs, no system does. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#platform/clock/clock.ts";
import { exec } from "#platform/exec/exec.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import type { Subject } from "#nova/compute/hypervisors/compliance.ts";
import type { QemuSettings } from "#nova/compute/hypervisors/qemu/context.ts";
import { scanProcesses } from "#nova/compute/hypervisors/qemu/process.ts";
import { makeQemuHypervisor } from "#nova/compute/hypervisors/qemu/qemu-hypervisor.ts";

export interface QemuSubject extends Subject {
  folder: string;
  settings: QemuSettings;
}

export async function makeQemuSubject(overrides: Partial<QemuSettings> = {}): Promise<QemuSubject> {
  const ids = systemIds();
  const clock = systemClock();
  // Short, because sockets lie below it; passable, because guests' user has to reach the volumes.
  const folder = mkdtempSync(join(tmpdir(), "cmlt-"));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "volumes"), { mode: 0o711 });
  const base_path = join(folder, "base.qcow2");
  await exec(["qemu-img", "create", "-q", "-f", "qcow2", base_path, "8M"]);
  const at = { instances_dir: join(folder, "instances"), run_dir: join(folder, "run") };
  const settings = {
    clock,
    ids,
    log: makeLog({ level: "silent" }),
    ...at,
    qemu_user: "nobody",
    detach_ms: 500,
    ...overrides,
  };
  let end = new AbortController();
  const open = () => makeQemuHypervisor({ ...settings, signal: end.signal });
  return {
    clock,
    folder,
    settings,
    hypervisor: open(),
    definition: () => ({
      uuid: ids.uuid(),
      name: "a guest, named=oddly",
      vcpus: 1,
      memory_mb: 32,
      root: { kind: "image", base_path, base_format: "qcow2", size_gb: 1 },
      disks: [],
      nics: [],
    }),
    async makeDisk(device_name) {
      const volume_id = ids.uuid();
      const path = join(folder, "volumes", `volume-${volume_id}`);
      await exec(["qemu-img", "create", "-q", "-f", "raw", path, "1M"]);
      return { volume_id, path, format: "raw", serial: volume_id, device_name };
    },
    async restart() {
      end.abort();
      end = new AbortController();
      return open();
    },
    async close() {
      end.abort();
      const left = await scanProcesses(at.run_dir);
      for (const pid of left.values()) process.kill(pid, "SIGKILL");
      const sockets = existsSync(at.run_dir) ? readdirSync(at.run_dir) : [];
      rmSync(folder, { recursive: true });
      assert.deepEqual([...left.keys()], [], "guests left running");
      assert.deepEqual(sockets, [], "files left in the run folder");
    },
  };
}
