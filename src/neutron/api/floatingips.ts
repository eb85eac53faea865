/** Floating IPs: list, show, create, update (associate and release), delete. */
import type { Static } from "typebox";
import { ApiError } from "#contracts/kit/errors.ts";
import { errors } from "#contracts/neutron/errors.ts";
import { floatingip, FloatingIp, FloatingIpCreate, FloatingIpUpdate } from "#contracts/neutron/floatingip.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Change } from "../store/change.ts";
import { insertPort, removePort } from "../store/ports.ts";
import { checkQuota } from "../store/quotas.ts";
import type { Db, FloatingIpRow, PortRow } from "../store/tables.ts";
import {
  checkRevision,
  enforceAttributes,
  projectFor,
  scopeOf,
  standardRow,
  standardView,
  targetOf,
} from "./context.ts";
import type { Neutron, Scope } from "./context.ts";
import { associate, released, tellOf } from "./floatingip-association.ts";
import { chosen, listing } from "./listing.ts";
import { getNetwork } from "./networks.ts";
import { columnFilters } from "./row-filters.ts";

type View = Static<typeof FloatingIp>;

const attributes = new Set(Object.keys(FloatingIp.properties).filter((key) => key !== "name"));

/** The floating IP if it is the caller's own. */
export async function getFloatingIp(db: Db, scope: Scope, id: string): Promise<FloatingIpRow> {
  const row = await db.selectFrom("floatingips").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row || !(scope.all || row.project_id === scope.project_id)) throw errors.floatingIpNotFound({ id });
  return row;
}

async function viewsOf(db: Db, rows: readonly FloatingIpRow[]): Promise<View[]> {
  const ids = rows.flatMap((row) => (row.port_id === null ? [] : [row.port_id]));
  const ports =
    ids.length === 0 ? [] : await db.selectFrom("ports").selectAll().where("id", "in", ids.slice(0, 5000)).execute();
  const byId = new Map(ports.map((port) => [port.id, port]));
  return rows.map((row) => viewOf(row, byId.get(row.port_id ?? "")));
}

function viewOf(row: FloatingIpRow, port: PortRow | undefined): View {
  const { name: _unnamed, ...standard } = standardView(row);
  return {
    ...standard,
    floating_network_id: row.floating_network_id,
    floating_ip_address: row.floating_ip_address,
    port_id: row.port_id,
    fixed_ip_address: row.fixed_ip_address,
    router_id: row.router_id,
    status: row.status,
    dns_name: row.dns_name,
    dns_domain: row.dns_domain,
    port_details: port
      ? {
          name: port.name,
          network_id: port.network_id,
          mac_address: port.mac_address,
          admin_state_up: port.admin_state_up === 1,
          status: port.status,
          device_id: port.device_id,
          device_owner: port.device_owner,
        }
      : null,
  };
}

export function floatingIpHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  const single = async (row: FloatingIpRow): Promise<View> => {
    const [view] = await viewsOf(db, [row]);
    if (!view) throw errors.floatingIpNotFound({ id: row.id });
    return view;
  };
  return implement(floatingip, {
    list: async (call) => {
      const scope = scopeOf(call);
      let query = db.selectFrom("floatingips").selectAll().orderBy("created_at").orderBy("id");
      if (!scope.all) query = query.where("project_id", "=", scope.project_id);
      const columns = ["id", "project_id", "floating_ip_address", "floating_network_id", "port_id", "router_id"];
      const rows = await query.where(columnFilters(call.query, columns)).execute();
      const spec = {
        collection: "floatingips",
        attributes,
        notFound: (id: string) => errors.floatingIpNotFound({ id }),
      };
      return listing(call, spec, await viewsOf(db, rows)) as { floatingips: View[]; floatingips_links: undefined };
    },
    show: async (call) => {
      const row = await getFloatingIp(db, scopeOf(call), call.params["id"] ?? "");
      return { floatingip: chosen(call, await single(row)) };
    },
    create: async (call) => {
      const row = await neutron.store.change((change) => create(neutron, call, change));
      return { floatingip: await single(row) };
    },
    update: async (call) => {
      const row = await neutron.store.change((change) => update(call, change));
      return { floatingip: await single(row) };
    },
    remove: async (call) => {
      await neutron.store.change((change) => remove(call, change));
      return undefined;
    },
  });
}

