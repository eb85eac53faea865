/**
 * What a new cloud's network has before its first user comes: the way out (`public`), and in the demo project a network
 * `private` behind `router1`. Idempotent by name: run at every start, it adds what is not there.
 */
import { errors } from "#contracts/neutron/errors.ts";
import type { Neutron } from "./api/context.ts";
import { defaultPools } from "./api/subnet-values.ts";
import { formatIp, parseCidr } from "./plan/ip.ts";
import type { Change } from "./store/change.ts";
import { ensureDefaultGroup } from "./store/default-group.ts";
import { hostFor, settleDhcpPort } from "./store/dhcp-port.ts";
import { insertPort } from "./store/ports.ts";
import type { NetworkRow, RouterRow, SubnetRow } from "./store/tables.ts";

export interface FirstContents {
  /** Range of floating IPs; its first address is the gateway: `172.24.4.0/24`. */
  external_cidr: string;
  private_cidr: string;
  dns_nameservers: readonly string[];
  /** Owner of `private` and `router1`; without it only `public` is made. */
  project_id?: string;
  /** Owner of `public`; nobody's when left out, as administrators see everything. */
  admin_project_id?: string;
}

export async function ensureFirstContents(neutron: Neutron, contents: FirstContents): Promise<void> {
  await neutron.store.change(async (change) => {
    const outside = await ensureNetwork(neutron, change, {
      name: "public",
      project_id: contents.admin_project_id ?? "",
      external: 1,
    });
    await ensureSubnet(neutron, change, outside, {
      name: "public-subnet",
      cidr: contents.external_cidr,
      dhcp: 0,
      dns: [],
    });
    if (contents.project_id === undefined) return;
    const { project_id, private_cidr, dns_nameservers } = contents;
    await ensureDefaultGroup(change, project_id);
    const inside = await ensureNetwork(neutron, change, { name: "private", project_id, external: 0 });
    const facts = { name: "private-subnet", cidr: private_cidr, dhcp: 1 as const, dns: dns_nameservers };
    const subnet = await ensureSubnet(neutron, change, inside, facts);
    await ensureRouter(neutron, change, project_id, outside, subnet);
  });
}

function common(change: Change, name: string, project_id: string) {
  const times = { created_at: change.now, updated_at: change.now, revision_number: 1 };
  return { id: change.ids.uuid(), name, project_id, description: "", tags: "[]", ...times };
}

async function ensureNetwork(
  neutron: Neutron,
  change: Change,
  facts: { name: string; project_id: string; external: 0 | 1 },
): Promise<NetworkRow> {
  const named = change.trx.selectFrom("networks").selectAll().where("name", "=", facts.name);
  const own = facts.external ? named.where("external", "=", 1) : named.where("project_id", "=", facts.project_id);
  const known = await own.executeTakeFirst();
  if (known) return known;
  const row: NetworkRow = {
    ...common(change, facts.name, facts.project_id),
    admin_state_up: 1,
    shared: 0,
    external: facts.external,
    is_default: facts.external,
    mtu: neutron.settings.mtu,
    port_security_enabled: 1,
    dns_domain: "",
    network_type: facts.external ? "flat" : "local",
    physical_network: facts.external ? (neutron.settings.physical_networks[0] ?? null) : null,
    segmentation_id: null,
    az_hints: "[]",
  };
  await change.trx.insertInto("networks").values(row).execute();
  await change.planRevision();
  return row;
}

async function ensureSubnet(
  neutron: Neutron,
  change: Change,
  network: NetworkRow,
  facts: { name: string; cidr: string; dhcp: 0 | 1; dns: readonly string[] },
): Promise<SubnetRow> {
  const known = await change.trx
    .selectFrom("subnets")
    .selectAll()
    .where("network_id", "=", network.id)
    .executeTakeFirst();
  if (known) return known;
  const cidr = parseCidr(facts.cidr);
  if (!cidr) throw errors.invalidAttribute({ attribute: "cidr", reason: `'${facts.cidr}' is not a valid IP subnet` });
  const gateway_ip = formatIp({ version: cidr.version, value: cidr.base + 1n });
  const row: SubnetRow = {
    ...common(change, facts.name, network.project_id),
    network_id: network.id,
    ip_version: cidr.version,
    cidr: facts.cidr,
    gateway_ip,
    enable_dhcp: facts.dhcp,
    allocation_pools: JSON.stringify(defaultPools(cidr, gateway_ip)),
    dns_nameservers: JSON.stringify(facts.dns),
    host_routes: "[]",
    service_types: "[]",
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
    cursor: 0,
  };
  await change.trx.insertInto("subnets").values(row).execute();
  await change.planRevision();
  if (row.enable_dhcp === 1) await settleDhcpPort(change, neutron.settings.network_hosts, network);
  return row;
}

async function ensureRouter(
  neutron: Neutron,
  change: Change,
  project_id: string,
  outside: NetworkRow,
  subnet: SubnetRow,
): Promise<void> {
  const { trx } = change;
  const known = await trx
    .selectFrom("routers")
    .select("id")
    .where("name", "=", "router1")
    .where("project_id", "=", project_id)
    .executeTakeFirst();
  if (known) return;
  const base = common(change, "router1", project_id);
  const host_id = hostFor(neutron.settings.network_hosts, base.id);
  const shared = { device_id: base.id, host_id };
  const gateway = await insertPort(change, {
    ...shared,
    project_id: "",
    network_id: outside.id,
    device_owner: "network:router_gateway",
  });
  const row: RouterRow = {
    ...base,
    admin_state_up: 1,
    status: "ACTIVE",
    gateway_network_id: outside.id,
    gateway_port_id: gateway.id,
    enable_snat: 1,
    routes: "[]",
    az_hints: "[]",
  };
  await trx.insertInto("routers").values(row).execute();
  const port = await insertPort(change, {
    ...shared,
    project_id,
    network_id: subnet.network_id,
    device_owner: "network:router_interface",
    fixed_ips: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip }],
  });
  await trx
    .insertInto("router_interfaces")
    .values({ router_id: row.id, subnet_id: subnet.id, port_id: port.id })
    .execute();
}
