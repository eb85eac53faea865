/** Which routers a caller sees, how they are shown, and the subnets they are on. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import type { Router } from "#contracts/neutron/router.ts";
import { overlaps } from "../plan/ip.ts";
import { cidrOfSubnet } from "../store/allocations.ts";
import { partsOf } from "../store/ports.ts";
import type { Trx } from "../store/change.ts";
import type { Db, RouterRow, SubnetRow } from "../store/tables.ts";
import { parsed, standardView, type Neutron, type Scope } from "./context.ts";

export type RouterView = Static<typeof Router>;

export async function getRouter(db: Db, scope: Scope, id: string): Promise<RouterRow> {
  const row = await db.selectFrom("routers").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row || !(scope.all || row.project_id === scope.project_id)) throw errors.routerNotFound({ id });
  return row;
}

export async function routerViews(neutron: Neutron, db: Db, rows: readonly RouterRow[]): Promise<RouterView[]> {
  const gateways = rows.flatMap((row) => (row.gateway_port_id === null ? [] : [{ id: row.gateway_port_id }]));
  const { fixed_ips } = await partsOf(db, gateways);
  const zones = neutron.settings.network_hosts.length > 0 ? [neutron.settings.availability_zone] : [];
  return rows.map((row) => ({
    ...standardView(row),
    status: row.status,
    admin_state_up: row.admin_state_up === 1,
    external_gateway_info:
      row.gateway_network_id === null
        ? null
        : {
            network_id: row.gateway_network_id,
            enable_snat: row.enable_snat === 1,
            external_fixed_ips: fixed_ips.get(row.gateway_port_id ?? "") ?? [],
          },
    routes: parsed<{ destination: string; nexthop: string }[]>(row.routes),
    availability_zone_hints: parsed<string[]>(row.az_hints),
    availability_zones: zones,
  }));
}

/** Subnets that the router is on: inside, and those of its gateway's addresses. */
export async function connectedSubnets(trx: Trx, router: RouterRow): Promise<SubnetRow[]> {
  return trx
    .selectFrom("subnets")
    .selectAll()
    .where((where) =>
      where.or([
        where("id", "in", where.selectFrom("router_interfaces").select("subnet_id").where("router_id", "=", router.id)),
        where(
          "id",
          "in",
          where
            .selectFrom("allocations")
            .select("subnet_id")
            .where("port_id", "=", router.gateway_port_id ?? ""),
        ),
      ]),
    )
    .execute();
}

/** A router cannot be on two subnets that overlap: it would not know where an address is. */
export async function refuseOverlap(trx: Trx, router: RouterRow, subnet: SubnetRow): Promise<void> {
  const cidr = cidrOfSubnet(subnet);
  for (const other of await connectedSubnets(trx, router)) {
    if (other.id === subnet.id) throw errors.badRouter({ msg: `Router already has a port on subnet ${subnet.id}` });
    if (!overlaps(cidr, cidrOfSubnet(other))) continue;
    const msg = `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other.cidr} of subnet ${other.id}`;
    throw errors.badRouter({ msg });
  }
}
