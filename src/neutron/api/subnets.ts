/** Subnets: list, show, create (one or several), update, delete. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import { subnet, Subnet, SubnetUpdate } from "#contracts/neutron/subnet.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { overlaps } from "../plan/ip.ts";
import { cidrOfSubnet, subnetsOf } from "../store/allocations.ts";
import type { Change, Trx } from "../store/change.ts";
import { dhcpOwner } from "../plan/plan.ts";
import { settleDhcpPort } from "../store/dhcp-port.ts";
import { checkQuota } from "../store/quotas.ts";
import type { Db, NetworkRow, SubnetRow } from "../store/tables.ts";
import { manyOf, onlyOne } from "./bulk.ts";
import {
  checkRevision,
  enforceAttributes,
  parsed,
  projectFor,
  scopeOf,
  standardRow,
  standardView,
  targetOf,
} from "./context.ts";
import type { Neutron, Scope } from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { getNetwork } from "./networks.ts";
import { columnFilters } from "./row-filters.ts";
import {
  defaultPools,
  gatewayOf,
  hostRoutesOf,
  modesOf,
  nameserversOf,
  poolsOf,
  type Pool,
  type SubnetBody,
} from "./subnet-values.ts";
import { asFlag, asInteger, cidrOf } from "./values.ts";

type View = Static<typeof Subnet>;

/** The subnet if the caller may see it: its own, or one of a network that is its own or shared. */
export async function getSubnet(db: Db, scope: Scope, id: string): Promise<SubnetRow> {
  const row = await visible(db, scope).where("subnets.id", "=", id).executeTakeFirst();
  if (!row) throw errors.subnetNotFound({ id });
  return row;
}

function visible(db: Db, scope: Scope) {
  const query = db.selectFrom("subnets").selectAll("subnets");
  if (scope.all) return query;
  return query
    .innerJoin("networks", "networks.id", "subnets.network_id")
    .where((where) =>
      where.or([
        where("subnets.project_id", "=", scope.project_id),
        where("networks.project_id", "=", scope.project_id),
        where("networks.shared", "=", 1),
      ]),
    );
}

export function subnetView(row: SubnetRow): View {
  return {
    ...standardView(row),
    network_id: row.network_id,
    ip_version: row.ip_version,
    cidr: row.cidr,
    gateway_ip: row.gateway_ip,
    enable_dhcp: row.enable_dhcp === 1,
    allocation_pools: parsed<Pool[]>(row.allocation_pools),
    dns_nameservers: parsed<string[]>(row.dns_nameservers),
    host_routes: parsed<{ destination: string; nexthop: string }[]>(row.host_routes),
    service_types: parsed<string[]>(row.service_types),
    ipv6_ra_mode: row.ipv6_ra_mode,
    ipv6_address_mode: row.ipv6_address_mode,
    subnetpool_id: null,
  };
}

const attributes = new Set(Object.keys(Subnet.properties));

export function subnetHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  return implement(subnet, {
    list: async (call) => {
      const rows = await visible(db, scopeOf(call))
        .where(columnFilters(call.query, ["subnets.id", "subnets.network_id", "subnets.name"]))
        .orderBy("subnets.created_at")
        .orderBy("subnets.id")
        .execute();
      const spec = { collection: "subnets", attributes, notFound: (id: string) => errors.subnetNotFound({ id }) };
      return listing(call, spec, rows.map(subnetView)) as { subnets: View[]; subnets_links: undefined };
    },
    show: async (call) => ({
      subnet: chosen(call, subnetView(await getSubnet(db, scopeOf(call), call.params["id"] ?? ""))),
    }),
    create: async (call) => {
      const bodies = manyOf<SubnetBody>(call.body, "subnet", "subnets");
      const rows = await neutron.store.change(async (change) => {
        const made: SubnetRow[] = [];
        for (const body of bodies) made.push(await createSubnet(neutron, call, change, body));
        return made;
      });
      return onlyOne(call.body, "subnet", "subnets", rows.map(subnetView));
    },
    update: async (call) => {
      const row = await neutron.store.change((change) => updateSubnet(neutron, call, change));
      return { subnet: subnetView(row) };
    },
    remove: async (call) => {
      await neutron.store.change(async (change) => {
        const row = await getSubnet(change.trx, scopeOf(call), call.params["id"] ?? "");
        const network = await change.trx
          .selectFrom("networks")
          .selectAll()
          .where("id", "=", row.network_id)
          .executeTakeFirstOrThrow();
        call.enforce(targetOf(row, { "network:project_id": network.project_id }));
        await deleteSubnet(neutron, change, row, network);
      });
      return undefined;
    },
  });
}

