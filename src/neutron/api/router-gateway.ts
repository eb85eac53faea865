/** A router's way out: a port of its own on an external network. */
import { errors } from "#contracts/neutron/errors.ts";
import type { Call } from "#platform/http/call.ts";
import type { Change } from "../store/change.ts";
import { hostFor } from "../store/dhcp-port.ts";
import { changeIps } from "../store/port-ips.ts";
import { insertPort, removePort } from "../store/ports.ts";
import { subnetsOf } from "../store/allocations.ts";
import type { RouterRow } from "../store/tables.ts";
import { targetOf, scopeOf, type Neutron } from "./context.ts";
import { getNetwork } from "./networks.ts";
import { refuseOverlap } from "./router-access.ts";
import { asFlag } from "./values.ts";

export interface GatewayRequest {
  network_id?: string | undefined;
  enable_snat?: boolean | undefined;
  external_fixed_ips?: { subnet_id?: string | null; ip_address?: string | null }[] | undefined;
}

type GatewayColumns = Pick<RouterRow, "gateway_network_id" | "gateway_port_id" | "enable_snat">;

/** Asks the rules of what is inside `external_gateway_info`. */
export function enforceGateway(
  call: Call,
  operation: string,
  info: GatewayRequest | null | undefined,
  row: { project_id: string },
): void {
  if (info?.enable_snat !== undefined) call.enforce(targetOf(row), `${operation}:external_gateway_info:enable_snat`);
  if (info?.external_fixed_ips !== undefined) {
    call.enforce(targetOf(row), `${operation}:external_gateway_info:external_fixed_ips`);
  }
}

/** Sets, changes or takes away the gateway; the columns of the router that follow from it. */
export async function changeGateway(
  neutron: Neutron,
  call: Call,
  change: Change,
  router: RouterRow,
  info: GatewayRequest | null,
): Promise<GatewayColumns> {
  if (info === null || info.network_id === undefined) {
    await dropGateway(change, router);
    return { gateway_network_id: null, gateway_port_id: null, enable_snat: 1 };
  }
  const network = await getNetwork(change.trx, scopeOf(call), info.network_id);
  if (network.external === 0) throw errors.badRouter({ msg: `Network ${network.id} is not an external network` });
  const enable_snat = info.enable_snat === undefined ? 1 : asFlag(info.enable_snat);
  if (router.gateway_network_id === network.id && router.gateway_port_id !== null) {
    await moveGateway(change, router.gateway_port_id, info);
    return { gateway_network_id: network.id, gateway_port_id: router.gateway_port_id, enable_snat };
  }
  await dropGateway(change, router);
  const without = { ...router, gateway_port_id: null };
  for (const subnet of await subnetsOf(change.trx, network.id)) await refuseOverlap(change.trx, without, subnet);
  const port = await insertPort(change, {
    project_id: "",
    network_id: network.id,
    device_id: router.id,
    device_owner: "network:router_gateway",
    host_id: hostFor(neutron.settings.network_hosts, router.id),
    ...(info.external_fixed_ips === undefined ? {} : { fixed_ips: info.external_fixed_ips }),
  });
  return { gateway_network_id: network.id, gateway_port_id: port.id, enable_snat };
}

async function moveGateway(change: Change, port_id: string, info: GatewayRequest): Promise<void> {
  const plan_revision = await change.planRevision();
  await change.trx.updateTable("ports").set({ plan_revision }).where("id", "=", port_id).execute();
  if (info.external_fixed_ips === undefined) return;
  const port = await change.trx.selectFrom("ports").selectAll().where("id", "=", port_id).executeTakeFirstOrThrow();
  await changeIps(change.trx, port, info.external_fixed_ips);
}

/** Not while floating IPs need it. */
export async function dropGateway(change: Change, router: RouterRow): Promise<void> {
  const { gateway_network_id, gateway_port_id } = router;
  if (gateway_port_id === null) return;
  const used = await change.trx
    .selectFrom("floatingips")
    .select("id")
    .where("router_id", "=", router.id)
    .executeTakeFirst();
  if (used) throw errors.gatewayInUseByFloatingIp({ router_id: router.id, net_id: gateway_network_id });
  await removePort(change, { id: gateway_port_id, device_id: router.id, device_owner: "network:router_gateway" });
}
