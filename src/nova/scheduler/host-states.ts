/** What the hosts have, read from the database: services, nodes, and what the servers on them use. */
import type { HostState, Request } from "./hosts.ts";
import type { NovaStore } from "../store/open.ts";
import type { Server } from "../store/servers.ts";

interface Usage {
  host: string | null;
  vcpus: number | null;
  memory_mb: number | null;
  busy: number | null;
}

export async function readHostStates(store: NovaStore): Promise<HostState[]> {
  const [services, nodes, usages, zones] = await Promise.all([
    store.hosts.listServices({ binary: "nova-compute" }),
    store.hosts.listNodes(),
    readUsage(store),
    store.zonesOfHosts(),
  ]);
  const byHost = new Map(services.map((service) => [service.host, service]));
  const used = new Map(usages.map((usage) => [usage.host, usage]));
  return nodes.flatMap((node): HostState[] => {
    const service = byHost.get(node.host);
    if (!service) return [];
    const usage = used.get(node.host);
    return [
      {
        host: node.host,
        node_uuid: node.id,
        hypervisor_hostname: node.hypervisor_hostname,
        hypervisor_type: node.hypervisor_type,
        hypervisor_version: node.hypervisor_version,
        zone: zones.get(node.host) ?? service.zone,
        up: store.hosts.isUp(service),
        disabled: service.disabled,
        disabled_reason: service.disabled_reason,
        vcpus_free: node.vcpus - Number(usage?.vcpus ?? 0),
        memory_mb_free: node.memory_mb - Number(usage?.memory_mb ?? 0),
        disk_gb_free: node.local_gb - node.local_gb_used,
        busy: Number(usage?.busy ?? 0),
        servers: [],
      },
    ];
  });
}

function readUsage(store: NovaStore): Promise<Usage[]> {
  return store.db
    .selectFrom("servers")
    .select((e) => [
      "host",
      e.fn.sum<number>("vcpus").as("vcpus"),
      e.fn.sum<number>("memory_mb").as("memory_mb"),
      e.fn.count<number>("task_state").as("busy"),
    ])
    .where("deleted_at", "is", null)
    .where("host", "is not", null)
    .groupBy("host")
    .execute();
}

/** Adds which servers each host has: only asked for when a hint needs it. */
export async function addServers(store: NovaStore, hosts: readonly HostState[]): Promise<HostState[]> {
  const rows = await store.db
    .selectFrom("servers")
    .select(["id", "host"])
    .where("deleted_at", "is", null)
    .where("host", "is not", null)
    .execute();
  return hosts.map((host) => ({ ...host, servers: rows.filter((row) => row.host === host.host).map((row) => row.id) }));
}

/** The policy of a server's group, and on which hosts its other members are. */
export async function readGroup(store: NovaStore, server: Server): Promise<Request["group"]> {
  if (server.server_group_id === null) return null;
  const [group, members] = await Promise.all([
    store.serverGroups.find(server.server_group_id),
    store.serverGroups.members([server.server_group_id]),
  ]);
  if (!group) return null;
  const ids = (members.get(group.id) ?? []).filter((id) => id !== server.id);
  const members_on: Record<string, number> = {};
  for (const { host } of await store.servers.findMany(ids))
    if (host !== null) members_on[host] = (members_on[host] ?? 0) + 1;
  return { policy: group.policy, max_per_host: group.rules["max_server_per_host"] ?? 1, members_on };
}
