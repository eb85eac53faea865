/** What the volume service is and has: versions, extensions, zones, services, pools. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Links, orNull } from "./fields.ts";
import { rules } from "./rules.ts";

const anyone = (name: string) => ({ name, rule: rules.anyone });
const Versions = Type.Object({ versions: Type.Array(Type.Unknown()) });
const Anything = Type.Object({}, { additionalProperties: Type.Unknown() });

const Extension = Type.Object({
  alias: Type.String(),
  name: Type.String(),
  description: Type.String(),
  updated: Type.String(),
  links: Links,
});

const VolumeService = Type.Object({
  binary: Type.String(),
  host: Type.String(),
  zone: Type.String(),
  status: Type.String(),
  state: Type.String(),
  updated_at: orNull(Type.String()),
  disabled_reason: orNull(Type.String()),
  cluster: at({ since: "3.7" }, orNull(Type.String())),
  backend_state: Type.Optional(at({ since: "3.49" }, Type.String())),
});

export const volumeInfo = defineResource({
  name: "volume service",
  operations: {
    /** 300 is right: clients read the list from it and do not follow. */
    root: operation({ method: "GET", path: "", policy: "public", status: 300, response: Versions }),
    /** A list of one. Without the slash at the end it redirects. */
    version: operation({ method: "GET", path: "/v3", policy: "public", status: 200, response: Versions }),
    extensions: operation({
      method: "GET",
      path: "/v3/extensions",
      policy: anyone("volume:get_extensions"),
      status: 200,
      response: Type.Object({ extensions: Type.Array(Extension) }),
    }),
    extension: operation({
      method: "GET",
      path: "/v3/extensions/{alias}",
      policy: anyone("volume:get_extensions"),
      status: 200,
      response: Type.Object({ extension: Extension }),
    }),
    zones: operation({
      method: "GET",
      path: "/v3/os-availability-zone",
      policy: anyone("volume:availability_zone_list"),
      status: 200,
      response: Type.Object({
        availabilityZoneInfo: Type.Array(
          Type.Object({ zoneName: Type.String(), zoneState: Type.Object({ available: Type.Boolean() }) }),
        ),
      }),
    }),
    services: operation({
      method: "GET",
      path: "/v3/os-services",
      policy: { name: "volume_extension:services:index", rule: rules.admin },
      status: 200,
      query: Anything,
      response: Type.Object({ services: Type.Array(VolumeService) }),
    }),
    /** `enable`, `disable` or `disable-log-reason`; other verbs are not built. */
    changeService: operation({
      method: "PUT",
      path: "/v3/os-services/{verb}",
      policy: { name: "volume_extension:services:update", rule: rules.admin },
      status: 200,
      request: Type.Object(
        {
          host: Type.Optional(Type.String()),
          binary: Type.Optional(Type.String()),
          disabled_reason: Type.Optional(Type.String()),
        },
        { additionalProperties: Type.Unknown() },
      ),
      response: Type.Unknown(),
    }),
    pools: operation({
      method: "GET",
      path: "/v3/scheduler-stats/get_pools",
      policy: { name: "scheduler_extension:scheduler_stats:get_pools", rule: rules.admin },
      status: 200,
      query: Anything,
      response: Type.Object({ pools: Type.Array(Type.Unknown()) }),
    }),
  },
});
