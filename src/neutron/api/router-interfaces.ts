/** Puts a router on a subnet and takes it off. The table's key makes sure that it is there once. */
import { errors } from "#contracts/neutron/errors.ts";
import type { Call } from "#platform/http/call.ts";
import { contains, parseIp } from "../plan/ip.ts";
import { cidrOfSubnet } from "../store/allocations.ts";
import type { Change } from "../store/change.ts";
import { hostFor } from "../store/dhcp-port.ts";
import { heldBy } from "../store/port-ips.ts";
import { insertPort, removePort, setGroups } from "../store/ports.ts";
import type { PortRow, RouterRow, SubnetRow } from "../store/tables.ts";
import { parsed, scopeOf, targetOf, type Neutron, type Scope } from "./context.ts";
import { getPort } from "./port-access.ts";
import { getRouter, refuseOverlap } from "./router-access.ts";
import { getSubnet } from "./subnets.ts";

const owner = "network:router_interface";

interface InterfaceBody {
  subnet_id?: string;
  port_id?: string;
}

export interface InterfaceView {
  id: string;
  project_id: string;
  tenant_id: string;
  port_id: string;
  network_id: string;
  subnet_id: string;
  subnet_ids: string[];
}

function viewOf(router: RouterRow, port: Pick<PortRow, "id" | "network_id">, subnet_ids: string[]): InterfaceView {
  const { id, project_id } = router;
  return {
    id,
    project_id,
    tenant_id: project_id,
    port_id: port.id,
    network_id: port.network_id,
    subnet_id: subnet_ids[0] ?? "",
    subnet_ids,
  };
}

async function routerOf(call: Call, change: Change, scope: Scope): Promise<RouterRow> {
  const router = await getRouter(change.trx, scope, call.params["id"] ?? "");
  call.enforce(targetOf(router));
  return router;
}

export async function addInterface(neutron: Neutron, call: Call, change: Change): Promise<InterfaceView> {
  const scope = scopeOf(call);
  const router = await routerOf(call, change, scope);
  const { subnet_id, port_id } = call.body as InterfaceBody;
  if (subnet_id !== undefined && port_id !== undefined) {
    throw errors.badRouter({ msg: "Cannot specify both subnet-id and port-id" });
  }
  const host_id = hostFor(neutron.settings.network_hosts, router.id);
  if (subnet_id !== undefined) {
    const subnet = await getSubnet(change.trx, scope, subnet_id);
    return viewOf(router, await portOnSubnet(change, router, subnet, host_id), [subnet.id]);
  }
  if (port_id === undefined) throw errors.badRouter({ msg: "Either subnet_id or port_id must be specified" });
  const port = await getPort(change.trx, scope, port_id);
  return viewOf(router, port, await adoptPort(change, scope, router, port, host_id));
}

async function portOnSubnet(change: Change, router: RouterRow, subnet: SubnetRow, host_id: string): Promise<PortRow> {
  if (subnet.gateway_ip === null) throw errors.badRouter({ msg: "Subnet for router interface must have a gateway IP" });
  await refuseOverlap(change.trx, router, subnet);
  const port = await insertPort(change, {
    project_id: router.project_id,
    network_id: subnet.network_id,
    device_id: router.id,
    device_owner: owner,
    host_id,
    fixed_ips: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip }],
  });
  await change.trx
    .insertInto("router_interfaces")
    .values({ router_id: router.id, subnet_id: subnet.id, port_id: port.id })
    .execute();
  return port;
}

