/** Images: their records. Their bytes are in `image-data.ts`. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Image, writableFields } from "./image-fields.ts";
import { rules } from "./rules.ts";

const {
  name,
  visibility,
  protected: isProtected,
  os_hidden,
  owner,
  container_format,
  disk_format,
  min_disk,
  min_ram,
  tags,
} = writableFields;

/** Several of one name mean several values. */
const oneOrMany = Type.Union([Type.String(), Type.Array(Type.String())]);

const listQuery = Type.Object(
  {
    limit: Type.Optional(Type.String()),
    marker: Type.Optional(Type.String()),
    sort: Type.Optional(Type.String()),
    sort_key: Type.Optional(oneOrMany),
    sort_dir: Type.Optional(oneOrMany),
    tag: Type.Optional(oneOrMany),
  },
  { additionalProperties: Type.Unknown() },
);

/** A change of one attribute; the body is a list of them, in the order in which they happen. */
export const PatchOperation = Type.Object(
  {
    op: Type.Optional(Type.String()),
    path: Type.Optional(Type.String()),
    value: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: Type.Unknown() },
);

export const image = defineResource({
  name: "image",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2/images",
      policy: { name: "get_images", rule: rules.reads },
      status: 200,
      query: listQuery,
      response: Type.Object({
        images: Type.Array(Image),
        schema: Type.String(),
        first: Type.String(),
        /** Path of the next page, when this one is full. */
        next: Type.Optional(Type.String()),
      }),
    }),
    create: operation({
      method: "POST",
      path: "/v2/images",
      policy: { name: "add_image", rule: rules.adds },
      status: 201,
      request: Type.Object(
        {
          id: Type.Optional(
            Type.String({ pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$" }),
          ),
          name: Type.Optional(name),
          visibility: Type.Optional(visibility),
          protected: Type.Optional(isProtected),
          os_hidden: Type.Optional(os_hidden),
          owner: Type.Optional(owner),
          container_format: Type.Optional(container_format),
          disk_format: Type.Optional(disk_format),
          min_disk: Type.Optional(min_disk),
          min_ram: Type.Optional(min_ram),
          tags: Type.Optional(tags),
        },
        { additionalProperties: Type.Unknown() },
      ),
      response: Image,
    }),
    show: operation({
      method: "GET",
      path: "/v2/images/{image_id}",
      policy: { name: "get_image", rule: rules.sees },
      status: 200,
      response: Image,
    }),
    update: operation({
      method: "PATCH",
      path: "/v2/images/{image_id}",
      policy: { name: "modify_image", rule: rules.ownsOrServes },
      status: 200,
      request: Type.Array(PatchOperation),
      accepts: ["application/openstack-images-v2.1-json-patch", "application/openstack-images-v2.0-json-patch"],
      response: Image,
    }),
    delete: operation({
      method: "DELETE",
      path: "/v2/images/{image_id}",
      policy: { name: "delete_image", rule: rules.owns },
      status: 204,
    }),
    deactivate: operation({
      method: "POST",
      path: "/v2/images/{image_id}/actions/deactivate",
      policy: { name: "deactivate", rule: rules.owns },
      status: 204,
    }),
    reactivate: operation({
      method: "POST",
      path: "/v2/images/{image_id}/actions/reactivate",
      policy: { name: "reactivate", rule: rules.owns },
      status: 204,
    }),
  },
});

export const imageTag = defineResource({
  name: "image tag",
  operations: {
    add: operation({
      method: "PUT",
      path: "/v2/images/{image_id}/tags/{tag_value}",
      policy: { name: "modify_image", rule: rules.ownsOrServes },
      status: 204,
    }),
    remove: operation({
      method: "DELETE",
      path: "/v2/images/{image_id}/tags/{tag_value}",
      policy: { name: "modify_image", rule: rules.ownsOrServes },
      status: 204,
    }),
  },
});
