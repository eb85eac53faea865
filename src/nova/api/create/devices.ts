/** Which disks a new server gets: the user's mapping, completed and checked. Pure but for the errors it throws. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import type { DeviceRequest, ServerRequest } from "#contracts/nova/server-create.ts";

export interface PlannedDevice {
  source_type: "image" | "volume" | "blank";
  destination_type: "local" | "volume";
  volume_id: string | null;
  image_id: string | null;
  /** GiB; null: as the image or the volume has it. */
  volume_size: number | null;
  volume_type: string | null;
  /** Null: never booted from. */
  boot_index: number | null;
  device_name: string | null;
  delete_on_termination: boolean;
  tag: string | null;
  disk_bus: string | null;
  device_type: string | null;
  guest_format: string | null;
}

export interface DevicePlan {
  devices: PlannedDevice[];
  /** The image on the local root disk; null when the server boots from a volume. */
  image_ref: string | null;
  /** The image that is booted, wherever it lies; null when a volume brings its own. */
  boot_image: string | null;
}

export function planDevices(request: ServerRequest): DevicePlan {
  const mapping = [...(request.block_device_mapping_v2 ?? []), ...oldMapping(request)].filter(
    (one) => !("no_device" in one),
  );
  const asked = mapping.map(planDevice);
  const imageRef = request.imageRef ? request.imageRef : null;
  if (asked.length === 0 && imageRef === null) {
    throw request.imageRef === undefined ? errors.missingImageRef() : errors.badImageRef();
  }
  const root = asked.find((device) => device.boot_index === 0);
  const devices = imageRef !== null && !root ? [localRoot(imageRef), ...asked] : asked;
  checkBootOrder(devices);
  const boot = devices.find((device) => device.boot_index === 0);
  const local = boot?.destination_type === "local" ? boot.image_id : null;
  return { devices: named(devices), image_ref: local, boot_image: boot?.image_id ?? null };
}

function planDevice(request: DeviceRequest): PlannedDevice {
  const source_type = request.source_type ?? (request.uuid === undefined ? "blank" : "volume");
  if (source_type === "snapshot") throw errors.notBuilt({ what: "booting from a snapshot of a volume" });
  const destination_type = request.destination_type ?? (source_type === "volume" ? "volume" : "local");
  const boot_index = bootIndexOf(request.boot_index);
  const volume_size = sizeOf(request.volume_size);
  checkKind(request, { source_type, destination_type, boot_index, volume_size });
  return {
    source_type,
    destination_type,
    boot_index,
    volume_size,
    volume_id: source_type === "volume" ? (request.uuid ?? null) : null,
    image_id: source_type === "image" ? (request.uuid ?? null) : null,
    volume_type: request.volume_type ?? null,
    device_name: fullName(request.device_name),
    delete_on_termination:
      request.delete_on_termination === undefined
        ? destination_type === "local"
        : asBoolean(request.delete_on_termination),
    tag: request.tag ?? request.earlyTag ?? null,
    disk_bus: request.disk_bus ?? null,
    device_type: request.device_type ?? null,
    guest_format: request.guest_format ?? null,
  };
}

type Kind = Pick<PlannedDevice, "source_type" | "destination_type" | "boot_index" | "volume_size">;

function checkKind(request: DeviceRequest, { source_type, destination_type, boot_index, volume_size }: Kind): void {
  const invalid = (reason: string): Error => errors.deviceInvalid({ reason });
  if (source_type !== "blank" && !request.uuid) throw invalid("Missing device UUID.");
  if (source_type === "blank" && request.uuid) throw invalid("Invalid device UUID.");
  if (source_type === "volume" && destination_type === "local") throw invalid("Volume cannot be local.");
  if (source_type === "image" && destination_type === "local" && boot_index !== 0) {
    throw invalid("Mapping image to local is not supported.");
  }
  if (source_type === "blank" && destination_type === "local")
    throw errors.notBuilt({ what: "ephemeral and swap disks" });
  if (source_type !== "volume" && destination_type === "volume" && !volume_size) {
    throw errors.badRequest({
      reason:
        source_type === "image"
          ? "Images with destination_type 'volume' need to have a non-zero size specified"
          : "Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size",
    });
  }
}

function localRoot(image_id: string): PlannedDevice {
  return {
    source_type: "image",
    destination_type: "local",
    volume_id: null,
    image_id,
    volume_size: null,
    volume_type: null,
    boot_index: 0,
    device_name: null,
    delete_on_termination: true,
    tag: null,
    disk_bus: null,
    device_type: null,
    guest_format: null,
  };
}

/** Indexes must be 0, 1, 2 … without gaps, and there must be a first. */
function checkBootOrder(devices: readonly PlannedDevice[]): void {
  const indexes = devices.flatMap(({ boot_index }) => (boot_index === null ? [] : [boot_index])).sort((a, b) => a - b);
  if (indexes.length === 0 || indexes.some((index, at) => index !== at)) throw errors.deviceBoot();
  const volumes = devices.flatMap(({ volume_id }) => (volume_id === null ? [] : [volume_id]));
  if (new Set(volumes).size < volumes.length) throw errors.deviceInvalid({ reason: "A volume is named twice." });
}

/** `/dev/vda` for the root disk and the following letters for the others, unless the user named them. */
function named(devices: readonly PlannedDevice[]): PlannedDevice[] {
  const ordered = devices.toSorted((a, b) => (a.boot_index ?? Infinity) - (b.boot_index ?? Infinity));
  const taken = new Set(ordered.flatMap(({ device_name }) => device_name ?? []));
  return ordered.map((device) => {
    const device_name = device.device_name ?? freeDeviceName(taken);
    taken.add(device_name);
    return { ...device, device_name };
  });
}

export function freeDeviceName(taken: ReadonlySet<string>): string {
  for (let at = 0; at < 26; at += 1) {
    const name = `/dev/vd${String.fromCodePoint(97 + at)}`;
    if (!taken.has(name)) return name;
  }
  throw errors.forbidden({
    reason: "The maximum allowed number of disk devices (26) to attach to a single instance has been exceeded.",
  });
}

function fullName(name: string | undefined): string | null {
  if (!name) return null;
  return name.startsWith("/dev/") ? name : `/dev/${name}`;
}

function bootIndexOf(value: DeviceRequest["boot_index"]): number | null {
  const index = value === undefined || value === null ? -1 : Number(value);
  return index < 0 ? null : index;
}

function sizeOf(value: DeviceRequest["volume_size"]): number | null {
  return value === undefined || value === null ? null : Number(value);
}

/** The first form of the mapping: `vda` is what is booted from. */
function oldMapping(request: ServerRequest): DeviceRequest[] {
  return (request.block_device_mapping ?? []).map((old): DeviceRequest => {
    if (old.snapshot_id) throw errors.notBuilt({ what: "booting from a snapshot of a volume" });
    const isRoot = /^(\/dev\/)?vda$/.test(old.device_name) && !request.imageRef;
    return {
      source_type: "volume",
      destination_type: "volume",
      device_name: old.device_name,
      boot_index: isRoot ? 0 : -1,
      ...(old.volume_id === undefined ? {} : { uuid: old.volume_id }),
      ...(old.volume_size === undefined ? {} : { volume_size: old.volume_size }),
      ...(old.delete_on_termination === undefined ? {} : { delete_on_termination: old.delete_on_termination }),
    };
  });
}
