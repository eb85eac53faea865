/** How many addresses networks have, and how many are used. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import { ipAvailability, IpAvailability } from "#contracts/neutron/ip-availability.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { parseIp } from "../plan/ip.ts";
import type { NetworkRow, SubnetRow } from "../store/tables.ts";
import { parsed, type Neutron } from "./context.ts";
import { chosen, listing } from "./listing.ts";

type View = Static<typeof IpAvailability>;

const attributes = new Set([...Object.keys(IpAvailability.properties), "ip_version"]);

async function viewsOf(neutron: Neutron, id?: string): Promise<View[]> {
  const { db } = neutron.store;
  let networks = db.selectFrom("networks").selectAll().orderBy("created_at").orderBy("id");
  if (id !== undefined) networks = networks.where("id", "=", id);
  const subnets = await db.selectFrom("subnets").selectAll().orderBy("created_at").orderBy("id").execute();
  const used = await db
    .selectFrom("allocations")
    .select(["subnet_id", ({ fn }) => fn.countAll<number>().as("used")])
    .groupBy("subnet_id")
    .execute();
  const counts = new Map(used.map((row) => [row.subnet_id, Number(row.used)]));
  return (await networks.execute()).map((row) =>
    viewOf(
      row,
      subnets.filter((one) => one.network_id === row.id),
      counts,
    ),
  );
}

function viewOf(row: NetworkRow, subnets: readonly SubnetRow[], counts: ReadonlyMap<string, number>): View {
  const parts = subnets.map((subnet) => ({
    subnet_id: subnet.id,
    subnet_name: subnet.name,
    cidr: subnet.cidr,
    ip_version: subnet.ip_version,
    total_ips: poolSize(subnet),
    used_ips: counts.get(subnet.id) ?? 0,
  }));
  return {
    network_id: row.id,
    network_name: row.name,
    project_id: row.project_id,
    tenant_id: row.project_id,
    total_ips: parts.reduce((sum, part) => sum + part.total_ips, 0),
    used_ips: parts.reduce((sum, part) => sum + part.used_ips, 0),
    subnet_ip_availability: parts,
  };
}

function poolSize(subnet: SubnetRow): number {
  const pools = parsed<{ start: string; end: string }[]>(subnet.allocation_pools);
  const size = pools.reduce(
    (sum, pool) => sum + (parseIp(pool.end)?.value ?? 0n) - (parseIp(pool.start)?.value ?? 0n) + 1n,
    0n,
  );
  return Number(size);
}

export function ipAvailabilityHandlers(neutron: Neutron): Implementation {
  return implement(ipAvailability, {
    list: async (call) => {
      const matchers = {
        ip_version: (view: Readonly<Record<string, unknown>>, values: readonly string[]) =>
          (view["subnet_ip_availability"] as { ip_version: number }[]).some((part) =>
            values.includes(String(part.ip_version)),
          ),
      };
      const notFound = (id: string) => errors.networkNotFound({ id });
      const body = listing(
        call,
        { collection: "network_ip_availabilities", attributes, matchers, notFound },
        await viewsOf(neutron),
      );
      return body as { network_ip_availabilities: View[] };
    },
    show: async (call) => {
      const id = call.params["network_id"] ?? "";
      const [view] = await viewsOf(neutron, id);
      if (!view) throw errors.networkNotFound({ id });
      return { network_ip_availability: chosen(call, view) };
    },
  });
}
