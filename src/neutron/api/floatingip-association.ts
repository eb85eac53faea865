/** Ties a floating IP to a port's fixed address: a router must lead from one to the other. */
import { errors } from "#contracts/neutron/errors.ts";
import { normalIp } from "../plan/ip.ts";
import type { Change, Trx } from "../store/change.ts";
import { heldBy } from "../store/port-ips.ts";
import type { AllocationRow, FloatingIpRow } from "../store/tables.ts";
import type { Scope } from "./context.ts";
import { getPort } from "./port-access.ts";

type Association = Pick<FloatingIpRow, "port_id" | "fixed_ip_address" | "router_id" | "status">;

/** Not associated. */
export const released: Association = { port_id: null, fixed_ip_address: null, router_id: null, status: "DOWN" };

export async function associate(
  change: Change,
  scope: Scope,
  row: FloatingIpRow,
  wanted: { port_id: string; fixed_ip_address?: string | null },
): Promise<Association> {
  const { trx } = change;
  const port = await getPort(trx, scope, wanted.port_id);
  if (!scope.admin && port.project_id !== row.project_id) {
    const msg = `Port ${port.id} is associated with a different tenant than Floating IP ${row.id} and therefore cannot be bound`;
    throw errors.badFloatingIp({ msg });
  }
  const fixed = fixedOf(await heldBy(trx, port.id), port.id, wanted.fixed_ip_address ?? undefined);
  await refuseTwice(trx, row, port.id, fixed.ip_address);
  const router_id = await routerBetween(trx, fixed.subnet_id, row.floating_network_id);
  if (router_id === undefined) {
    const facts = { external_network_id: row.floating_network_id, subnet_id: fixed.subnet_id, port_id: port.id };
    throw errors.externalGatewayNotFound(facts);
  }
  await change.planRevision();
  return { port_id: port.id, fixed_ip_address: fixed.ip_address, router_id, status: "DOWN" };
}

function fixedOf(held: readonly AllocationRow[], port_id: string, named: string | undefined): AllocationRow {
  const v4 = held.filter((row) => !row.ip_address.includes(":"));
  if (named !== undefined) {
    const found = v4.find((row) => row.ip_address === normalIp(named));
    if (found) return found;
    throw errors.badFloatingIp({ msg: `Port ${port_id} does not have fixed ip ${named}` });
  }
  const [only, second] = v4;
  if (!only)
    throw errors.badFloatingIp({ msg: `Cannot add floating IP to port ${port_id} that has no fixed IPv4 addresses` });
  if (!second) return only;
  const msg = `Port ${port_id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP`;
  throw errors.badFloatingIp({ msg });
}

async function refuseTwice(trx: Trx, row: FloatingIpRow, port_id: string, fixed_ip: string): Promise<void> {
  const other = await trx
    .selectFrom("floatingips")
    .select(["id", "floating_ip_address"])
    .where("port_id", "=", port_id)
    .where("fixed_ip_address", "=", fixed_ip)
    .where("floating_network_id", "=", row.floating_network_id)
    .where("id", "!=", row.id)
    .executeTakeFirst();
  if (!other) return;
  const net_id = row.floating_network_id;
  const { floating_ip_address, id: fip_id } = row;
  throw errors.floatingIpPortAssociated({ floating_ip_address, fip_id, port_id, fixed_ip, net_id });
}

/** The router on the subnet whose gateway is on the external network; the one that holds the subnet's gateway first. */
async function routerBetween(trx: Trx, subnet_id: string, external_id: string): Promise<string | undefined> {
  const routers = await trx
    .selectFrom("router_interfaces")
    .innerJoin("routers", "routers.id", "router_interfaces.router_id")
    .innerJoin("allocations", (join) =>
      join
        .onRef("allocations.port_id", "=", "router_interfaces.port_id")
        .onRef("allocations.subnet_id", "=", "router_interfaces.subnet_id"),
    )
    .innerJoin("subnets", "subnets.id", "router_interfaces.subnet_id")
    .select(["routers.id", "allocations.ip_address", "subnets.gateway_ip"])
    .where("router_interfaces.subnet_id", "=", subnet_id)
    .where("routers.gateway_network_id", "=", external_id)
    .execute();
  return (routers.find((one) => one.ip_address === one.gateway_ip) ?? routers[0])?.id;
}

/** Nova's picture of the server's addresses is old now. */
export async function tellOf(change: Change, port_id: string): Promise<void> {
  const port = await change.trx
    .selectFrom("ports")
    .select(["id", "device_id", "device_owner"])
    .where("id", "=", port_id)
    .executeTakeFirst();
  if (port) await change.tellNova("network-changed", port);
}
