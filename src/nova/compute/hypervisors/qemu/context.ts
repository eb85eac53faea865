/** What every part of the QEMU driver needs: settings, tools, and where things lie. */
import { join } from "node:path";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import { HypervisorError } from "../hypervisor-error.ts";
import type { QemuUser } from "./qemu-user.ts";

export interface QemuSettings {
  clock: Clock;
  ids: Ids;
  log: Log;
  /** One folder per guest: root disk, console log, definition. Kept across restarts of the host. */
  instances_dir: string;
  /** Sockets and pid files; must be short, for a unix socket's path has room for 107 bytes. */
  run_dir: string;
  /** Guests run as this user when Cumulet runs as root; as Cumulet's own user otherwise. */
  qemu_user: string;
  /** `auto` asks the probe (see kvm-probe.ts). Default `auto`. */
  accel?: "auto" | "kvm" | "tcg";
  /** Size of the translation buffer of a guest without KVM. Default 128; less than 64 costs speed. */
  tb_size_mb?: number;
  /** `define` refuses when less than this would be free. Default 64. */
  reserve_mb?: number;
  /** How long a guest may take to let go of a device. Default 20 000. */
  detach_ms?: number;
  /** A console log beyond this loses its older half. Default 1 MiB. */
  console_log_bytes?: number;
  /** Ends the driver: guests go on, connections and timers do not. */
  signal?: AbortSignal;
  /** Name or path of the programs. Default `qemu-system-x86_64` and `qemu-img`. */
  qemu_program?: string;
  qemu_img_program?: string;
  /**
   * When the guests' user may not open /dev/net/tun, give the device the mode 0666 that udev gives it (the kernel's
   * tuntap.rst: only owners of a tap and administrators can do anything with it). Without this, plugging a NIC into a
   * running guest fails with `tap_forbidden` on a host whose device is closed. Default false.
   */
  open_tun_device?: boolean;
}

export interface QemuContext extends Required<Omit<QemuSettings, "signal" | "accel" | "qemu_user">> {
  accel: "kvm" | "tcg";
  /** Undefined when Cumulet is not root. */
  user: QemuUser | undefined;
}

/** Paths of one guest. */
export interface GuestPaths {
  dir: string;
  record: string;
  rootDisk: string;
  consoleLog: string;
  /** What QEMU itself has to say. */
  qemuLog: string;
  pidFile: string;
  /** The monitor Cumulet uses, and one more: for an operator, or when the first one is still held. */
  monitors: readonly [string, string];
  vnc: string;
  serial: string;
}

export function guestPaths(at: Pick<QemuSettings, "instances_dir" | "run_dir">, uuid: string): GuestPaths {
  const dir = join(at.instances_dir, uuid);
  const run = join(at.run_dir, uuid);
  return {
    dir,
    record: join(dir, "guest.json"),
    rootDisk: join(dir, "disk"),
    consoleLog: join(dir, "console.log"),
    qemuLog: join(dir, "qemu.log"),
    pidFile: `${run}.pid`,
    monitors: [`${run}.qmp`, `${run}.qm2`],
    vnc: `${run}.vnc`,
    serial: `${run}.ser`,
  };
}

/** The kernel's limit on the path of a unix socket, without the final zero byte. */
const longestSocketPath_bytes = 107;

export function refuseLongSocketPaths(paths: GuestPaths): void {
  for (const path of [...paths.monitors, paths.vnc, paths.serial]) {
    const length_bytes = Buffer.byteLength(path);
    if (length_bytes <= longestSocketPath_bytes) continue;
    const reason = `a unix socket's path has room for ${longestSocketPath_bytes} bytes`;
    throw new HypervisorError(
      "invalid_definition",
      `${path} is ${length_bytes} bytes long, but ${reason}: choose a shorter run_dir`,
    );
  }
}
