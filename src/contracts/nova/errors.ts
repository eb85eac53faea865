/** What Nova says when it refuses. Tools match on several of these sentences. */
import { defineErrors } from "../kit/errors.ts";

export const errors = defineErrors({
  badRequest: { status: 400, message: "{reason}" },
  forbidden: { status: 403, message: "{reason}" },
  conflict: { status: 409, message: "{reason}" },
  notFound: { status: 404, message: "{reason}" },
  notBuilt: { status: 501, message: "Cumulet does not have this yet: {what}." },
  gone: { status: 410, message: "This resource is no longer available. No forwarding address is given." },

  serverNotFound: { status: 404, message: "Instance {server_id} could not be found." },
  wrongState: { status: 409, message: "Cannot '{action}' instance {server_id} while it is in {attr} {state}" },
  neverLaunched: { status: 409, message: "Instance {server_id} is in an invalid state for '{action}'" },
  locked: { status: 409, message: "Instance {server_id} is locked" },
  changedMeanwhile: {
    status: 409,
    message: "Instance {server_id} was changed by another request at the same time; try again.",
  },
  notReady: { status: 409, message: "Instance {server_id} is not ready" },

  overQuota: {
    status: 403,
    message: "Quota exceeded for {overs}: Requested {requested}, but already used {used} of {allowed} {overs}",
  },
  tooManyMetadata: { status: 403, message: "Maximum number of metadata items exceeds {allowed}" },
  tooManyKeypairs: { status: 403, message: "Quota exceeded, too many key pairs." },
  tooManyGroups: { status: 403, message: "Quota exceeded, too many server groups." },

  badFlavorRef: { status: 400, message: "Invalid flavorRef provided." },
  badImageRef: { status: 400, message: "Invalid imageRef provided." },
  missingImageRef: { status: 400, message: "Missing imageRef attribute" },
  imageMissing: { status: 400, message: "Can not find requested image" },
  imageInactive: { status: 400, message: "Image {image_id} is not active." },
  memoryTooSmall: { status: 400, message: "Flavor's memory is too small for requested image." },
  diskTooSmall: {
    status: 400,
    message:
      "Flavor's disk is too small for requested image. Flavor disk is {flavor_size} bytes, image is {image_size} bytes.",
  },
  diskBelowMinimum: {
    status: 400,
    message:
      "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is {flavor_size} bytes, minimum size is {image_min_disk} bytes.",
  },
  zeroDisk: { status: 403, message: "Only volume-backed servers are allowed for flavors with zero disk." },
  badKeyName: { status: 400, message: "Invalid key_name provided." },
  badUserData: { status: 400, message: "User data needs to be valid base 64." },
  minOverMax: { status: 400, message: "min_count must be <= max_count" },
  forcedHostForbidden: {
    status: 403,
    message: "Policy doesn't allow os_compute_api:servers:create:forced_host to be performed.",
  },
  zoneUnavailable: { status: 400, message: "The requested availability zone is not available" },
  hostNotFound: { status: 400, message: "Compute host {host} could not be found." },

  deviceInvalid: { status: 400, message: "Block Device Mapping is Invalid: {reason}" },
  deviceVolume: { status: 400, message: "Block Device Mapping is Invalid: failed to get volume {volume_id}." },
  deviceImage: { status: 400, message: "Block Device Mapping is Invalid: failed to get image {image_id}." },
  deviceSnapshot: { status: 400, message: "Block Device Mapping is Invalid: failed to get snapshot {snapshot_id}." },
  deviceBoot: {
    status: 400,
    message:
      "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping combination is not valid.",
  },
  notBootable: { status: 400, message: "Block Device {volume_id} is not bootable." },
  volumeSmall: {
    status: 400,
    message:
      "Volume is smaller than the minimum size specified in image metadata. Volume size is {volume_size} bytes, minimum size is {image_min_disk} bytes.",
  },
  volumeState: {
    status: 400,
    message: "Invalid volume: volume '{volume_id}' status must be 'available'. Currently in '{status}'",
  },
  volumeNotFound: { status: 404, message: "Volume {volume_id} could not be found." },
  volumeInUse: { status: 400, message: "Invalid volume: Volume {volume_id} is already attached to this server." },
  attachmentNotFound: { status: 404, message: "volume_id not found: {volume_id}" },
  noAttachment: { status: 404, message: "Instance {server_id} is not attached to volume {volume_id}." },
  rootVolume: { status: 403, message: "Cannot detach a root device volume" },

  networkNotFound: { status: 400, message: "Network {network_id} could not be found." },
  portNotFound: { status: 400, message: "Port id {port_id} could not be found." },
  portInUse: { status: 409, message: "Port {port_id} is still in use." },
  portNeedsFixedIp: { status: 400, message: "Port {port_id} requires a FixedIP in order to be used." },
  networkAmbiguous: {
    status: 409,
    message: "More than one possible network found. Specify network ID(s) to select which one(s) to connect to.",
  },
  networkNeedsSubnet: {
    status: 400,
    message: "Network {network_id} requires a subnet in order to boot instances on.",
  },
  externalNetwork: {
    status: 403,
    message: "It is not allowed to create an interface on external network {network_id}",
  },
  noNetworkToAllocate: {
    status: 400,
    message: "Unable to automatically allocate a network for project {project_id}",
  },
  duplicateNetworks: { status: 400, message: "Duplicate networks ({network_id}) are not allowed" },
  fixedIpInvalid: { status: 400, message: "Fixed IP {address} is not a valid ip address for network {network_id}." },
  securityGroupNotFound: { status: 400, message: "Security group {name} not found." },
  securityGroupAmbiguous: {
    status: 409,
    message: "Multiple security groups found matching '{name}'. Use an ID to be more specific.",
  },
  interfaceNotFound: { status: 404, message: "Port id {port_id} could not be found." },

  flavorNotFound: { status: 404, message: "Flavor {flavor_id} could not be found." },
  flavorExists: { status: 409, message: "Flavor with name {name} already exists." },
  flavorIdExists: { status: 409, message: "Flavor with ID {flavor_id} already exists." },
  extraSpecNotFound: { status: 404, message: "Flavor {flavor_id} has no extra specs with key {key}." },
  accessExists: {
    status: 409,
    message: "Flavor access already exists for flavor {flavor_id} and project {project_id} combination.",
  },
  accessNotFound: {
    status: 404,
    message: "Flavor access not found for {flavor_id} / {project_id} combination.",
  },
  keypairNotFound: { status: 404, message: "Keypair {name} not found for user {user_id}" },
  keypairExists: { status: 409, message: "Key pair '{name}' already exists." },
  keypairInvalid: { status: 400, message: "Keypair data is invalid: {reason}" },
  groupNotFound: { status: 404, message: "Instance group {group_id} could not be found." },
  badMarker: { status: 400, message: "marker [{marker}] not found" },
  noUptime: { status: 501, message: "Virt driver does not implement uptime function." },
  hypervisorNotFound: { status: 404, message: "Compute host {id} could not be found." },
  serviceNotFound: { status: 404, message: "Service {id} not found." },
  serviceInUse: {
    status: 409,
    message: "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.",
  },
  metadataNotFound: { status: 404, message: "Metadata item was not found" },
  tagNotFound: { status: 404, message: "Server {server_id} has no tag '{tag}'" },
  actionNotFound: { status: 404, message: "Action {request_id} not found" },
  addressesNotFound: { status: 404, message: "Network not found" },
  consoleFailed: { status: 409, message: "Unable to get console log of {server_id}: its host does not answer." },
  consoleMissing: { status: 404, message: "Console log of instance {server_id} is not available." },
});
