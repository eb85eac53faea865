/** Finds what a lost step or a changed configuration would leave behind, and mends it; one sentence each. */
import { dhcpOwner } from "../plan/plan.ts";
import type { Change } from "./change.ts";
import { hostFor, settleDhcpPort } from "./dhcp-port.ts";
import { removePort } from "./ports.ts";

export async function mendOrphans(change: Change, hosts: readonly string[]): Promise<string[]> {
  return [
    ...(await lonelyPorts(change)),
    ...(await missingDhcp(change, hosts)),
    ...(await movedPorts(change, hosts)),
    ...(await lostAddresses(change)),
  ];
}

/** Ports of routers and floating IPs that are gone. */
async function lonelyPorts(change: Change): Promise<string[]> {
  const { trx } = change;
  const ports = await trx
    .selectFrom("ports")
    .select(["id", "device_id", "device_owner"])
    .where((where) =>
      where.or([
        where.and([
          where("device_owner", "like", "network:router%"),
          where("device_id", "not in", trx.selectFrom("routers").select("id")),
        ]),
        where.and([
          where("device_owner", "=", "network:floatingip"),
          where("id", "not in", trx.selectFrom("floatingips").select("floating_port_id")),
        ]),
      ]),
    )
    .execute();
  for (const port of ports) await removePort(change, port);
  return ports.map((port) => `port ${port.id} (${port.device_owner}) served ${port.device_id}, which is gone: removed`);
}

/** Networks that should have DHCP and have no port for it. */
async function missingDhcp(change: Change, hosts: readonly string[]): Promise<string[]> {
  const { trx } = change;
  const networks = await trx
    .selectFrom("networks")
    .selectAll()
    .where("id", "in", trx.selectFrom("subnets").select("network_id").where("enable_dhcp", "=", 1))
    .where("id", "not in", trx.selectFrom("ports").select("network_id").where("device_owner", "=", dhcpOwner))
    .execute();
  for (const network of networks) await settleDhcpPort(change, hosts, network);
  return networks.map((network) => `network ${network.id} had no port for DHCP: made`);
}

/** DHCP and routers whose host is not (any more) one that carries them. */
async function movedPorts(change: Change, hosts: readonly string[]): Promise<string[]> {
  if (hosts.length === 0) return [];
  const { trx } = change;
  const ports = await trx
    .selectFrom("ports")
    .select(["id", "network_id", "device_id", "device_owner"])
    .where((where) =>
      where.or([where("device_owner", "=", dhcpOwner), where("device_owner", "like", "network:router%")]),
    )
    .where("host_id", "not in", [...hosts])
    .execute();
  for (const port of ports) {
    const host_id = hostFor(hosts, port.device_owner === dhcpOwner ? port.network_id : port.device_id);
    const plan_revision = await change.planRevision();
    await trx.updateTable("ports").set({ host_id, plan_revision, status: "DOWN" }).where("id", "=", port.id).execute();
  }
  return ports.map((port) => `port ${port.id} (${port.device_owner}) was on a host without network services: moved`);
}

/** Addresses held for ports that are gone. */
async function lostAddresses(change: Change): Promise<string[]> {
  const rows = await change.trx
    .deleteFrom("allocations")
    .where("port_id", "not in", change.trx.selectFrom("ports").select("id"))
    .returning(["ip_address", "port_id"])
    .execute();
  return rows.map((row) => `address ${row.ip_address} was held for port ${row.port_id}, which is gone: freed`);
}
