/** One router: its interfaces, its way out, its floating IPs and routes. */
import type { PlannedGateway, PlannedRouter } from "#contracts/neutron/host-plan.ts";
import type { FloatingIpRow, PortRow, RouterRow } from "../store/tables.ts";
import { cidrsOf, type RowIndex } from "./index-rows.ts";

export function plannedRouter(index: RowIndex, router: RouterRow, floating: readonly FloatingIpRow[]): PlannedRouter {
  const ports = index.portsOf.get(router.id) ?? [];
  const inside = ports.filter((port) => port.device_owner === "network:router_interface");
  const outside = ports.find((port) => port.id === router.gateway_port_id);
  const gateway = outside && plannedGateway(index, router, outside);
  return {
    id: router.id,
    admin_state_up: router.admin_state_up === 1,
    interfaces: inside.map((port) => ({
      port_id: port.id,
      network_id: port.network_id,
      mac: port.mac_address,
      address_cidrs: cidrsOf(index, port.id),
    })),
    ...(gateway ? { gateway } : {}),
    floating_ips: floating.flatMap((one) =>
      one.router_id === router.id && one.fixed_ip_address !== null
        ? [{ id: one.id, floating_ip: one.floating_ip_address, fixed_ip: one.fixed_ip_address }]
        : [],
    ),
    routes: JSON.parse(router.routes) as { destination: string; nexthop: string }[], // a column that this service wrote
  };
}

function plannedGateway(index: RowIndex, router: RouterRow, port: PortRow): PlannedGateway {
  const subnets = (index.addressesOf.get(port.id) ?? []).map((address) => index.subnets.get(address.subnet_id));
  const next = subnets.find((subnet) => subnet?.ip_version === 4 && subnet.gateway_ip !== null);
  return {
    port_id: port.id,
    network_id: port.network_id,
    mac: port.mac_address,
    address_cidrs: cidrsOf(index, port.id),
    next_hop: next?.gateway_ip ?? null,
    enable_snat: router.enable_snat === 1,
  };
}
