/** Failures of a hypervisor driver: a stable code for programs, a sentence for the operator. */
export type HypervisorErrorCode =
  /** No guest with this UUID is defined here. */
  | "guest_not_found"
  /** The change needs a guest that does not run, or a root disk other than the one it has. */
  | "guest_running"
  | "guest_exists"
  /** The definition cannot be honoured: a bad UUID, an image larger than the disk, a socket path too long. */
  | "invalid_definition"
  | "image_missing"
  /** The image refers to other files of the host. */
  | "image_unsafe"
  | "image_too_large"
  | "disk_missing"
  /** The hypervisor's user may not open the file. */
  | "disk_forbidden"
  | "no_disk_space"
  | "tap_missing"
  /** The hypervisor's user may not open /dev/net/tun or the tap device. */
  | "tap_forbidden"
  | "device_busy"
  /** The programs are not installed. */
  | "hypervisor_missing"
  | "start_failed"
  /** The guest's process is there but does not answer. */
  | "guest_unreachable"
  | "operation_failed";

export class HypervisorError extends Error {
  readonly code: HypervisorErrorCode;
  constructor(code: HypervisorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HypervisorError";
    this.code = code;
  }
}
