/** Networks: list, show, create (one or several), update, delete. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import { network, Network, NetworkCreate } from "#contracts/neutron/network.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { ensureDefaultGroup } from "../store/default-group.ts";
import { dhcpOwner } from "../plan/plan.ts";
import { checkQuota } from "../store/quotas.ts";
import { append, removePort } from "../store/ports.ts";
import type { Change } from "../store/change.ts";
import type { Db, NetworkRow } from "../store/tables.ts";
import {
  checkRevision,
  enforceAttributes,
  parsed,
  projectFor,
  scopeOf,
  standardRow,
  standardView,
  targetOf,
  type Neutron,
  type Scope,
} from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { manyOf, onlyOne } from "./bulk.ts";
import { providerOf, settableOf } from "./network-values.ts";
import { columnFilters } from "./row-filters.ts";

type Body = Static<typeof NetworkCreate>;
type View = Static<typeof Network>;

/** What rules ask about a network. */
export function networkTarget(row: NetworkRow): ReturnType<typeof targetOf> {
  return targetOf(row, {
    shared: row.shared === 1,
    "router:external": row.external === 1,
    "network:project_id": row.project_id,
  });
}

/** The network if the caller may see it: its own, shared or external ones. */
export async function getNetwork(db: Db, scope: Scope, id: string): Promise<NetworkRow> {
  const row = await db.selectFrom("networks").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row || !(scope.all || row.project_id === scope.project_id || row.shared === 1 || row.external === 1)) {
    throw errors.networkNotFound({ id });
  }
  return row;
}

export function networkView(
  row: NetworkRow,
  facts: { subnets: readonly string[]; zones: string[]; admin: boolean },
): View {
  return {
    ...standardView(row),
    status: "ACTIVE",
    admin_state_up: row.admin_state_up === 1,
    shared: row.shared === 1,
    "router:external": row.external === 1,
    ...(row.external === 1 ? { is_default: row.is_default === 1 } : {}),
    mtu: row.mtu,
    port_security_enabled: row.port_security_enabled === 1,
    dns_domain: row.dns_domain,
    subnets: [...facts.subnets],
    availability_zone_hints: parsed<string[]>(row.az_hints),
    availability_zones: facts.zones,
    ipv4_address_scope: null,
    ipv6_address_scope: null,
    ...(facts.admin
      ? {
          "provider:network_type": row.network_type,
          "provider:physical_network": row.physical_network,
          "provider:segmentation_id": row.segmentation_id,
        }
      : {}),
  };
}

export async function networkViewsOf(
  neutron: Neutron,
  db: Db,
  scope: Scope,
  rows: readonly NetworkRow[],
): Promise<View[]> {
  const subnets = new Map<string, string[]>();
  const served = new Set<string>();
  if (rows.length > 0) {
    let query = db
      .selectFrom("subnets")
      .select(["id", "network_id", "enable_dhcp"])
      .orderBy("created_at")
      .orderBy("id");
    if (rows.length <= 500)
      query = query.where(
        "network_id",
        "in",
        rows.map((row) => row.id),
      );
    for (const subnet of await query.execute()) {
      append(subnets, subnet.network_id, subnet.id);
      if (subnet.enable_dhcp === 1) served.add(subnet.network_id);
    }
  }
  const zone = neutron.settings.availability_zone;
  return rows.map((row) =>
    networkView(row, {
      subnets: subnets.get(row.id) ?? [],
      zones: served.has(row.id) ? [zone] : [],
      admin: scope.admin,
    }),
  );
}

const attributes = new Set(Object.keys(Network.properties));

