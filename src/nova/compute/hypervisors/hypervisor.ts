/**
 * What nova-compute asks of a hypervisor. One driver per host: `qemu/` starts real guests, `fake/` simulates them.
 * Every verb may be repeated: asking for what is already so changes nothing. Failures are {@link HypervisorError}.
 */

/** Nova's power states, as `OS-EXT-STS:power_state` shows them. */
export const powerStates = { NOSTATE: 0, RUNNING: 1, PAUSED: 3, SHUTDOWN: 4, CRASHED: 6 } as const;
export type PowerState = (typeof powerStates)[keyof typeof powerStates];

export type DiskFormat = "raw" | "qcow2";

/** A volume as the volume service hands it over, already reachable as a file of this host. */
export interface DiskConnection {
  volume_id: string;
  /** Absolute path. */
  path: string;
  format: DiskFormat;
  /** Shown in the guest as the disk's serial; only the first 20 characters fit. Usually the volume's id. */
  serial: string;
  /** Lower boots first; without it the disk is not booted from. */
  boot_index?: number;
  /** `/dev/vdb`: a wish about order, as in Nova; the guest's own naming decides. */
  device_name: string;
  read_only?: boolean;
}

/** A port whose tap device already exists on this host. */
export interface Nic {
  port_id: string;
  /** Name of the tap device, at most 15 characters. */
  tap: string;
  mac: string;
  /** Bytes; told to the guest's driver. */
  mtu: number;
}

export type RootDisk =
  | { kind: "image"; base_path: string; base_format: DiskFormat; /** 0: as large as the image. */ size_gb: number }
  | { kind: "volume"; disk: DiskConnection };

/** Kernel and ramdisk given beside the disk (images with `kernel_id` and `ramdisk_id`). */
export interface DirectKernel {
  kernel_path: string;
  initrd_path?: string;
  command_line?: string;
}

export interface GuestDefinition {
  uuid: string;
  name: string;
  vcpus: number;
  memory_mb: number;
  root: RootDisk;
  /** Volumes besides the root disk. */
  disks: readonly DiskConnection[];
  nics: readonly Nic[];
  /** ISO 9660 or VFAT image with the label config-2. */
  config_drive_path?: string;
  kernel?: DirectKernel;
  /** Left out: what the driver thinks best. */
  machine?: { type?: string; cpu_model?: string };
  /** The server's metadata. Real drivers ignore it; the fake is scripted by it (see `fake/`). */
  hints?: Readonly<Record<string, string>>;
}

/** Unix sockets of this host; absent while the guest does not run, and always absent for a simulated guest. */
export interface Consoles {
  /** Speaks RFB. */
  vnc_socket?: string;
  /** Raw bytes of the first serial port; one client at a time. */
  serial_socket?: string;
}

export interface GuestStatus {
  uuid: string;
  power_state: PowerState;
  /** As defined, with what was attached and detached since. */
  definition: GuestDefinition;
  consoles: Consoles;
}

/** What the resource tracker reports to placement. Sizes are whole units, rounded down. */
export interface HostResources {
  vcpus: number;
  memory_mb: number;
  memory_free_mb: number;
  disk_gb: number;
  disk_free_gb: number;
  /** `QEMU`, or `simulated`: the fake never pretends. */
  hypervisor_type: "QEMU" | "simulated";
  /** major × 1 000 000 + minor × 1000 + patch, as Nova writes it: 7.2.22 is 7002022. */
  hypervisor_version: number;
  cpu_info: {
    arch: string;
    model: string;
    vendor: string;
    topology: { sockets: number; cores: number; threads: number };
  };
  /** Architecture, hypervisor and kind of guest, as `supported_instances` lists them. */
  supported_instances: readonly (readonly [arch: string, hypervisor: string, mode: string])[];
}

/** Something that happened without being asked for through this driver. */
export interface GuestEvent {
  uuid: string;
  kind: "stopped" | "crashed" | "paused" | "resumed";
  power_state: PowerState;
  /** For the operator's eyes. */
  detail: string;
}

/** What {@link Hypervisor.recover} found. Each entry is a guest's UUID. */
export interface Recovery {
  /** Still running; under control again. */
  adopted: readonly string[];
  /** Ran when last seen, and run no more. */
  gone: readonly string[];
  /** Left over half-made or half-removed; cleaned. */
  cleaned: readonly string[];
  /** Their process lives but does not answer; left alone. */
  unreachable: readonly string[];
}

export interface Hypervisor {
  inspect(): Promise<HostResources>;
  list(): Promise<readonly GuestStatus[]>;
  /** Fails with `guest_not_found`. */
  get(uuid: string): Promise<GuestStatus>;
  /**
   * Makes the guest's root disk and remembers the guest; nothing runs. On a guest that is stopped it brings the
   * definition up to date and grows the root disk; it fails with `guest_running` when a running one would change.
   */
  define(definition: GuestDefinition): Promise<GuestStatus>;
  /** Starts a stopped guest and continues a paused one. */
  start(uuid: string): Promise<void>;
  /** Presses the power button, waits up to `graceful_ms` (0: not at all), then switches off. */
  stop(uuid: string, how: { graceful_ms: number }): Promise<void>;
  /** SOFT presses the power button first and gives the guest `graceful_ms` (default 60 000). Starts a stopped guest. */
  reboot(uuid: string, kind: "SOFT" | "HARD", how?: { graceful_ms: number }): Promise<void>;
  /** Kills the guest and removes all the driver made for it, volumes excepted. Harmless when there is no such guest. */
  destroy(uuid: string): Promise<void>;
  attachDisk(uuid: string, disk: DiskConnection): Promise<void>;
  /** Fails with `device_busy` when a running guest does not let go of it; harmless when it is not attached. */
  detachDisk(uuid: string, volume_id: string): Promise<void>;
  attachNic(uuid: string, nic: Nic): Promise<void>;
  /** As {@link Hypervisor.detachDisk}. */
  detachNic(uuid: string, port_id: string): Promise<void>;
  /** The last `max_bytes` of what the guest wrote to its first serial port. */
  consoleLog(uuid: string, max_bytes: number): Promise<string>;
  /** To be called once after a start of Cumulet: takes running guests under control and cleans what was left half-done. */
  recover(): Promise<Recovery>;
  /** Calls the listener for each event until the returned function is called. */
  events(listener: (event: GuestEvent) => void): () => void;
  /** What only some drivers can do. */
  readonly optional: OptionalVerbs;
}

export interface OptionalVerbs {
  pause?(uuid: string): Promise<void>;
  unpause?(uuid: string): Promise<void>;
  /** Tells a running guest that the volume behind a disk has grown; a stopped guest sees it by itself. */
  extendDisk?(uuid: string, volume_id: string, size_gb: number): Promise<void>;
}