async function createSubnet(neutron: Neutron, call: Call, change: Change, body: SubnetBody): Promise<SubnetRow> {
  const network = await getNetwork(change.trx, scopeOf(call), body.network_id);
  const project_id =
    body.project_id ?? body.tenant_id ?? (scopeOf(call).admin ? network.project_id : projectFor(call, body));
  const target = targetOf({ project_id }, { "network:project_id": network.project_id });
  call.enforce(target);
  enforceAttributes(call, "create_subnet", body, target);
  await checkQuota(change.trx, project_id, "subnet");
  const row = {
    ...standardRow(neutron, change.now, project_id, body),
    revision_number: 1,
    ...addressing(body, network.id),
  };
  await checkOverlap(change.trx, row);
  await change.trx.insertInto("subnets").values(row).execute();
  await change.planRevision();
  if (row.enable_dhcp === 1) await settleDhcpPort(change, neutron.settings.network_hosts, network);
  return row;
}

function addressing(body: SubnetBody, network_id: string): Omit<SubnetRow, keyof ReturnType<typeof standardRow>> {
  if (body.subnetpool_id || body.use_default_subnetpool) {
    throw errors.invalidInput({ error_message: "Subnet pools are not available in this cloud" });
  }
  if (!body.cidr)
    throw errors.badRequest({
      message: "Bad subnets request: a subnetpool must be specified in the absence of a cidr.",
    });
  const version = asInteger(body.ip_version);
  if (version !== 4 && version !== 6) {
    throw errors.invalidAttribute({ attribute: "ip_version", reason: `'${version}' is not in [4, 6]` });
  }
  const cidr = cidrOf("cidr", body.cidr, true);
  if (cidr.version !== version) {
    throw errors.invalidInput({ error_message: `cidr '${cidr.text}' does not match the ip_version '${version}'` });
  }
  if (cidr.prefix === 0) throw errors.invalidInput({ error_message: "0 is not allowed as CIDR prefix length" });
  const gateway_ip = gatewayOf(cidr, body.gateway_ip);
  const pools = body.allocation_pools
    ? poolsOf(cidr, body.allocation_pools, gateway_ip)
    : defaultPools(cidr, gateway_ip);
  return {
    network_id,
    ip_version: version,
    cidr: cidr.text,
    gateway_ip,
    enable_dhcp: body.enable_dhcp === undefined ? 1 : asFlag(body.enable_dhcp),
    allocation_pools: JSON.stringify(pools),
    dns_nameservers: JSON.stringify(nameserversOf(body.dns_nameservers)),
    host_routes: JSON.stringify(hostRoutesOf(version, body.host_routes)),
    service_types: JSON.stringify(body.service_types ?? []),
    ...modesOf(body, version, cidr),
    cursor: 0,
  };
}

async function checkOverlap(trx: Trx, row: SubnetRow): Promise<void> {
  const cidr = cidrOfSubnet(row);
  for (const other of await subnetsOf(trx, row.network_id)) {
    if (!overlaps(cidr, cidrOfSubnet(other))) continue;
    const error_message = `Requested subnet with cidr: ${row.cidr} for network: ${row.network_id} overlaps with another subnet`;
    throw errors.invalidInput({ error_message });
  }
}

