/** Hypervisors: what the hosts have and what of it is used. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import { hypervisor } from "#contracts/nova/host.ts";
import type { QueryOf } from "#contracts/kit/resource.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { ComputeNode, Service } from "../store/hosts.ts";
import type { ApiDeps } from "./deps.ts";
import { afterMarker, limitOf, nextLink } from "./paging.ts";

type Query = QueryOf<typeof hypervisor.operations.list>;

interface Facts {
  node: ComputeNode;
  /** Its place by age, for the versions before ids. */
  number: number;
  service: Service | undefined;
  serviceNumber: number;
  up: boolean;
  servers: { uuid: string; name: string }[] | undefined;
}

export function hypervisorHandlers(deps: ApiDeps): Implementation {
  return implement(hypervisor, {
    async list(call) {
      const { page, links } = await pageOf(deps, call, call.query);
      return { hypervisors: page.map(brief), ...(links ? { hypervisors_links: links } : {}) };
    },
    async detail(call) {
      const { page, links } = await pageOf(deps, call, call.query);
      return { hypervisors: page.map(whole), ...(links ? { hypervisors_links: links } : {}) };
    },
    async statistics() {
      const all = await read(deps, false);
      const sums = all.map(({ node }) => statistics(node)).reduce((sum, one) => added(sum, one), noStatistics);
      return { hypervisor_statistics: { count: all.length, ...sums } };
    },
    show: async (call) => ({ hypervisor: whole(await find(deps, call, isTrue(call.query.with_servers))) }),
    async uptime(call) {
      const found = await find(deps, call, false);
      if (found.node.uptime === null) throw errors.noUptime();
      return { hypervisor: { ...brief(found), uptime: found.node.uptime } };
    },
  });
}

function isTrue(value: boolean | string | undefined): boolean {
  return value !== undefined && asBoolean(value);
}

async function read(deps: ApiDeps, withServers: boolean): Promise<Facts[]> {
  const { hosts } = deps.store;
  const [nodes, services, servers] = await Promise.all([
    hosts.listNodes(),
    hosts.listServices(),
    withServers ? serversByHost(deps) : undefined,
  ]);
  return nodes.map((node, at) => {
    const serviceAt = services.findIndex((one) => one.host === node.host && one.binary === "nova-compute");
    const service = services[serviceAt];
    const up = service !== undefined && hosts.isUp(service);
    return {
      node,
      number: at + 1,
      service,
      serviceNumber: serviceAt + 1,
      up,
      servers: servers && (servers.get(node.host) ?? []),
    };
  });
}

async function serversByHost(deps: ApiDeps): Promise<Map<string, { uuid: string; name: string }[]>> {
  const query = deps.store.db.selectFrom("servers").select(["id", "name", "host"]).where("deleted_at", "is", null);
  const rows = await query.where("host", "is not", null).orderBy("created_at").execute();
  const byHost = Map.groupBy(rows, (row) => row.host ?? "");
  return new Map([...byHost].map(([host, list]) => [host, list.map(({ id, name }) => ({ uuid: id, name }))]));
}

async function pageOf(deps: ApiDeps, call: Call, query: Query) {
  const pattern = query.hypervisor_hostname_pattern;
  const all = await read(deps, isTrue(query.with_servers));
  const named = pattern === undefined ? all : all.filter(({ node }) => node.hypervisor_hostname.includes(pattern));
  if (pattern !== undefined && named.length === 0)
    throw errors.notFound({ reason: `No hypervisor matching '${pattern}' could be found.` });
  const rest = afterMarker(named, query.marker, ({ node }) => node.id);
  if (!rest) throw errors.badMarker({ marker: query.marker });
  const limit = limitOf(query.limit);
  const page = rest.slice(0, limit);
  return { page, links: nextLink(call, page, limit, page.at(-1)?.node.id) };
}

async function find(deps: ApiDeps, call: Call, withServers: boolean): Promise<Facts> {
  const id = call.params["hypervisor_id"] ?? "";
  const all = await read(deps, withServers);
  const found = all.find(({ node, number }) => node.id === id || String(number) === id);
  if (!found) throw errors.hypervisorNotFound({ id });
  return found;
}

function brief({ node, number, service, up, servers }: Facts) {
  return {
    number,
    id: node.id,
    hypervisor_hostname: node.hypervisor_hostname,
    state: up ? "up" : "down",
    status: service?.disabled ? "disabled" : "enabled",
    ...(servers ? { servers } : {}),
  };
}

function whole(facts: Facts) {
  const { node, service, serviceNumber } = facts;
  const service_view = {
    number: serviceNumber,
    id: service?.id ?? "",
    host: node.host,
    disabled_reason: service?.disabled_reason ?? null,
  };
  return {
    ...brief(facts),
    ...statistics(node),
    hypervisor_type: node.hypervisor_type,
    hypervisor_version: node.hypervisor_version,
    host_ip: node.host_ip,
    cpu_text: JSON.stringify(cpuInfo(node.cpu_info)),
    cpu_info: cpuInfo(node.cpu_info),
    service: service_view,
    uptime: node.uptime,
  };
}

function cpuInfo(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {}; // a host that reports no facts of its processor
  }
}

const noStatistics = {
  vcpus: 0,
  memory_mb: 0,
  local_gb: 0,
  vcpus_used: 0,
  memory_mb_used: 0,
  local_gb_used: 0,
  free_ram_mb: 0,
  free_disk_gb: 0,
  current_workload: 0,
  running_vms: 0,
  disk_available_least: 0,
};
type Statistics = typeof noStatistics;

function statistics(node: ComputeNode): Statistics {
  const free_disk_gb = node.local_gb - node.local_gb_used;
  return {
    vcpus: node.vcpus,
    memory_mb: node.memory_mb,
    local_gb: node.local_gb,
    vcpus_used: node.vcpus_used,
    memory_mb_used: node.memory_mb_used,
    local_gb_used: node.local_gb_used,
    free_ram_mb: node.memory_mb - node.memory_mb_used,
    free_disk_gb,
    current_workload: 0,
    running_vms: node.running_vms,
    disk_available_least: free_disk_gb,
  };
}

function added(a: Statistics, b: Statistics): Statistics {
  const names = Object.keys(noStatistics) as (keyof Statistics)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Statistics;
}
