/** What other services tell: a port is plugged, a volume grew. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { closed, Uuid } from "./fields.ts";
import { policy } from "./rules.ts";

const first = ["network-changed", "network-vif-plugged", "network-vif-unplugged", "network-vif-deleted"];

/** Names by the version that added them. */
const names = [
  { since: "2.1", until: "2.50", known: first },
  { since: "2.51", until: "2.75", known: [...first, "volume-extended"] },
  { since: "2.76", until: "2.81", known: [...first, "volume-extended", "power-update"] },
  { since: "2.82", until: "2.92", known: [...first, "volume-extended", "power-update", "accelerator-request-bound"] },
  {
    since: "2.93",
    until: undefined,
    known: [...first, "volume-extended", "power-update", "accelerator-request-bound", "volume-reimaged"],
  },
];

const nameFields = Object.fromEntries(
  names.map(({ since, until, known }) => [
    since === "2.93" ? "name" : `name_${since}`,
    at({ since, ...(until ? { until } : {}), name: "name" }, Type.Enum(known)),
  ]),
);

export const Event = Type.Object(
  {
    ...nameFields,
    server_uuid: Uuid,
    status: Type.Optional(Type.Enum(["failed", "completed", "in-progress"])),
    tag: Type.Optional(Type.String({ maxLength: 255 })),
  },
  closed,
);

export interface EventRequest {
  name: string;
  server_uuid: string;
  status?: string;
  tag?: string;
}

export const externalEvents = defineResource({
  name: "server external event",
  operations: {
    create: operation({
      method: "POST",
      path: "/v2.1/os-server-external-events",
      status: 200,
      policy: policy("os-server-external-events:create", "service"),
      request: Type.Unsafe<{ events: EventRequest[] }>(
        Type.Object({ events: Type.Array(Event, { minItems: 1 }) }, closed),
      ),
      response: Type.Object({
        events: Type.Array(
          Type.Object({
            name: Type.String(),
            server_uuid: Type.String(),
            status: Type.String(),
            tag: Type.Optional(Type.String()),
            code: Type.Integer(),
          }),
        ),
      }),
    }),
  },
});
