/** The argument vector that starts a guest. Pure: a definition and paths in, arguments out. */
import type { GuestDefinition } from "../hypervisor.ts";
import type { GuestPaths } from "./context.ts";
import { blockNodes, diskDevice, diskNames, inDeviceOrder, nicBackend, nicDevice, rootDiskNames } from "./devices.ts";

export interface StartOptions {
  program: string;
  accel: "kvm" | "tcg";
  tb_size_mb: number;
  /** Switch to this user once everything is opened. */
  run_as?: string | undefined;
}

/** A fixed version, so that a guest meets the same machine after QEMU was upgraded. */
export const defaultMachine = "pc-i440fx-7.2";

/** What a guest without KVM gets: all QEMU can emulate, but for five-level paging, which trips older boot loaders. */
const emulatedCpu = "max,la57=off";

export function commandLine(guest: GuestDefinition, paths: GuestPaths, options: StartOptions): [string, ...string[]] {
  return [
    ...program(options),
    ...confinement(options),
    ...machine(guest, options),
    ...identity(guest),
    ...monitors(paths),
    ...consoles(paths),
    "-object",
    "rng-random,id=rng0,filename=/dev/urandom",
    "-device",
    "virtio-rng-pci,rng=rng0",
    ...bootSource(guest),
    ...guest.nics.flatMap((nic) => [
      "-netdev",
      JSON.stringify(nicBackend(nic)),
      "-device",
      JSON.stringify(nicDevice(nic)),
    ]),
    ...rootDisk(guest, paths),
    ...inDeviceOrder(guest.disks).flatMap((disk) => {
      const names = diskNames(disk.volume_id);
      return [
        ...nodes(blockNodes(names, disk.path, disk.format, disk.read_only)),
        "-device",
        JSON.stringify(diskDevice(names, disk)),
      ];
    }),
    ...configDrive(guest),
  ];
}

/**
 * QEMU's own filter cannot forbid changes of user when QEMU itself is to change it (`-runas`): QEMU 7.2 is killed at
 * setgid with `elevateprivileges=deny` and with `children`. So setpriv takes away for good the possibility to gain
 * privileges by executing a program, and the change of user takes away all capabilities; `spawn=deny` stays.
 */
function program(options: StartOptions): [string, ...string[]] {
  return options.run_as === undefined ? [options.program] : ["setpriv", "--no-new-privs", options.program];
}

function confinement({ run_as }: StartOptions): string[] {
  const rise = run_as === undefined ? "deny" : "allow";
  const filter = `on,obsolete=deny,elevateprivileges=${rise},spawn=deny,resourcecontrol=deny`;
  return ["-sandbox", filter, ...(run_as === undefined ? [] : ["-runas", run_as])];
}

function machine(guest: GuestDefinition, { accel, tb_size_mb }: StartOptions): string[] {
  const fast = accel === "kvm";
  return [
    "-nodefaults",
    "-no-user-config",
    "-display",
    "none",
    "-S",
    "-machine",
    escaped(guest.machine?.type ?? defaultMachine),
    "-accel",
    fast ? "kvm" : `tcg,thread=multi,tb-size=${tb_size_mb}`,
    "-cpu",
    guest.machine?.cpu_model ?? (fast ? "host" : emulatedCpu),
    "-m",
    `${guest.memory_mb}M`,
    "-smp",
    `cpus=${guest.vcpus}`,
    "-rtc",
    "base=utc",
    "-boot",
    "strict=on",
  ];
}

/** Guests find out that they run in an OpenStack cloud by these SMBIOS strings; cloud-init looks for them. */
function identity(guest: GuestDefinition): string[] {
  const maker = "manufacturer=OpenStack Foundation,product=OpenStack Nova,family=Virtual Machine";
  return [
    "-name",
    `guest=${guest.name.replaceAll(/[^\w.-]/g, "-").slice(0, 60)},debug-threads=on`,
    "-uuid",
    guest.uuid,
    "-smbios",
    `type=1,${maker},serial=${guest.uuid},uuid=${guest.uuid}`,
  ];
}

function monitors(paths: GuestPaths): string[] {
  const sockets = paths.monitors.flatMap((path, n) => [
    "-chardev",
    `socket,id=mon${n},path=${escaped(path)},server=on,wait=off`,
    "-mon",
    `chardev=mon${n},mode=control`,
  ]);
  return [...sockets, "-pidfile", paths.pidFile, "-msg", "timestamp=on"];
}

function consoles(paths: GuestPaths): string[] {
  const serial = `socket,id=ser0,path=${escaped(paths.serial)},server=on,wait=off`;
  return [
    "-chardev",
    `${serial},logfile=${escaped(paths.consoleLog)},logappend=on`,
    "-serial",
    "chardev:ser0",
    "-device",
    "VGA",
    "-vnc",
    `unix:${escaped(paths.vnc)}`,
  ];
}

function bootSource({ kernel }: GuestDefinition): string[] {
  if (!kernel) return [];
  return [
    "-kernel",
    kernel.kernel_path,
    ...(kernel.initrd_path === undefined ? [] : ["-initrd", kernel.initrd_path]),
    ...(kernel.command_line === undefined ? [] : ["-append", kernel.command_line]),
  ];
}

function rootDisk({ root }: GuestDefinition, paths: GuestPaths): string[] {
  if (root.kind === "image") {
    const device = diskDevice(rootDiskNames, { boot_index: 0 });
    return [...nodes(blockNodes(rootDiskNames, paths.rootDisk, "qcow2")), "-device", JSON.stringify(device)];
  }
  const { disk } = root;
  const names = diskNames(disk.volume_id);
  const device = diskDevice(names, { serial: disk.serial, boot_index: disk.boot_index ?? 0 });
  return [...nodes(blockNodes(names, disk.path, disk.format, disk.read_only)), "-device", JSON.stringify(device)];
}

/** A CD-ROM on the IDE controller: it takes no /dev/vdX name from the volumes. */
function configDrive({ config_drive_path }: GuestDefinition): string[] {
  if (config_drive_path === undefined) return [];
  const names = { device: "config", format: "config-n", file: "config-f" };
  const device = { driver: "ide-cd", id: names.device, drive: names.format };
  return [...nodes(blockNodes(names, config_drive_path, "raw", true)), "-device", JSON.stringify(device)];
}

function nodes(list: object[]): string[] {
  return list.flatMap((node) => ["-blockdev", JSON.stringify(node)]);
}

/** A comma ends a value in QEMU's option syntax; doubled it stands for itself. */
function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
