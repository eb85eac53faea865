/** Host aggregates: hosts that have something in common, an availability zone before all. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Empty, Nullable, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const Name = Type.String({ minLength: 1, maxLength: 255, pattern: "\\S" });
const Zone = Nullable(Type.String({ minLength: 1, maxLength: 255, pattern: "^[^:]*$" }));
const Host = Type.Object({ host: Type.String({ minLength: 1, maxLength: 255 }) }, closed);

const View = Type.Object({
  id: Type.Integer(),
  uuid: at({ since: "2.41" }, Text),
  name: Text,
  hosts: Type.Array(Text),
  metadata: Type.Record(Text, Text),
  availability_zone: Nullable(Text),
  created_at: Text,
  updated_at: Nullable(Text),
  deleted_at: Nullable(Text),
  deleted: Type.Boolean(),
});
const Whole = Type.Object({ aggregate: View });
const base = "/v2.1/os-aggregates";
const item = `${base}/{aggregate_id}`;
const action = { method: "POST", path: `${item}/action`, status: 200, response: Whole } as const;

export const aggregate = defineResource({
  name: "aggregate",
  operations: {
    list: operation({
      method: "GET",
      path: base,
      status: 200,
      policy: policy("os-aggregates:index", "admin"),
      response: Type.Object({ aggregates: Type.Array(View) }),
    }),
    create: operation({
      method: "POST",
      path: base,
      status: 200,
      policy: policy("os-aggregates:create", "admin"),
      request: Type.Object(
        { aggregate: Type.Object({ name: Name, availability_zone: Type.Optional(Zone) }, closed) },
        closed,
      ),
      response: Whole,
    }),
    show: operation({
      method: "GET",
      path: item,
      status: 200,
      policy: policy("os-aggregates:show", "admin"),
      response: Whole,
    }),
    update: operation({
      method: "PUT",
      path: item,
      status: 200,
      policy: policy("os-aggregates:update", "admin"),
      request: Type.Object(
        {
          aggregate: Type.Object(
            { name: Type.Optional(Name), availability_zone: Type.Optional(Zone) },
            { ...closed, minProperties: 1 },
          ),
        },
        closed,
      ),
      response: Whole,
    }),
    delete: operation({
      method: "DELETE",
      path: item,
      status: 200,
      policy: policy("os-aggregates:delete", "admin"),
      response: Empty,
    }),
    addHost: operation({
      ...action,
      action: "add_host",
      policy: policy("os-aggregates:add_host", "admin"),
      request: Type.Object({ add_host: Host }, closed),
    }),
    removeHost: operation({
      ...action,
      action: "remove_host",
      policy: policy("os-aggregates:remove_host", "admin"),
      request: Type.Object({ remove_host: Host }, closed),
    }),
    setMetadata: operation({
      ...action,
      action: "set_metadata",
      policy: policy("os-aggregates:set_metadata", "admin"),
      request: Type.Object(
        {
          set_metadata: Type.Object({ metadata: Type.Record(Text, Nullable(Type.String({ maxLength: 255 }))) }, closed),
        },
        closed,
      ),
    }),
  },
});
