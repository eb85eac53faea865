/**
 * Where volumes' bytes live. Every verb is safe to repeat, so that an operation goes on after a crash. Sizes are GiB
 * unless they say bytes. Errors are {@link BackendError} with a stable code; anything else is a fault of the machine.
 */
import type { ConnectionInfoBody, ConnectorBody } from "#contracts/cinder/attachment.ts";

export type BackendErrorCode =
  | "bad_id"
  | "backend_full"
  | "not_found"
  | "not_staged"
  | "image_too_large"
  | "image_format"
  | "image_unsafe"
  | "image_changed"
  | "not_reachable";

/** A refusal whose sentence may be shown. */
export class BackendError extends Error {
  readonly code: BackendErrorCode;
  constructor(code: BackendErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "BackendError";
    this.code = code;
  }
}

export interface Capacity {
  total_gb: number;
  free_gb: number;
}

export interface StagedImage {
  /** Format that the image service has found in it. */
  disk_format: string;
}

export interface Attaching {
  attachment_id: string;
  connector: ConnectorBody;
  mode: "rw" | "ro";
  size_gb: number;
}

export interface VolumeBackend {
  /** Shown behind the host's name: `host@file`. */
  readonly name: string;
  /** True when there are no bytes behind it. */
  readonly simulated: boolean;
  capacity(): Promise<Capacity>;
  /** An empty volume; it reads as zeros and takes no room until it is written to. Error: `backend_full`. */
  create(volume_id: string, size_gb: number): Promise<void>;
  /**
   * Takes an image's bytes, to be made into the volume later. `sha512` in hex is checked at the end: `image_changed`.
   * Constant memory. Ends with the signal's reason.
   */
  stage(
    volume_id: string,
    bytes: AsyncIterable<Uint8Array>,
    options: { sha512: string | null; signal: AbortSignal },
  ): Promise<void>;
  /** Forgets staged bytes; harmless when there are none. */
  unstage(volume_id: string): Promise<void>;
  /** Makes the volume of the staged image. Errors: `not_staged`, `image_too_large`, `image_format`, `image_unsafe`. */
  createFromImage(volume_id: string, size_gb: number, image: StagedImage): Promise<void>;
  /** A copy of a volume of this backend that nobody writes to. Error: `not_found`. */
  createFromVolume(volume_id: string, size_gb: number, source_id: string): Promise<void>;
  /** Removes the volume and what is half made of it; true when there was one. */
  delete(volume_id: string): Promise<boolean>;
  /** Grows; never shrinks. Error: `not_found`. */
  extend(volume_id: string, size_gb: number): Promise<void>;
  /** How the connector's host reaches the volume. Errors: `not_found`, `not_reachable`. */
  connect(volume_id: string, attaching: Attaching): Promise<ConnectionInfoBody>;
  disconnect(volume_id: string, attachment_id: string): Promise<void>;
  /** Ids of whole volumes. */
  list(): Promise<string[]>;
  /** Removes what unfinished work of crashed processes left, if older than `age_ms`; answers how many. */
  sweep(age_ms: number): Promise<number>;
}

/** Ids become file names: anything that is not a UUID in lower case is refused. */
export function requireVolumeId(id: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new BackendError("bad_id", "A volume's id is a UUID.");
}
