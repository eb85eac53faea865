/**
 * Devices of a running guest. Each step asks QEMU what is there already, so that it may be repeated after a crash
 * between any two steps.
 */
import { chmod } from "node:fs/promises";
import { HypervisorError } from "../hypervisor-error.ts";
import type { DiskConnection, Nic } from "../hypervisor.ts";
import type { QemuContext } from "./context.ts";
import { blockNodes, diskDevice, diskNames, nicBackend, nicDevice, nicNames } from "./devices.ts";
import { handOver, requireFile } from "./images.ts";
import type { LiveGuest } from "./live-guest.ts";
import { findBarrier, grants } from "./qemu-user.ts";
import { QmpError } from "./qmp.ts";
import { requireTap } from "./start-guest.ts";

export async function plugDisk(context: QemuContext, guest: LiveGuest, disk: DiskConnection): Promise<void> {
  await requireFile(disk.path, "disk_missing", `volume ${disk.volume_id}`);
  if (disk.read_only !== true) await handOver(context, disk.path);
  const names = diskNames(disk.volume_id);
  try {
    const present = await nodeNames(guest);
    for (const node of blockNodes(names, disk.path, disk.format, disk.read_only)) {
      const name = (node as { "node-name": string })["node-name"];
      if (!present.has(name)) await guest.execute("blockdev-add", node);
    }
    if (!(await hasDevice(guest, names.device))) await guest.execute("device_add", diskDevice(names, disk));
  } catch (error) {
    await dropNodes(guest, disk.volume_id).catch(() => undefined);
    throw await explainDisk(context, disk, error);
  }
}

export async function unplugDisk(context: QemuContext, guest: LiveGuest, volume_id: string): Promise<void> {
  await removeDevice(context, guest, diskNames(volume_id).device);
  await dropNodes(guest, volume_id);
}

/** Also what is to be done when a guest lets go of a disk long after it was asked to. */
export async function dropNodes(guest: LiveGuest, volume_id: string): Promise<void> {
  const names = diskNames(volume_id);
  const present = await nodeNames(guest);
  for (const name of [names.format, names.file]) {
    if (present.has(name)) await guest.execute("blockdev-del", { "node-name": name });
  }
}

export async function plugNic(context: QemuContext, guest: LiveGuest, nic: Nic): Promise<void> {
  await requireTap(nic);
  await openTunDevice(context);
  const { device, backend } = nicNames(nic.port_id);
  try {
    await guest.execute("netdev_add", nicBackend(nic)).catch(unlessPresent);
    if (!(await hasDevice(guest, device))) await guest.execute("device_add", nicDevice(nic));
  } catch (error) {
    await guest.execute("netdev_del", { id: backend }).catch(() => undefined);
    if (!(error instanceof QmpError) || !/not permitted|Permission denied/.test(error.message)) throw failed(error);
    const who = context.user?.name ?? "this user";
    const message = `${nic.tap}: ${error.message}; is the tap device owned by ${who}, and may it open /dev/net/tun?`;
    throw new HypervisorError("tap_forbidden", message, { cause: error });
  }
}

export async function unplugNic(context: QemuContext, guest: LiveGuest, port_id: string): Promise<void> {
  const { device, backend } = nicNames(port_id);
  await removeDevice(context, guest, device);
  await dropBackend(guest, backend);
}

export async function dropBackend(guest: LiveGuest, backend: string): Promise<void> {
  await guest.execute("netdev_del", { id: backend }).catch((error: unknown) => {
    if (!(error instanceof QmpError && error.message.includes("not found"))) throw failed(error);
  });
}

/** Asks the guest to let go of the device, again every few seconds: one that still boots does not hear the first time. */
async function removeDevice(context: QemuContext, guest: LiveGuest, device: string): Promise<void> {
  const { clock, detach_ms } = context;
  const deadline = clock.monotonic() + detach_ms;
  while (await hasDevice(guest, device)) {
    const left_ms = Math.max(1, deadline - clock.monotonic());
    const isOurs = (data: Readonly<Record<string, unknown>>) => data["device"] === device;
    const deleted = guest.nextEvent(
      (e) => e.event === "DEVICE_DELETED" && isOurs(e.data),
      Math.min(left_ms, 5000),
      "release",
    );
    deleted.catch(() => undefined);
    await guest.execute("device_del", { id: device }).catch((error: unknown) => {
      if (!(error instanceof QmpError && /in the process of unplug|not found/.test(error.message))) throw failed(error);
    });
    await deleted.catch((error: unknown) => {
      if (!(error instanceof QmpError && error.reason === "Timeout")) throw failed(error);
      if (clock.monotonic() < deadline) return;
      throw new HypervisorError("device_busy", `the guest did not let go of ${device} within ${detach_ms} ms`);
    });
  }
}

export async function hasDevice(guest: LiveGuest, device: string): Promise<boolean> {
  const list = (await guest.execute("qom-list", { path: "/machine/peripheral" })) as { name: string }[];
  return list.some(({ name }) => name === device);
}

async function nodeNames(guest: LiveGuest): Promise<Set<string>> {
  const list = (await guest.execute("query-named-block-nodes", { flat: true })) as { "node-name": string }[];
  return new Set(list.map((node) => node["node-name"]));
}

async function explainDisk(context: QemuContext, disk: DiskConnection, error: unknown): Promise<Error> {
  if (!(error instanceof QmpError) || !error.message.includes("Permission denied") || !context.user)
    return failed(error);
  const barrier = await findBarrier(context.user, disk.path).catch(() => undefined);
  const hint = barrier === undefined ? "" : `: it may not pass ${barrier}`;
  return new HypervisorError("disk_forbidden", `user ${context.user.name} may not open ${disk.path}${hint}`, {
    cause: error,
  });
}

async function openTunDevice({ user, open_tun_device, log }: QemuContext): Promise<void> {
  const device = "/dev/net/tun";
  if (!user || !open_tun_device || (await grants(user, device, 6))) return;
  await chmod(device, 0o666);
  log.warn(
    { device, user: user.name },
    "opened the device to all users, as udev does, so that NICs can be plugged into running guests",
  );
}

function unlessPresent(error: unknown): void {
  if (!(error instanceof QmpError && /Duplicate|already exists/i.test(error.message))) throw error;
}

function failed(error: unknown): Error {
  if (error instanceof HypervisorError) return error;
  return new HypervisorError("operation_failed", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

/** See {@link failed}: a refusal by QEMU as the driver's own error. */
export { failed as asHypervisorError };