export function networkHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  const view = async (scope: Scope, row: NetworkRow): Promise<View> => {
    const [one] = await networkViewsOf(neutron, db, scope, [row]);
    if (!one) throw errors.networkNotFound({ id: row.id });
    return one;
  };
  return implement(network, {
    list: async (call) => {
      const scope = scopeOf(call);
      let query = db.selectFrom("networks").selectAll().orderBy("created_at").orderBy("id");
      if (!scope.all) {
        query = query.where((where) =>
          where.or([where("project_id", "=", scope.project_id), where("shared", "=", 1), where("external", "=", 1)]),
        );
      }
      const rows = await query.where(columnFilters(call.query, ["id", "name", "project_id"])).execute();
      const spec = { collection: "networks", attributes, notFound: (id: string) => errors.networkNotFound({ id }) };
      return listing(call, spec, await networkViewsOf(neutron, db, scope, rows)) as {
        networks: View[];
        networks_links: undefined;
      };
    },
    show: async (call) => {
      const scope = scopeOf(call);
      return { network: chosen(call, await view(scope, await getNetwork(db, scope, call.params["id"] ?? ""))) };
    },
    create: async (call) => {
      const bodies = manyOf<Body>(call.body, "network", "networks");
      const rows = await neutron.store.change(async (change) => {
        const made: NetworkRow[] = [];
        for (const body of bodies) made.push(await createNetwork(neutron, call, change, body));
        return made;
      });
      const views = await networkViewsOf(neutron, db, scopeOf(call), rows);
      return onlyOne(call.body, "network", "networks", views);
    },
    update: async (call) => {
      const scope = scopeOf(call);
      const row = await neutron.store.change((change) => updateNetwork(neutron, call, change, scope));
      return { network: await view(scope, row) };
    },
    remove: async (call) => {
      const scope = scopeOf(call);
      await neutron.store.change(async (change) => {
        const row = await getNetwork(change.trx, scope, call.params["id"] ?? "");
        call.enforce(networkTarget(row));
        await deleteNetwork(change, row);
      });
      return undefined;
    },
  });
}

async function createNetwork(neutron: Neutron, call: Call, change: Change, body: Body): Promise<NetworkRow> {
  const project_id = projectFor(call, body);
  enforceAttributes(call, "create_network", body, targetOf({ project_id }));
  await checkQuota(change.trx, project_id, "network");
  await ensureDefaultGroup(change, project_id);
  const base = standardRow(neutron, change.now, project_id, body);
  const zones = body.availability_zone_hints ?? [];
  const unknown = zones.find((zone) => zone !== neutron.settings.availability_zone);
  if (unknown !== undefined) throw errors.availabilityZoneNotFound({ availability_zone: unknown });
  const row: NetworkRow = {
    ...base,
    revision_number: 1,
    admin_state_up: 1,
    shared: 0,
    external: 0,
    is_default: 0,
    mtu: neutron.settings.mtu,
    port_security_enabled: 1,
    dns_domain: "",
    az_hints: JSON.stringify(zones),
    ...(await providerOf(neutron, change.trx, body)),
    ...settableOf(body, neutron.settings.mtu),
  };
  await change.trx.insertInto("networks").values(row).execute();
  return row;
}

async function updateNetwork(neutron: Neutron, call: Call, change: Change, scope: Scope): Promise<NetworkRow> {
  const row = await getNetwork(change.trx, scope, call.params["id"] ?? "");
  const { network: body } = call.body as { network: Body };
  call.enforce(networkTarget(row));
  enforceAttributes(call, "update_network", body, networkTarget(row));
  checkRevision(call, row);
  if (Object.keys(body).some((key) => key.startsWith("provider:"))) {
    throw errors.invalidInput({ error_message: "Plugin does not support updating provider attributes" });
  }
  const patch = settableOf(body, neutron.settings.mtu);
  await checkPatch(change, row, patch);
  const changed = { ...patch, revision_number: row.revision_number + 1, updated_at: change.now };
  await change.trx.updateTable("networks").set(changed).where("id", "=", row.id).execute();
  if (patch.mtu !== undefined || patch.external !== undefined || patch.admin_state_up !== undefined)
    await change.planRevision();
  return { ...row, ...changed };
}

async function checkPatch(change: Change, row: NetworkRow, patch: Partial<NetworkRow>): Promise<void> {
  const ports = change.trx.selectFrom("ports").select("id").where("network_id", "=", row.id);
  if (patch.shared === 0 && row.shared === 1) {
    const foreign = ports
      .where("project_id", "not in", [row.project_id, ""])
      .where("device_owner", "not like", "network:%");
    if (await foreign.executeTakeFirst()) throw errors.invalidSharedSetting({ network: row.name });
  }
  if (patch.external === 0 && row.external === 1) {
    const gateways = ports.where("device_owner", "in", ["network:router_gateway", "network:floatingip"]);
    if (await gateways.executeTakeFirst()) throw errors.externalNetworkInUse({ id: row.id });
  }
}

/** The DHCP port goes with the network; any other port keeps it. */
async function deleteNetwork(change: Change, row: NetworkRow): Promise<void> {
  const ports = await change.trx.selectFrom("ports").selectAll().where("network_id", "=", row.id).execute();
  if (ports.some((port) => port.device_owner !== dhcpOwner)) throw errors.networkInUse({ id: row.id });
  for (const port of ports) await removePort(change, port);
  await change.trx.deleteFrom("subnets").where("network_id", "=", row.id).execute();
  await change.trx.deleteFrom("networks").where("id", "=", row.id).execute();
  await change.planRevision();
}
