/** The metadata and the tags of a server. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Empty, Metadata, Tags, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const base = "/v2.1/servers/{server_id}/metadata";
const item = `${base}/{key}`;
const All = Type.Object({ metadata: Metadata }, closed);
const One = Type.Object({ meta: Metadata }, closed);

export const serverMetadata = defineResource({
  name: "server metadata",
  operations: {
    list: operation({
      method: "GET",
      path: base,
      status: 200,
      policy: policy("server-metadata:index", "reader"),
      response: All,
    }),
    merge: operation({
      method: "POST",
      path: base,
      status: 200,
      policy: policy("server-metadata:create", "member"),
      request: All,
      response: All,
    }),
    replace: operation({
      method: "PUT",
      path: base,
      status: 200,
      policy: policy("server-metadata:update_all", "member"),
      request: All,
      response: All,
    }),
    show: operation({
      method: "GET",
      path: item,
      status: 200,
      policy: policy("server-metadata:show", "reader"),
      response: One,
    }),
    put: operation({
      method: "PUT",
      path: item,
      status: 200,
      policy: policy("server-metadata:update", "member"),
      request: One,
      response: One,
    }),
    delete: operation({
      method: "DELETE",
      path: item,
      status: 204,
      policy: policy("server-metadata:delete", "member"),
      response: Empty,
    }),
  },
});

const tags = "/v2.1/servers/{server_id}/tags";
const tag = `${tags}/{tag}`;
const TagList = Type.Object({ tags: Tags }, closed);

export const serverTag = defineResource({
  name: "server tag",
  operations: {
    list: operation({
      method: "GET",
      path: tags,
      since: "2.26",
      status: 200,
      policy: policy("os-server-tags:index", "reader"),
      response: TagList,
    }),
    replace: operation({
      method: "PUT",
      path: tags,
      since: "2.26",
      status: 200,
      policy: policy("os-server-tags:update_all", "member"),
      request: TagList,
      response: TagList,
    }),
    clear: operation({
      method: "DELETE",
      path: tags,
      since: "2.26",
      status: 204,
      policy: policy("os-server-tags:delete_all", "member"),
      response: Empty,
    }),
    show: operation({
      method: "GET",
      path: tag,
      since: "2.26",
      status: 204,
      policy: policy("os-server-tags:show", "reader"),
      response: Empty,
    }),
    put: operation({
      method: "PUT",
      path: tag,
      since: "2.26",
      status: 201,
      policy: policy("os-server-tags:update", "member"),
      response: Empty,
    }),
    delete: operation({
      method: "DELETE",
      path: tag,
      since: "2.26",
      status: 204,
      policy: policy("os-server-tags:delete", "member"),
      response: Empty,
    }),
  },
});
