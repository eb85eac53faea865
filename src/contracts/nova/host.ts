/** What operators see of the hosts: services, hypervisors, availability zones. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Bool, Empty, Links, Nullable, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const Int = Type.Integer();

const ServiceView = Type.Object({
  number: at({ until: "2.52", name: "id" }, Int),
  id: at({ since: "2.53" }, Text),
  binary: Text,
  host: Text,
  zone: Text,
  status: Text,
  state: Text,
  updated_at: Nullable(Text),
  disabled_reason: Nullable(Text),
  forced_down: at({ since: "2.11" }, Type.Boolean()),
});

/** Below 2.53 the path names the change, and the body the service. */
const EarlyUpdate = Type.Object(
  {
    host: Text,
    binary: Text,
    disabled_reason: Type.Optional(Text),
    forced_down: Type.Optional(at({ since: "2.11" }, Bool)),
  },
  closed,
);
const Update = Type.Object(
  {
    status: Type.Optional(Type.Enum(["enabled", "disabled"])),
    disabled_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    forced_down: Type.Optional(Bool),
  },
  closed,
);

export const service = defineResource({
  name: "service",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.1/os-services",
      status: 200,
      policy: policy("os-services:list", "admin"),
      query: Type.Object({ host: Type.Optional(Text), binary: Type.Optional(Text) }),
      response: Type.Object({ services: Type.Array(ServiceView) }),
    }),
    earlyUpdate: operation({
      method: "PUT",
      path: "/v2.1/os-services/{service_id}",
      until: "2.52",
      status: 200,
      policy: policy("os-services:update", "admin"),
      request: EarlyUpdate,
      response: Type.Object({ service: Type.Object({}, { additionalProperties: true }) }),
    }),
    update: operation({
      method: "PUT",
      path: "/v2.1/os-services/{service_id}",
      since: "2.53",
      status: 200,
      policy: policy("os-services:update", "admin"),
      request: Update,
      response: Type.Object({ service: ServiceView }),
    }),
    delete: operation({
      method: "DELETE",
      path: "/v2.1/os-services/{service_id}",
      status: 204,
      policy: policy("os-services:delete", "admin"),
      response: Empty,
    }),
  },
});

const statistics = {
  vcpus: at({ until: "2.87" }, Int),
  memory_mb: at({ until: "2.87" }, Int),
  local_gb: at({ until: "2.87" }, Int),
  vcpus_used: at({ until: "2.87" }, Int),
  memory_mb_used: at({ until: "2.87" }, Int),
  local_gb_used: at({ until: "2.87" }, Int),
  free_ram_mb: at({ until: "2.87" }, Int),
  free_disk_gb: at({ until: "2.87" }, Int),
  current_workload: at({ until: "2.87" }, Int),
  running_vms: at({ until: "2.87" }, Int),
  disk_available_least: at({ until: "2.87" }, Nullable(Int)),
};
const brief = {
  number: at({ until: "2.52", name: "id" }, Int),
  id: at({ since: "2.53" }, Text),
  hypervisor_hostname: Text,
  state: Text,
  status: Text,
  servers: Type.Optional(at({ since: "2.53" }, Type.Array(Type.Object({ uuid: Text, name: Text })))),
};
const HypervisorView = Type.Object({
  ...brief,
  ...statistics,
  hypervisor_type: Text,
  hypervisor_version: Int,
  host_ip: Nullable(Text),
  cpu_text: at({ until: "2.27", name: "cpu_info" }, Text),
  cpu_info: at({ since: "2.28", until: "2.87" }, Type.Object({}, { additionalProperties: true })),
  service: Type.Object({
    number: at({ until: "2.52", name: "id" }, Int),
    id: at({ since: "2.53" }, Text),
    host: Text,
    disabled_reason: Nullable(Text),
  }),
  uptime: at({ since: "2.88" }, Nullable(Text)),
});
const ListQuery = Type.Object({
  limit: Type.Optional(at({ since: "2.33" }, Type.Integer({ minimum: 0 }))),
  marker: Type.Optional(at({ since: "2.33" }, Text)),
  hypervisor_hostname_pattern: Type.Optional(at({ since: "2.53" }, Text)),
  with_servers: Type.Optional(at({ since: "2.53" }, Bool)),
});
const hypervisors = "/v2.1/os-hypervisors";

export const hypervisor = defineResource({
  name: "hypervisor",
  operations: {
    list: operation({
      method: "GET",
      path: hypervisors,
      status: 200,
      policy: policy("os-hypervisors:list", "admin"),
      query: ListQuery,
      response: Type.Object({
        hypervisors: Type.Array(Type.Object(brief)),
        hypervisors_links: Type.Optional(at({ since: "2.33" }, Links)),
      }),
    }),
    detail: operation({
      method: "GET",
      path: `${hypervisors}/detail`,
      status: 200,
      policy: policy("os-hypervisors:list-detail", "admin"),
      query: ListQuery,
      response: Type.Object({
        hypervisors: Type.Array(HypervisorView),
        hypervisors_links: Type.Optional(at({ since: "2.33" }, Links)),
      }),
    }),
    statistics: operation({
      method: "GET",
      path: `${hypervisors}/statistics`,
      until: "2.87",
      status: 200,
      policy: policy("os-hypervisors:statistics", "admin"),
      response: Type.Object({ hypervisor_statistics: Type.Object({ count: Int, ...statistics }) }),
    }),
    show: operation({
      method: "GET",
      path: `${hypervisors}/{hypervisor_id}`,
      status: 200,
      policy: policy("os-hypervisors:show", "admin"),
      query: Type.Object({ with_servers: Type.Optional(at({ since: "2.53" }, Bool)) }),
      response: Type.Object({ hypervisor: HypervisorView }),
    }),
    uptime: operation({
      method: "GET",
      path: `${hypervisors}/{hypervisor_id}/uptime`,
      until: "2.87",
      status: 200,
      policy: policy("os-hypervisors:uptime", "admin"),
      response: Type.Object({ hypervisor: Type.Object({ ...brief, uptime: Nullable(Text) }) }),
    }),
  },
});

const Zone = Type.Object({
  zoneName: Text,
  zoneState: Type.Object({ available: Type.Boolean() }),
  hosts: Nullable(Type.Object({}, { additionalProperties: true })),
});

export const availabilityZone = defineResource({
  name: "availability zone",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.1/os-availability-zone",
      status: 200,
      policy: policy("os-availability-zone:list", "any"),
      response: Type.Object({ availabilityZoneInfo: Type.Array(Zone) }),
    }),
    detail: operation({
      method: "GET",
      path: "/v2.1/os-availability-zone/detail",
      status: 200,
      policy: policy("os-availability-zone:detail", "admin"),
      response: Type.Object({ availabilityZoneInfo: Type.Array(Zone) }),
    }),
  },
});
