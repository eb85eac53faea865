/**
 * What Nova has and Cumulet has not built yet: routed, protected by its policy, answered 501 and listed. And what Nova
 * has given up: answered 410 at every version.
 */
import { Type } from "typebox";
import { operation, type AnyOperation, type Method, type ResourceSpec } from "../kit/resource.ts";
import { policy, type Who } from "./rules.ts";

type Row = readonly [method: Method, path: string, policy: string, who: Who, until?: string, since?: string];

/** `POST …/action` of a server: the body's key, its policy, who may, the last and the first version. */
type ActionRow = readonly [action: string, policy: string, who: Who, until?: string, since?: string];

const actions: readonly ActionRow[] = [
  ["confirmResize", "servers:confirm_resize", "member"],
  ["revertResize", "servers:revert_resize", "member"],
  ["resize", "servers:resize", "member"],
  ["rebuild", "servers:rebuild", "member"],
  ["createImage", "servers:create_image", "member"],
  ["trigger_crash_dump", "servers:trigger_crash_dump", "member", undefined, "2.17"],
  ["injectNetworkInfo", "os-admin-actions:inject_network_info", "admin"],
  ["changePassword", "os-admin-password", "member"],
  ["createBackup", "os-create-backup", "member"],
  ["restore", "os-deferred-delete:restore", "member"],
  ["evacuate", "os-evacuate", "admin"],
  ["migrate", "os-migrate-server:migrate", "admin"],
  ["os-migrateLive", "os-migrate-server:migrate_live", "admin"],
  ["pause", "os-pause-server:pause", "member"],
  ["unpause", "os-pause-server:unpause", "member"],
  ["rescue", "os-rescue", "member"],
  ["unrescue", "os-unrescue", "member"],
  ["shelve", "os-shelve:shelve", "member"],
  ["shelveOffload", "os-shelve:shelve_offload", "admin"],
  ["unshelve", "os-shelve:unshelve", "member"],
  ["suspend", "os-suspend-server:suspend", "member"],
  ["resume", "os-suspend-server:resume", "member"],
  ["addFloatingIp", "os-floating-ips:add", "member", "2.43"],
  ["removeFloatingIp", "os-floating-ips:remove", "member", "2.43"],
  ["addFixedIp", "os-multinic:add", "member", "2.43"],
  ["removeFixedIp", "os-multinic:remove", "member", "2.43"],
  ["os-getVNCConsole", "os-remote-consoles", "member", "2.5"],
  ["os-getSPICEConsole", "os-remote-consoles", "member", "2.5"],
  ["os-getRDPConsole", "os-remote-consoles", "member", "2.5"],
  ["os-getSerialConsole", "os-remote-consoles", "member", "2.5"],
];

const rows: readonly Row[] = [
  ["POST", "/servers/{server_id}/remote-consoles", "os-remote-consoles", "member", undefined, "2.6"],
  ["GET", "/os-console-auth-tokens/{token}", "os-console-auth-tokens", "admin"],
  ["GET", "/servers/{server_id}/diagnostics", "os-server-diagnostics", "admin"],
  ["GET", "/servers/{server_id}/topology", "compute:server:topology:index", "reader", undefined, "2.78"],
  ["GET", "/servers/{server_id}/migrations", "servers:migrations:index", "admin", undefined, "2.23"],
  ["GET", "/servers/{server_id}/migrations/{id}", "servers:migrations:show", "admin", undefined, "2.23"],
  ["DELETE", "/servers/{server_id}/migrations/{id}", "servers:migrations:delete", "admin", undefined, "2.24"],
  [
    "POST",
    "/servers/{server_id}/migrations/{id}/action",
    "servers:migrations:force_complete",
    "admin",
    undefined,
    "2.22",
  ],
  ["GET", "/os-migrations", "os-migrations:index", "admin"],
  ["POST", "/os-aggregates/{id}/images", "compute:aggregates:images", "admin", undefined, "2.81"],
  ["POST", "/os-assisted-volume-snapshots", "os-assisted-volume-snapshots:create", "admin"],
  ["DELETE", "/os-assisted-volume-snapshots/{id}", "os-assisted-volume-snapshots:delete", "admin"],
  ["GET", "/os-instance_usage_audit_log", "os-instance-usage-audit-log:list", "admin"],
  ["GET", "/os-instance_usage_audit_log/{id}", "os-instance-usage-audit-log:show", "admin"],
  ["GET", "/os-hypervisors/{hypervisor_id}/search", "os-hypervisors:search", "admin", "2.52"],
  ["GET", "/os-hypervisors/{hypervisor_id}/servers", "os-hypervisors:servers", "admin", "2.52"],
  ["GET", "/os-hosts", "os-hosts:list", "admin", "2.42"],
  ["GET", "/os-hosts/{id}", "os-hosts:show", "admin", "2.42"],
  ["PUT", "/os-hosts/{id}", "os-hosts:update", "admin", "2.42"],
  ["GET", "/os-hosts/{id}/reboot", "os-hosts:reboot", "admin", "2.42"],
  ["GET", "/os-hosts/{id}/shutdown", "os-hosts:shutdown", "admin", "2.42"],
  ["GET", "/os-hosts/{id}/startup", "os-hosts:start", "admin", "2.42"],
  ["GET", "/images", "image-proxy", "any", "2.35"],
  ["GET", "/images/detail", "image-proxy", "any", "2.35"],
  ["GET", "/images/{id}", "image-proxy", "any", "2.35"],
  ["DELETE", "/images/{id}", "image-proxy", "any", "2.35"],
  ["GET", "/images/{id}/metadata", "image-proxy", "any", "2.38"],
  ["POST", "/images/{id}/metadata", "image-proxy", "any", "2.38"],
  ["PUT", "/images/{id}/metadata", "image-proxy", "any", "2.38"],
  ["GET", "/images/{id}/metadata/{key}", "image-proxy", "any", "2.38"],
  ["PUT", "/images/{id}/metadata/{key}", "image-proxy", "any", "2.38"],
  ["DELETE", "/images/{id}/metadata/{key}", "image-proxy", "any", "2.38"],
  ["GET", "/os-baremetal-nodes", "os-baremetal-nodes:list", "admin", "2.35"],
  ["GET", "/os-baremetal-nodes/{id}", "os-baremetal-nodes:show", "admin", "2.35"],
  ["GET", "/os-floating-ip-pools", "os-floating-ip-pools", "any", "2.35"],
  ["GET", "/os-floating-ips", "os-floating-ips:list", "reader", "2.35"],
  ["POST", "/os-floating-ips", "os-floating-ips:create", "member", "2.35"],
  ["GET", "/os-floating-ips/{id}", "os-floating-ips:show", "reader", "2.35"],
  ["DELETE", "/os-floating-ips/{id}", "os-floating-ips:delete", "member", "2.35"],
  ["GET", "/os-networks", "os-networks:list", "reader", "2.35"],
  ["GET", "/os-networks/{id}", "os-networks:show", "reader", "2.35"],
  ["GET", "/os-tenant-networks", "os-tenant-networks:list", "reader", "2.35"],
  ["GET", "/os-tenant-networks/{id}", "os-tenant-networks:show", "reader", "2.35"],
  ["GET", "/os-snapshots", "os-volumes:snapshots:list", "reader", "2.35"],
  ["POST", "/os-snapshots", "os-volumes:snapshots:create", "member", "2.35"],
  ["GET", "/os-snapshots/detail", "os-volumes:snapshots:detail", "reader", "2.35"],
  ["GET", "/os-snapshots/{id}", "os-volumes:snapshots:show", "reader", "2.35"],
  ["DELETE", "/os-snapshots/{id}", "os-volumes:snapshots:delete", "member", "2.35"],
  ["GET", "/os-volumes", "os-volumes:list", "reader", "2.35"],
  ["POST", "/os-volumes", "os-volumes:create", "member", "2.35"],
  ["GET", "/os-volumes/detail", "os-volumes:detail", "reader", "2.35"],
  ["GET", "/os-volumes/{id}", "os-volumes:show", "reader", "2.35"],
  ["DELETE", "/os-volumes/{id}", "os-volumes:delete", "member", "2.35"],
];