/** A user's port becomes the router's. */
async function adoptPort(
  change: Change,
  scope: Scope,
  router: RouterRow,
  port: PortRow,
  host_id: string,
): Promise<string[]> {
  const { trx } = change;
  if (port.device_id !== "")
    throw errors.portInUse({ port_id: port.id, net_id: port.network_id, device_id: port.device_id });
  const held = await heldBy(trx, port.id);
  if (held.length === 0) throw errors.badRouter({ msg: "Router port must have at least one fixed IP" });
  if (held.filter((row) => parseIp(row.ip_address)?.version === 4).length > 1) {
    throw errors.badRouter({ msg: "Cannot have multiple IPv4 subnets on router port" });
  }
  const subnet_ids = [...new Set(held.map((row) => row.subnet_id))];
  for (const subnet_id of subnet_ids) {
    await refuseOverlap(trx, router, await getSubnet(trx, { ...scope, all: true }, subnet_id));
    await trx.insertInto("router_interfaces").values({ router_id: router.id, subnet_id, port_id: port.id }).execute();
  }
  const plan_revision = await change.planRevision();
  const taken = {
    device_id: router.id,
    device_owner: owner,
    host_id,
    port_security_enabled: 0,
    allowed_address_pairs: "[]",
  };
  const marks = { plan_revision, revision_number: port.revision_number + 1, updated_at: change.now };
  await trx
    .updateTable("ports")
    .set({ ...taken, ...marks })
    .where("id", "=", port.id)
    .execute();
  await setGroups(change, port.id, []);
  return subnet_ids;
}

export async function removeInterface(call: Call, change: Change): Promise<InterfaceView> {
  const { trx } = change;
  const router = await routerOf(call, change, scopeOf(call));
  const body = call.body as InterfaceBody;
  if (body.subnet_id === undefined && body.port_id === undefined) {
    throw errors.badRouter({ msg: "Either subnet_id or port_id must be specified" });
  }
  const rows = await trx.selectFrom("router_interfaces").selectAll().where("router_id", "=", router.id).execute();
  const found = rows.find((row) =>
    body.port_id === undefined ? row.subnet_id === body.subnet_id : row.port_id === body.port_id,
  );
  if (!found) throw missing(router, body);
  const own = rows.filter((row) => row.port_id === found.port_id).map((row) => row.subnet_id);
  if (body.subnet_id !== undefined && !own.includes(body.subnet_id)) {
    throw errors.subnetMismatchForPort({ port_id: found.port_id, subnet_id: body.subnet_id });
  }
  for (const subnet_id of own) await refuseInUse(change, router, subnet_id);
  const port = await trx.selectFrom("ports").selectAll().where("id", "=", found.port_id).executeTakeFirstOrThrow();
  await removePort(change, port);
  return viewOf(router, port, own);
}

function missing(router: RouterRow, body: InterfaceBody): Error {
  const router_id = router.id;
  if (body.port_id !== undefined) return errors.routerInterfaceNotFound({ router_id, port_id: body.port_id });
  return errors.routerInterfaceNotFoundForSubnet({ router_id, subnet_id: body.subnet_id });
}

async function refuseInUse(change: Change, router: RouterRow, subnet_id: string): Promise<void> {
  const { trx } = change;
  const names = { router_id: router.id, subnet_id };
  const floating = await trx
    .selectFrom("floatingips")
    .innerJoin("allocations", (join) =>
      join
        .onRef("allocations.port_id", "=", "floatingips.port_id")
        .onRef("allocations.ip_address", "=", "floatingips.fixed_ip_address"),
    )
    .select("floatingips.id")
    .where("floatingips.router_id", "=", router.id)
    .where("allocations.subnet_id", "=", subnet_id)
    .executeTakeFirst();
  if (floating) throw errors.routerInterfaceInUseByFloatingIp(names);
  const subnet = await trx.selectFrom("subnets").selectAll().where("id", "=", subnet_id).executeTakeFirst();
  if (!subnet) return;
  const cidr = cidrOfSubnet(subnet);
  const routed = parsed<{ nexthop: string }[]>(router.routes).some(({ nexthop }) => {
    const ip = parseIp(nexthop);
    return ip !== undefined && contains(cidr, ip);
  });
  if (routed) throw errors.routerInterfaceInUseByRoute(names);
}
