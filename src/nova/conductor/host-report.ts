/** A host says that it lives, what it has and which guests run: services, nodes and power states follow from it. */
import type { MessageBody, MessageReply } from "#contracts/kit/message.ts";
import type { hostReport } from "#contracts/nova/messages.ts";
import { powerStates } from "#contracts/nova/server-states.ts";
import { serviceVersion } from "../flows/heartbeat.ts";
import type { NovaStore } from "../store/open.ts";
import type { Server } from "../store/servers.ts";

type Report = MessageBody<typeof hostReport>;

export async function takeHostReport(store: NovaStore, report: Report): Promise<MessageReply<typeof hostReport>> {
  const { host } = report;
  await store.hosts.heartbeat({ host, binary: "nova-compute", zone: "nova", version: serviceVersion });
  const servers = await store.servers.listByHost(host);
  await store.hosts.putNode(nodeOf(report, servers));
  const seen = new Map(report.guests.map((guest) => [guest.server_id, guest.power_state]));
  for (const server of servers) await followPower(store, server, seen.get(server.id));
  return { servers: servers.map((server) => ({ server_id: server.id, should_run: server.vm_state === "active" })) };
}

function nodeOf(report: Report, servers: readonly Server[]): Parameters<NovaStore["hosts"]["putNode"]>[0] {
  const sum = (amount: (server: Server) => number): number =>
    servers.reduce((total, server) => total + amount(server), 0);
  return {
    id: report.node_uuid,
    host: report.host,
    hypervisor_hostname: report.host,
    hypervisor_type: report.hypervisor_type,
    hypervisor_version: report.hypervisor_version,
    vcpus: report.vcpus,
    memory_mb: report.memory_mb,
    local_gb: report.local_gb,
    vcpus_used: sum((server) => server.flavor.vcpus),
    memory_mb_used: sum((server) => server.flavor.memory_mb),
    local_gb_used: sum((server) => server.flavor.root_gb),
    running_vms: report.guests.filter((guest) => guest.power_state === powerStates.running).length,
    cpu_info: report.cpu_info,
    host_ip: report.host_ip,
    uptime: null,
  };
}

/** A guest that stopped by itself is shown as stopped; one that is being worked on is left to its operation. */
async function followPower(store: NovaStore, server: Server, power_state: number | undefined): Promise<void> {
  if (power_state === undefined || server.task_state !== null || server.power_state === power_state) return;
  const stopped = power_state === powerStates.shutdown || power_state === powerStates.crashed;
  if (server.vm_state === "active" && stopped) {
    await store.servers.update(
      server.id,
      { vm_state: "stopped", power_state },
      { vm_state: ["active"], task_state: [null] },
    );
  } else if (server.vm_state === "stopped" && power_state === powerStates.running) {
    await store.servers.update(
      server.id,
      { vm_state: "active", power_state },
      { vm_state: ["stopped"], task_state: [null] },
    );
  } else {
    await store.servers.update(server.id, { power_state }, { vm_state: [server.vm_state], task_state: [null] });
  }
}
