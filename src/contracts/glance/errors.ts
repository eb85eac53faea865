/** What the image service says when it refuses. */
import { defineErrors } from "../kit/errors.ts";

export const errors = defineErrors({
  imageNotFound: { status: 404, message: "No image found with ID {image_id}" },
  imageExists: { status: 409, message: "Image ID {image_id} already exists!" },
  notYours: { status: 403, message: "You are not permitted to create images owned by '{owner}'." },
  forbidden: { status: 403, message: "You are not authorized to complete {action} action." },
  imageProtected: { status: 403, message: "Image {image_id} is protected and cannot be deleted." },
  readOnly: { status: 403, message: "Attribute '{name}' is read-only." },
  reserved: { status: 403, message: "Attribute '{name}' is reserved." },
  reservedPrefix: { status: 403, message: "Properties with the prefix 'os_glance' are reserved: '{name}'." },
  formatFixed: { status: 403, message: "Attribute {name} can be only replaced for a queued image." },
  noLocations: { status: 403, message: "It's not allowed to change locations if locations are invisible." },
  notRemovable: { status: 403, message: "Property {name} may not be removed." },
  noProperty: { status: 409, message: "Property {name} does not exist." },
  changedMeanwhile: {
    status: 409,
    message: "The image {image_id} was changed by somebody else at the same time; try again.",
  },
  badValue: { status: 400, message: "Provided object does not match schema 'image': {reason}" },
  badPatch: { status: 400, message: "{reason}" },
  badPatchType: { status: 415, message: "Unsupported Content-Type: use application/openstack-images-v2.1-json-patch." },
  badDataType: { status: 415, message: "Unsupported Content-Type: image data is application/octet-stream." },
  badQuery: { status: 400, message: "{reason}" },
  badMarker: { status: 400, message: "Invalid marker. Image could not be found." },
  tooManyProperties: {
    status: 413,
    message:
      "The limit has been exceeded on the number of allowed image properties. Attempted: {attempted}, Maximum: {maximum}",
  },
  tooManyTags: {
    status: 413,
    message:
      "The limit has been exceeded on the number of allowed image tags. Attempted: {attempted}, Maximum: {maximum}",
  },
  tooManyMembers: {
    status: 413,
    message:
      "The limit has been exceeded on the number of allowed image members for this image. Attempted: {attempted}, Maximum: {maximum}",
  },
  noTag: { status: 404, message: "Image {image_id} does not have the tag {tag}." },
  formatsMissing: {
    status: 400,
    message: "Properties disk_format, container_format must be set prior to saving data.",
  },
  wrongStatus: { status: 409, message: "Image status transition from {status} to {wanted} is not allowed" },
  notDeactivatable: { status: 403, message: "Not allowed to {action} image in status '{status}'" },
  dataRefused: { status: 415, message: "Image content is refused: {reason}" },
  sizeDiffers: { status: 400, message: "The image was announced with {announced} bytes, but {received} bytes came." },
  tooLarge: { status: 413, message: "The image is too large: {reason}" },
  storeFull: { status: 413, message: "Image storage media is full: {reason}" },
  goneWhileUploading: {
    status: 410,
    message: "Image {image_id} could not be found after upload. The image may have been deleted during the upload.",
  },
  uploadEnded: { status: 400, message: "The upload ended before the image was whole." },
  badRange: { status: 416, message: "The requested range is outside the image." },
  deactivated: { status: 403, message: "The requested image has been deactivated. Image data download is forbidden." },
  dataMissing: { status: 503, message: "The data of image {image_id} cannot be read at the moment." },
  onlyShared: { status: 403, message: "Only shared images have members." },
  memberExists: { status: 409, message: "Member {member_id} is duplicated for image {image_id}" },
  memberNotFound: { status: 404, message: "{member_id} not found in the member list of the image {image_id}." },
  badMember: { status: 400, message: 'Expected a member in the form: {"member": "image_id"}' },
  badMemberStatus: { status: 400, message: 'Expected a status in the form: {"status": "status"}' },
  noStores: { status: 404, message: "Multi backend is not supported at this site." },
});