function rowOperation([method, path, name, who, until, since]: Row): [string, AnyOperation] {
  const range = { ...(until ? { until } : {}), ...(since ? { since } : {}) };
  return [
    `${method} ${path}`,
    operation({ method, path: `/v2.1${path}`, status: 200, policy: policy(name, who), ...range }),
  ];
}

function actionOperation([action, name, who, until, since]: ActionRow): [string, AnyOperation] {
  const range = { ...(until ? { until } : {}), ...(since ? { since } : {}) };
  const path = "/v2.1/servers/{server_id}/action";
  return [
    action,
    operation({
      method: "POST",
      path,
      action,
      status: 202,
      policy: policy(name, who),
      request: Type.Unknown(),
      ...range,
    }),
  ];
}

export const notBuilt: ResourceSpec = {
  name: "not built",
  operations: Object.fromEntries([...rows.map(rowOperation), ...actions.map(actionOperation)]),
};

const gonePaths: readonly (readonly [methods: string, path: string])[] = [
  ["GET POST", "/os-agents"],
  ["PUT DELETE", "/os-agents/{id}"],
  ["GET POST", "/os-cells"],
  ["GET", "/os-cells/capacities"],
  ["GET", "/os-cells/detail"],
  ["GET", "/os-cells/info"],
  ["POST", "/os-cells/sync_instances"],
  ["GET PUT DELETE", "/os-cells/{id}"],
  ["GET", "/os-cells/{id}/capacities"],
  ["POST", "/os-certificates"],
  ["GET", "/os-certificates/{id}"],
  ["GET POST", "/os-cloudpipe"],
  ["PUT", "/os-cloudpipe/{id}"],
  ["GET", "/os-fixed-ips/{id}"],
  ["POST", "/os-fixed-ips/{id}/action"],
  ["GET", "/os-floating-ip-dns"],
  ["PUT DELETE", "/os-floating-ip-dns/{id}"],
  ["GET PUT DELETE", "/os-floating-ip-dns/{domain}/entries/{id}"],
  ["GET POST", "/os-floating-ips-bulk"],
  ["GET PUT", "/os-floating-ips-bulk/{id}"],
  ["GET", "/os-fping"],
  ["GET", "/os-fping/{id}"],
  ["POST", "/os-networks"],
  ["POST", "/os-networks/add"],
  ["DELETE", "/os-networks/{id}"],
  ["POST", "/os-networks/{id}/action"],
  ["GET POST", "/os-security-group-default-rules"],
  ["GET DELETE", "/os-security-group-default-rules/{id}"],
  ["POST", "/os-tenant-networks"],
  ["DELETE", "/os-tenant-networks/{id}"],
  ["GET POST", "/servers/{server_id}/consoles"],
  ["GET DELETE", "/servers/{server_id}/consoles/{id}"],
  ["GET", "/servers/{server_id}/os-virtual-interfaces"],
];

export const gone: ResourceSpec = {
  name: "gone",
  operations: Object.fromEntries(
    gonePaths.flatMap(([methods, path]) =>
      methods.split(" ").map((method): [string, AnyOperation] => {
        const shape = { method: method as Method, path: `/v2.1${path}`, status: 410, policy: policy("gone", "any") };
        return [`${method} ${path}`, operation(shape)];
      }),
    ),
  ),
};
