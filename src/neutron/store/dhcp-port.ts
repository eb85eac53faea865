/** The port of a network's DHCP service: there is one as long as a subnet of the network wants DHCP. */
import { ApiError } from "#contracts/kit/errors.ts";
import { dhcpOwner } from "../plan/plan.ts";
import { subnetsOf } from "./allocations.ts";
import type { Change } from "./change.ts";
import { changeIps, heldBy } from "./port-ips.ts";
import { insertPort, removePort } from "./ports.ts";
import type { NetworkRow, PortRow, SubnetRow } from "./tables.ts";

/** The host that carries DHCP of a network, or a router: always the same for one id. Empty when there is none. */
export function hostFor(hosts: readonly string[], id: string): string {
  const place = Number.parseInt(id.slice(0, 8), 16) % Math.max(hosts.length, 1);
  return hosts[Number.isNaN(place) ? 0 : place] ?? "";
}

/** Brings the port into being, to its subnets, or away. */
export async function settleDhcpPort(
  change: Change,
  hosts: readonly string[],
  network: Pick<NetworkRow, "id" | "project_id">,
): Promise<void> {
  const { trx } = change;
  const subnets = (await subnetsOf(trx, network.id)).filter((subnet) => subnet.enable_dhcp === 1);
  const port = await trx
    .selectFrom("ports")
    .selectAll()
    .where("network_id", "=", network.id)
    .where("device_owner", "=", dhcpOwner)
    .executeTakeFirst();
  if (subnets.length === 0) {
    if (port) await removePort(change, port);
    return;
  }
  await addSubnets(change, port ?? (await insertDhcpPort(change, hosts, network)), subnets);
}

function insertDhcpPort(
  change: Change,
  hosts: readonly string[],
  network: Pick<NetworkRow, "id" | "project_id">,
): Promise<PortRow> {
  return insertPort(change, {
    project_id: network.project_id,
    network_id: network.id,
    device_id: `dhcp${network.id}`,
    device_owner: dhcpOwner,
    host_id: hostFor(hosts, network.id),
    fixed_ips: [],
  });
}

/** A subnet without a free address stays without DHCP rather than refusing the subnet itself. */
async function addSubnets(change: Change, port: PortRow, subnets: readonly SubnetRow[]): Promise<void> {
  const held = (await heldBy(change.trx, port.id)).map((row) => row.subnet_id);
  const wanted = subnets.map((subnet) => subnet.id);
  const kept = wanted.filter((id) => held.includes(id));
  let changed = await changeIps(
    change.trx,
    port,
    kept.map((subnet_id) => ({ subnet_id })),
  );
  for (const subnet_id of wanted.filter((id) => !held.includes(id))) {
    kept.push(subnet_id);
    try {
      changed =
        (await changeIps(
          change.trx,
          port,
          kept.map((id) => ({ subnet_id: id })),
        )) || changed;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      kept.pop();
    }
  }
  if (!changed) return;
  const plan_revision = await change.planRevision();
  await change.trx
    .updateTable("ports")
    .set({ plan_revision, updated_at: change.now })
    .where("id", "=", port.id)
    .execute();
}