async function updateSubnet(neutron: Neutron, call: Call, change: Change): Promise<SubnetRow> {
  const { trx } = change;
  const row = await getSubnet(trx, scopeOf(call), call.params["id"] ?? "");
  const network = await trx
    .selectFrom("networks")
    .selectAll()
    .where("id", "=", row.network_id)
    .executeTakeFirstOrThrow();
  const { subnet: body } = call.body as { subnet: Static<typeof SubnetUpdate> };
  const target = targetOf(row, { "network:project_id": network.project_id });
  call.enforce(target);
  enforceAttributes(call, "update_subnet", body, target);
  checkRevision(call, row);
  const patch = patchOf(row, body);
  if (patch.gateway_ip !== undefined && patch.gateway_ip !== row.gateway_ip) await checkGatewayFree(trx, row);
  const changed = { ...patch, revision_number: row.revision_number + 1, updated_at: change.now };
  await trx.updateTable("subnets").set(changed).where("id", "=", row.id).execute();
  await change.planRevision();
  if (patch.enable_dhcp !== undefined) await settleDhcpPort(change, neutron.settings.network_hosts, network);
  return { ...row, ...changed };
}

function patchOf(row: SubnetRow, body: Static<typeof SubnetUpdate>): Partial<SubnetRow> {
  const cidr = { ...cidrOfSubnet(row), text: row.cidr };
  const patch: Partial<SubnetRow> = {};
  if (body.name !== undefined) patch.name = body.name;
  if (body.description !== undefined) patch.description = body.description;
  if (body.enable_dhcp !== undefined) patch.enable_dhcp = asFlag(body.enable_dhcp);
  if (body.dns_nameservers !== undefined) patch.dns_nameservers = JSON.stringify(nameserversOf(body.dns_nameservers));
  if (body.host_routes !== undefined)
    patch.host_routes = JSON.stringify(hostRoutesOf(row.ip_version, body.host_routes));
  if (body.service_types !== undefined) patch.service_types = JSON.stringify(body.service_types);
  if (body.gateway_ip !== undefined) patch.gateway_ip = gatewayOf(cidr, body.gateway_ip);
  const gateway = patch.gateway_ip === undefined ? row.gateway_ip : patch.gateway_ip;
  if (body.allocation_pools) patch.allocation_pools = JSON.stringify(poolsOf(cidr, body.allocation_pools, gateway));
  else if (patch.gateway_ip !== undefined) poolsOf(cidr, parsed<Pool[]>(row.allocation_pools), gateway);
  return patch;
}

/** The gateway of a subnet that a router is on cannot change under it. */
async function checkGatewayFree(trx: Trx, row: SubnetRow): Promise<void> {
  if (row.gateway_ip === null) return;
  const held = await trx
    .selectFrom("allocations")
    .innerJoin("ports", "ports.id", "allocations.port_id")
    .select("ports.id")
    .where("allocations.subnet_id", "=", row.id)
    .where("allocations.ip_address", "=", row.gateway_ip)
    .where("ports.device_owner", "like", "network:router%")
    .executeTakeFirst();
  if (held) throw errors.gatewayIpInUse({ ip_address: row.gateway_ip, port_id: held.id });
}

async function deleteSubnet(neutron: Neutron, change: Change, row: SubnetRow, network: NetworkRow): Promise<void> {
  const { trx } = change;
  const users = await trx
    .selectFrom("allocations")
    .innerJoin("ports", "ports.id", "allocations.port_id")
    .select(["ports.id", "ports.device_owner"])
    .where("allocations.subnet_id", "=", row.id)
    .execute();
  if (users.some((port) => port.device_owner !== dhcpOwner)) {
    throw errors.subnetInUse({ id: row.id, reason: "One or more ports have an IP allocation from this subnet" });
  }
  await trx.deleteFrom("allocations").where("subnet_id", "=", row.id).execute();
  await trx.deleteFrom("subnets").where("id", "=", row.id).execute();
  await change.planRevision();
  await settleDhcpPort(change, neutron.settings.network_hosts, network);
}