async function create(neutron: Neutron, call: Call, change: Change): Promise<FloatingIpRow> {
  const { floatingip: body } = call.body as { floatingip: Static<typeof FloatingIpCreate> };
  const scope = scopeOf(call);
  const project_id = projectFor(call, body);
  enforceAttributes(call, "create_floatingip", body.floating_ip_address ? body : {}, targetOf({ project_id }));
  const network = await getNetwork(change.trx, scope, body.floating_network_id);
  if (network.external === 0)
    throw errors.badFloatingIp({ msg: `Network ${network.id} is not a valid external network` });
  await checkQuota(change.trx, project_id, "floatingip");
  const base = standardRow(neutron, change.now, project_id, body);
  const place = await takeAddress(change, network.id, base.id, body);
  const row: FloatingIpRow = {
    ...base,
    revision_number: 1,
    floating_network_id: network.id,
    ...place,
    port_id: null,
    fixed_ip_address: null,
    router_id: null,
    status: "DOWN",
    dns_name: body.dns_name ?? "",
    dns_domain: body.dns_domain ?? "",
  };
  if (!body.port_id && body.fixed_ip_address) {
    throw errors.badFloatingIp({ msg: "fixed_ip_address cannot be specified without a port_id" });
  }
  if (body.port_id) Object.assign(row, await associate(change, scope, row, { ...body, port_id: body.port_id }));
  await change.trx.insertInto("floatingips").values(row).execute();
  if (row.port_id !== null) await tellOf(change, row.port_id);
  return row;
}

/** A port of its own holds the address on the external network. */
async function takeAddress(
  change: Change,
  network_id: string,
  floatingip_id: string,
  body: Static<typeof FloatingIpCreate>,
): Promise<Pick<FloatingIpRow, "floating_port_id" | "floating_ip_address">> {
  const v4 = await change.trx
    .selectFrom("subnets")
    .select("id")
    .where("network_id", "=", network_id)
    .where("ip_version", "=", 4)
    .execute();
  if (v4.length === 0) throw errors.badFloatingIp({ msg: `Network ${network_id} does not contain any IPv4 subnet` });
  const named = body.subnet_id || body.floating_ip_address;
  const wanted = named ? [{ subnet_id: body.subnet_id, ip_address: body.floating_ip_address }] : undefined;
  const facts = {
    project_id: "",
    network_id,
    device_id: floatingip_id,
    device_owner: "network:floatingip",
    host_id: "",
    status: "N/A" as const,
  };
  try {
    const port = await insertPort(change, { ...facts, ...(wanted ? { fixed_ips: wanted } : {}) });
    const held = await change.trx
      .selectFrom("allocations")
      .select("ip_address")
      .where("port_id", "=", port.id)
      .orderBy("position")
      .execute();
    const address = held.find((row) => !row.ip_address.includes(":"));
    if (!address) throw errors.externalIpExhausted({ net_id: network_id });
    return { floating_port_id: port.id, floating_ip_address: address.ip_address };
  } catch (error) {
    const exhausted = error instanceof ApiError && error.type === "IpAddressGenerationFailure" && !named;
    throw exhausted ? errors.externalIpExhausted({ net_id: network_id }) : error;
  }
}

async function own(call: Call, change: Change): Promise<FloatingIpRow> {
  const row = await getFloatingIp(change.trx, scopeOf(call), call.params["id"] ?? "");
  call.enforce(targetOf(row));
  return row;
}

async function update(call: Call, change: Change): Promise<FloatingIpRow> {
  const row = await own(call, change);
  checkRevision(call, row);
  const { floatingip: body } = call.body as { floatingip: Static<typeof FloatingIpUpdate> };
  const patch: Partial<FloatingIpRow> = {};
  if (body.description !== undefined) patch.description = body.description;
  if (body.port_id)
    Object.assign(patch, await associate(change, scopeOf(call), row, { ...body, port_id: body.port_id }));
  else if (body.port_id === null) Object.assign(patch, released);
  else if (body.fixed_ip_address)
    throw errors.badFloatingIp({ msg: "fixed_ip_address cannot be specified without a port_id" });
  const changed = { ...patch, revision_number: row.revision_number + 1, updated_at: change.now };
  await change.trx.updateTable("floatingips").set(changed).where("id", "=", row.id).execute();
  if (body.port_id !== undefined) {
    const plan_revision = await change.planRevision();
    await change.trx.updateTable("ports").set({ plan_revision }).where("id", "=", row.floating_port_id).execute();
    for (const port_id of new Set([row.port_id, patch.port_id])) if (port_id) await tellOf(change, port_id);
  }
  return { ...row, ...changed };
}

async function remove(call: Call, change: Change): Promise<void> {
  const row = await own(call, change);
  await change.trx.deleteFrom("floatingips").where("id", "=", row.id).execute();
  await removePort(change, { id: row.floating_port_id, device_id: row.id, device_owner: "network:floatingip" });
  if (row.port_id !== null) await tellOf(change, row.port_id);
}
