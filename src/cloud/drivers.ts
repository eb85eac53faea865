/** Chooses the drivers of a host: QEMU and Linux bridges, or fakes that say so wherever users look. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { VolumeBackend } from "#cinder/volume/backends/backend.ts";
import { makeFakeBackend } from "#cinder/volume/backends/fake/fake-backend.ts";
import { openFileBackend } from "#cinder/volume/backends/file/file-backend.ts";
import { openFileStore } from "#glance/stores/file/file-store.ts";
import type { ImageStore } from "#glance/stores/store.ts";
import { metadataBackend } from "#neutron/agent/start.ts";
import { fakeWiring } from "#neutron/agent/wiring/fake/fake-wiring.ts";
import { linuxBridgeWiring } from "#neutron/agent/wiring/linux-bridge/linux-bridge.ts";
import type { Wiring } from "#neutron/agent/wiring/wiring.ts";
import { makeFakeHypervisor } from "#nova/compute/hypervisors/fake/fake-hypervisor.ts";
import type { Hypervisor } from "#nova/compute/hypervisors/hypervisor.ts";
import { makeQemuHypervisor } from "#nova/compute/hypervisors/qemu/qemu-hypervisor.ts";
import type { Parts } from "#platform/role/role.ts";
import type { CloudConfig } from "./config.ts";
import { guestUser } from "./packages.ts";
import type { StateFolder } from "./state-folder.ts";

/** What a simulated host pretends to have: roomy, so that tests meet quotas rather than the size of a host. */
const simulatedHost = { vcpus: 1000, memory_mb: 800_000, disk_gb: 600_000 };

export interface DriverOptions {
  config: CloudConfig;
  state: StateFolder;
  /** Stops the drivers; guests go on. */
  signal: AbortSignal;
}

/** A short folder for sockets and pid files: a unix socket's path has room for 107 bytes. */
export function runDir(cloud_id: string, state_dir: string): string {
  const dir = process.getuid?.() === 0 ? join("/run/cumulet", cloud_id) : join(state_dir, "run");
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  return dir;
}

export interface HypervisorOptions {
  accel: CloudConfig["compute"]["accel"];
  tb_size_mb: number;
  cloud_id: string;
  state_dir: string;
  host: string;
  signal: AbortSignal;
}

export function hypervisorFor(
  parts: Parts,
  { accel, tb_size_mb, cloud_id, state_dir, host, signal }: HypervisorOptions,
): Hypervisor {
  const { clock, ids, log } = parts;
  const ledger_path = join(parts.state_dir, "guests.json");
  if (parts.simulated)
    return makeFakeHypervisor({ clock, log, host: simulatedHost, host_name: host, ledger_path, signal });
  return makeQemuHypervisor({
    clock,
    ids,
    log,
    instances_dir: join(parts.state_dir, "instances"),
    run_dir: join(runDir(cloud_id, state_dir), "guests"),
    qemu_user: guestUser,
    accel,
    tb_size_mb,
    open_tun_device: process.getuid?.() === 0,
    signal,
  });
}

export function wiringOf(parts: Parts, { config, state }: DriverOptions): Wiring {
  if (parts.simulated) return fakeWiring();
  const metadata = {
    backend: metadataBackend(parts.upstream),
    secret: state.secrets.metadata_secret,
    log: parts.log,
    clock: parts.clock,
  };
  return linuxBridgeWiring({
    cloud_id: state.cloud_id,
    clock: parts.clock,
    runtime_dir: join(runDir(state.cloud_id, state.dir), "networks"),
    tap_user: guestUser,
    ...(config.network.metadata ? { metadata } : {}),
  });
}

/** Images are data that users upload and read back, also where guests are simulated: files in both. */
export function imageStoreOf(parts: Parts): Promise<ImageStore> {
  return openFileStore({ folder: join(parts.state_dir, "images"), clock: parts.clock, ids: parts.ids });
}

export async function volumeBackendOf(parts: Parts, host: string): Promise<VolumeBackend> {
  if (parts.simulated) return makeFakeBackend({ ledger_path: join(parts.state_dir, "volumes.json") });
  return openFileBackend({ folder: join(parts.state_dir, "volumes"), host, clock: parts.clock, guest_user: guestUser });
}
