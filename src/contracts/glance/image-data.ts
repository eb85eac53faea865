/** The bytes of images: they stream both ways, whatever their size. */
import { defineResource, operation } from "../kit/resource.ts";
import { rules } from "./rules.ts";

export const imageData = defineResource({
  name: "image data",
  operations: {
    upload: operation({
      method: "PUT",
      path: "/v2/images/{image_id}/file",
      policy: { name: "upload_image", rule: rules.ownsOrServes },
      status: 204,
      stream: true,
      accepts: ["application/octet-stream"],
    }),
    /** 200 with `Content-MD5`, 206 for a `Range`, 204 when the image has no data yet. */
    download: operation({
      method: "GET",
      path: "/v2/images/{image_id}/file",
      policy: { name: "download_image", rule: rules.downloads },
      status: 200,
    }),
  },
});
