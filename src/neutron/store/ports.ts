/** Ports as rows: how one is made and taken away, whoever asks (a user, DHCP, a router, a floating IP). */
import { errors } from "#contracts/neutron/errors.ts";
import type { PortStatus } from "#contracts/neutron/port-states.ts";
import type { Change, Trx } from "./change.ts";
import type { WantedIp } from "./allocations.ts";
import { giveIps } from "./port-ips.ts";
import type { Db, PortRow } from "./tables.ts";

export interface NewPort {
  project_id: string;
  network_id: string;
  device_id: string;
  device_owner: string;
  host_id: string;
  name?: string;
  description?: string;
  mac_address?: string;
  admin_state_up?: number;
  status?: PortStatus;
  vnic_type?: string;
  profile?: string;
  port_security_enabled?: number;
  allowed_address_pairs?: string;
  extra_dhcp_opts?: string;
  dns_name?: string;
  /** Left out: one address of each IP version that the network has. */
  fixed_ips?: readonly WantedIp[];
}

/** Inserts a port with its addresses; throws Neutron's own errors when an address or the MAC is taken. */
export async function insertPort(change: Change, port: NewPort): Promise<PortRow> {
  const { fixed_ips, mac_address, ...facts } = port;
  if (mac_address !== undefined) await checkMac(change.trx, port.network_id, mac_address);
  const row: PortRow = {
    id: change.ids.uuid(),
    name: "",
    description: "",
    tags: "[]",
    revision_number: 1,
    created_at: change.now,
    updated_at: change.now,
    admin_state_up: 1,
    status: "DOWN",
    vnic_type: "normal",
    profile: "{}",
    port_security_enabled: 0,
    allowed_address_pairs: "[]",
    extra_dhcp_opts: "[]",
    dns_name: "",
    plan_revision: await change.planRevision([]),
    ...facts,
    mac_address: mac_address ?? newMac(change),
  };
  await change.trx.insertInto("ports").values(row).execute();
  await giveIps(change.trx, row, fixed_ips);
  await planForPort(change, row);
  return row;
}

/** Raises the plans' revision for those whom a port concerns: its host, its network's services, whoever lets it in. */
export async function planForPort(change: Change, port: { id: string }): Promise<number> {
  const { trx } = change;
  const own = trx.selectFrom("ports").select("network_id").where("id", "=", port.id);
  const groups = trx.selectFrom("port_groups").select("group_id").where("port_id", "=", port.id);
  const letIn = trx
    .selectFrom("port_groups")
    .innerJoin("rules", "rules.security_group_id", "port_groups.group_id")
    .select("port_groups.port_id")
    .where("rules.remote_group_id", "in", groups);
  const hosts = await trx
    .selectFrom("ports")
    .select("host_id")
    .distinct()
    .where("host_id", "!=", "")
    .where((where) =>
      where.or([
        where("id", "=", port.id),
        where.and([where("network_id", "in", own), where("device_owner", "like", "network:%")]),
        where("id", "in", letIn),
      ]),
    )
    .execute();
  return change.planRevision(hosts.map((row) => row.host_id));
}

/** A random address under OpenStack's prefix; one that is taken breaks the unique key and the change runs again. */
function newMac(change: Change): string {
  const hex = change.ids.bytes(3).toString("hex");
  return `fa:16:3e:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
}

export async function checkMac(trx: Trx, network_id: string, mac: string): Promise<void> {
  const taken = await trx
    .selectFrom("ports")
    .select("id")
    .where("network_id", "=", network_id)
    .where("mac_address", "=", mac)
    .executeTakeFirst();
  if (taken) throw errors.macAddressInUse({ net_id: network_id, mac });
}

/** Takes a port away with all that hangs on it, and frees the floating IPs of its addresses. */
export async function removePort(
  change: Change,
  port: Pick<PortRow, "id" | "device_id" | "device_owner">,
): Promise<void> {
  const { trx, now } = change;
  await change.planRevision();
  await trx
    .updateTable("floatingips")
    .set((value) => ({
      port_id: null,
      fixed_ip_address: null,
      router_id: null,
      status: "DOWN",
      updated_at: now,
      revision_number: value("revision_number", "+", 1),
    }))
    .where("port_id", "=", port.id)
    .execute();
  await trx.deleteFrom("allocations").where("port_id", "=", port.id).execute();
  await trx.deleteFrom("port_groups").where("port_id", "=", port.id).execute();
  await trx.deleteFrom("router_interfaces").where("port_id", "=", port.id).execute();
  await trx.deleteFrom("ports").where("id", "=", port.id).execute();
  await change.tellNova("network-vif-deleted", port);
}

/** Replaces a port's security groups; those who let in the old or the new ones hear of it. */
export async function setGroups(change: Change, port_id: string, group_ids: readonly string[]): Promise<void> {
  const { trx } = change;
  const held = await trx.selectFrom("port_groups").select("group_id").where("port_id", "=", port_id).executeTakeFirst();
  if (held) await planForPort(change, { id: port_id });
  await trx.deleteFrom("port_groups").where("port_id", "=", port_id).execute();
  if (group_ids.length === 0) return;
  const rows = [...new Set(group_ids)].map((group_id) => ({ port_id, group_id }));
  await trx.insertInto("port_groups").values(rows).execute();
  await planForPort(change, { id: port_id });
}

export interface PortParts {
  fixed_ips: Map<string, { subnet_id: string; ip_address: string }[]>;
  groups: Map<string, string[]>;
}

/** Addresses and groups of many ports, in one question each. */
export async function partsOf(db: Db, ports: readonly Pick<PortRow, "id">[]): Promise<PortParts> {
  const parts: PortParts = { fixed_ips: new Map(), groups: new Map() };
  for (let at = 0; at < ports.length; at += 500) {
    const ids = ports.slice(at, at + 500).map((port) => port.id);
    const addresses = await db
      .selectFrom("allocations")
      .select(["port_id", "subnet_id", "ip_address"])
      .where("port_id", "in", ids)
      .orderBy("position")
      .execute();
    for (const { port_id, ...ip } of addresses) append(parts.fixed_ips, port_id, ip);
    const groups = await db
      .selectFrom("port_groups")
      .selectAll()
      .where("port_id", "in", ids)
      .orderBy("group_id")
      .execute();
    for (const { port_id, group_id } of groups) append(parts.groups, port_id, group_id);
  }
  return parts;
}

export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
