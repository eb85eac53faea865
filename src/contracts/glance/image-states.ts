/** The life of an image's data. A record is `queued` until bytes are there; `deleted` rows stay, so that ids never return. */
import { defineStates } from "../kit/states.ts";

export type ImageStatus = "queued" | "saving" | "active" | "deactivated" | "deleted";
export type ImageAction =
  | "upload"
  | "uploaded"
  | "upload_failed"
  | "deactivate"
  | "reactivate"
  | "delete"
  | "set_formats";

export const imageStates = defineStates<ImageStatus, ImageAction>({
  states: ["queued", "saving", "active", "deactivated", "deleted"],
  actions: {
    upload: { from: ["queued"], to: "saving" },
    uploaded: { from: ["saving"], to: "active" },
    upload_failed: { from: ["saving"], to: "queued" },
    deactivate: { from: ["active", "deactivated"], to: "deactivated" },
    reactivate: { from: ["deactivated", "active"], to: "active" },
    delete: { from: ["queued", "saving", "active", "deactivated"], to: "deleted" },
    /** `disk_format` and `container_format` say what the bytes are: they stand once there are bytes. */
    set_formats: { from: ["queued"] },
  },
});
