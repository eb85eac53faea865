/** What the volume service says when it refuses. Clients match on the texts about quotas and wrong states. */
import { defineErrors } from "../kit/errors.ts";

export const errors = defineErrors({
  volumeNotFound: { status: 404, message: "Volume {volume_id} could not be found." },
  snapshotNotFound: { status: 404, message: "Snapshot {snapshot_id} could not be found." },
  backupNotFound: { status: 404, message: "Backup {backup_id} could not be found." },
  messageNotFound: { status: 404, message: "Message {message_id} could not be found." },
  attachmentNotFound: {
    status: 404,
    message: "Volume attachment could not be found with filter: attachment_id = {attachment_id}.",
  },
  typeNotFound: { status: 404, message: "Volume type {type} could not be found." },
  typeNotFoundByName: { status: 404, message: "Volume type with name {type} could not be found." },
  typeExists: { status: 409, message: "Volume Type {name} already exists." },
  typeInUse: { status: 400, message: "Target volume type is still in use." },
  lastType: { status: 400, message: "Volume type {name} is the default volume type and cannot be deleted." },
  specNotFound: { status: 404, message: "Volume Type {type_id} has no extra spec with key {key}." },
  serviceNotFound: { status: 404, message: "Service {service} could not be found on host {host}." },
  metadataNotFound: { status: 404, message: "Volume {volume_id} has no metadata with key {key}." },
  extensionNotFound: { status: 404, message: "The resource could not be found." },
  markerNotFound: { status: 404, message: "Marker {marker} could not be found." },
  wrongProject: { status: 400, message: "Malformed request url" },
  invalidInput: { status: 400, message: "Invalid input received: {reason}" },
  badRequest: { status: 400, message: "{reason}" },
  badSize: {
    status: 400,
    message:
      "Invalid volume size provided for create request: {size} (size argument must be an integer (or string representation of an integer) and greater than zero).",
  },
  imageUnreachable: { status: 400, message: "Invalid image identifier or unable to access requested image." },
  imageNotActive: { status: 400, message: "Invalid input received: Image {image_id} is not active." },
  imageTooLarge: {
    status: 400,
    message:
      "Invalid input received: Size of specified image {image_size}GB is larger than volume size {volume_size}GB.",
  },
  containerFormat: {
    status: 400,
    message: "Invalid input received: an image of container format {container_format} cannot be made into a volume.",
  },
  belowMinDisk: {
    status: 400,
    message:
      "Invalid input received: Volume size {volume_size}GB cannot be smaller than the image minDisk size {min_disk}GB.",
  },
  sourceTooLarge: {
    status: 400,
    message:
      "Invalid input received: Volume size '{volume_size}' GB cannot be smaller than original volume size  {source_size}GB. They must be >= original volume size.",
  },
  noZone: { status: 400, message: "Invalid input received: Availability zone '{availability_zone}' is invalid." },
  cannotReserve: {
    status: 400,
    message:
      "Invalid volume: Volume {volume_id} status must be available or downloading to reserve, but the current status is {status}.",
  },
  cannotConnect: {
    status: 400,
    message:
      "Invalid volume: Volume {volume_id} status must be reserved or attaching, but the current status is {status}.",
  },
  cannotComplete: {
    status: 400,
    message:
      "Invalid volume: Volume {volume_id} status must be attaching to complete, but the current status is {status}.",
  },
  cannotDelete: {
    status: 400,
    message:
      "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.",
  },
  cannotExtend: {
    status: 400,
    message: "Invalid volume: Volume {volume_id} status must be '(('available',),)' to extend, currently {status}.",
  },
  cannotCopy: {
    status: 400,
    message:
      "Invalid volume: Volume {volume_id} status must be available to be copied, but the current status is {status}.",
  },
  cannotUpdate: { status: 400, message: "Invalid volume: Volume {volume_id} status {status} does not allow this." },
  notLarger: {
    status: 400,
    message:
      "Invalid input received: New size for extend must be greater than current size. (current: {size}, extended: {new_size}).",
  },
  attachmentInUse: { status: 409, message: "Detach volume from instance {server_id} using the Compute API" },
  volumesExceeded: {
    status: 413,
    message: "VolumeLimitExceeded: Maximum number of volumes allowed ({allowed}) exceeded for quota 'volumes'.",
  },
  gigabytesExceeded: {
    status: 413,
    message:
      "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested {requested}G, quota is {quota}G and {consumed}G has been consumed.",
  },
  volumeTooLarge: {
    status: 400,
    message: "Requested volume size {size}G is larger than maximum allowed limit {limit}G.",
  },
  multiattachOff: { status: 400, message: "Invalid input received: multiattach volumes are not supported." },
  snapshotsMissing: { status: 501, message: "Cumulet has no volume snapshots yet." },
  backupsMissing: { status: 501, message: "Cumulet has no volume backups yet." },
  agentSilent: { status: 500, message: "The volume service of host {host} did not answer." },
});
