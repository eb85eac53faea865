/** What Placement says when it says no; `type` is the stable code that clients read. */
import { defineErrors } from "../kit/errors.ts";

const undefinedCode = "placement.undefined_code";
const concurrent = "placement.concurrent_update";

export const errors = defineErrors({
  badRequest: { status: 400, message: "{detail}", type: undefinedCode },
  badQuery: { status: 400, message: "{detail}", type: "placement.query.bad_value" },
  missingQuery: { status: 400, message: "{detail}", type: "placement.query.missing_value" },
  duplicateKey: { status: 400, message: "{detail}", type: "placement.query.duplicate_key" },
  noProvider: {
    status: 404,
    message: "No resource provider with uuid {uuid} found",
    type: "placement.resource_provider.not_found",
  },
  notFound: { status: 404, message: "{detail}", type: undefinedCode },
  conflict: { status: 409, message: "{detail}", type: undefinedCode },
  duplicateName: {
    status: 409,
    message: "Conflicting resource provider {key}: {value} already exists.",
    type: "placement.duplicate_name",
  },
  providerChanged: { status: 409, message: "resource provider generation conflict", type: concurrent },
  consumerChanged: {
    status: 409,
    message: "consumer generation conflict - expected {expected} but got {given}",
    type: concurrent,
  },
  inventoryInUse: {
    status: 409,
    message: "update conflict: Inventory for '{resource_class}' on resource provider '{uuid}' in use.",
    type: "placement.inventory.inuse",
  },
  providerInUse: {
    status: 409,
    message: "Unable to delete resource provider {uuid}: Resource provider has allocations.",
    type: "placement.resource_provider.inuse",
  },
  providerHasChildren: {
    status: 409,
    message: "Unable to delete parent resource provider {uuid}: It has child resource providers.",
    type: "placement.resource_provider.cannot_delete_parent",
  },
  exceedsCapacity: {
    status: 409,
    message:
      "Unable to allocate inventory: Unable to create allocation for '{resource_class}' on resource provider '{uuid}'. The requested amount would exceed the capacity.",
    type: undefinedCode,
  },
  breaksConstraints: {
    status: 409,
    message:
      "Unable to allocate inventory: Unable to create allocation for '{resource_class}' on resource provider '{uuid}'. The requested amount would violate inventory constraints.",
    type: undefinedCode,
  },
  noInventory: {
    status: 409,
    message: "Unable to allocate inventory: Inventory for '{resource_class}' on resource provider '{uuid}' invalid.",
    type: undefinedCode,
  },
  methodNotAllowed: { status: 405, message: "The method is not allowed for this resource." },
});
