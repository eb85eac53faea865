/** The life of a volume. Wrong states are 400 (InvalidVolume) in this API, not 409. */
import { defineStates } from "../kit/states.ts";

export const volumeStatuses = [
  "creating",
  "downloading",
  "available",
  "reserved",
  "attaching",
  "in-use",
  "detaching",
  "extending",
  "deleting",
  "deleted",
  "error",
  "error_deleting",
  "error_extending",
  "maintenance",
] as const;

export type VolumeStatus = (typeof volumeStatuses)[number];

export type VolumeAction =
  | "download"
  | "created"
  | "create_failed"
  | "reserve"
  | "connect"
  | "connect_failed"
  | "attached"
  | "detached"
  | "extend"
  | "extended"
  | "extend_failed"
  | "delete"
  | "force_delete"
  | "deleted"
  | "delete_failed"
  | "copy_from"
  | "update_image_metadata";

export const volumeStates = defineStates<VolumeStatus, VolumeAction>({
  states: volumeStatuses,
  actions: {
    download: { from: ["creating"], to: "downloading" },
    created: { from: ["creating", "downloading"], to: "available" },
    create_failed: { from: ["creating", "downloading"], to: "error" },
    reserve: { from: ["available"], to: "reserved" },
    /** A second connect with a new connector is a repeated request of the same compute service. */
    connect: { from: ["reserved", "attaching"], to: "attaching" },
    connect_failed: { from: ["attaching"], to: "reserved" },
    attached: { from: ["attaching", "reserved"], to: "in-use" },
    detached: { from: ["reserved", "attaching", "in-use", "detaching"], to: "available" },
    extend: { from: ["available"], to: "extending" },
    extended: { from: ["extending"], to: "available" },
    extend_failed: { from: ["extending"], to: "error_extending" },
    delete: { from: ["available", "error", "error_extending"], to: "deleting" },
    force_delete: {
      from: [
        "creating",
        "downloading",
        "available",
        "reserved",
        "attaching",
        "in-use",
        "detaching",
        "extending",
        "error",
        "error_deleting",
        "error_extending",
        "maintenance",
      ],
      to: "deleting",
    },
    deleted: { from: ["deleting"], to: "deleted" },
    delete_failed: { from: ["deleting"], to: "error_deleting" },
    copy_from: { from: ["available"] },
    update_image_metadata: { from: ["available", "in-use"] },
  },
});
