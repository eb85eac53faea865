/** Routers: list, show, create, update, delete, interfaces and static routes. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import { router, Router, RouterCreate, RouterUpdate } from "#contracts/neutron/router.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { contains } from "../plan/ip.ts";
import { cidrOfSubnet } from "../store/allocations.ts";
import type { Change, Trx } from "../store/change.ts";
import { heldBy } from "../store/port-ips.ts";
import { checkQuota } from "../store/quotas.ts";
import type { RouterRow } from "../store/tables.ts";
import {
  checkRevision,
  enforceAttributes,
  parsed,
  projectFor,
  scopeOf,
  standardRow,
  targetOf,
  type Neutron,
} from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { connectedSubnets, getRouter, routerViews, type RouterView } from "./router-access.ts";
import { changeGateway, dropGateway, enforceGateway } from "./router-gateway.ts";
import { addInterface, removeInterface } from "./router-interfaces.ts";
import { columnFilters } from "./row-filters.ts";
import { asFlag, cidrOf, ipOf } from "./values.ts";

type Route = { destination: string; nexthop: string };

const attributes = new Set(Object.keys(Router.properties));

export function routerHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  const view = async (row: RouterRow): Promise<RouterView> => {
    const [one] = await routerViews(neutron, db, [row]);
    if (!one) throw errors.routerNotFound({ id: row.id });
    return one;
  };
  const changed = async (work: (change: Change) => Promise<RouterRow>) => ({
    router: await view(await neutron.store.change(work)),
  });
  return implement(router, {
    list: async (call) => {
      const scope = scopeOf(call);
      let query = db.selectFrom("routers").selectAll().orderBy("created_at").orderBy("id");
      if (!scope.all) query = query.where("project_id", "=", scope.project_id);
      const rows = await query.where(columnFilters(call.query, ["id", "name", "project_id"])).execute();
      const spec = { collection: "routers", attributes, notFound: (id: string) => errors.routerNotFound({ id }) };
      return listing(call, spec, await routerViews(neutron, db, rows)) as {
        routers: RouterView[];
        routers_links: undefined;
      };
    },
    show: async (call) => ({
      router: chosen(call, await view(await getRouter(db, scopeOf(call), call.params["id"] ?? ""))),
    }),
    create: (call) => changed((change) => createRouter(neutron, call, change)),
    update: (call) => changed((change) => updateRouter(neutron, call, change)),
    remove: async (call) => {
      await neutron.store.change((change) => deleteRouter(call, change));
      return undefined;
    },
    addInterface: (call) => neutron.store.change((change) => addInterface(neutron, call, change)),
    removeInterface: (call) => neutron.store.change((change) => removeInterface(call, change)),
    addRoutes: (call) =>
      changed((change) => changeRoutes(call, change, (held, given) => [...without(held, given), ...given])),
    removeRoutes: (call) => changed((change) => changeRoutes(call, change, without)),
  });
}

async function createRouter(neutron: Neutron, call: Call, change: Change): Promise<RouterRow> {
  const { router: body } = call.body as { router: Static<typeof RouterCreate> };
  const project_id = projectFor(call, body);
  enforceAttributes(call, "create_router", body, targetOf({ project_id }));
  enforceGateway(call, "create_router", body.external_gateway_info, { project_id });
  await checkQuota(change.trx, project_id, "router");
  const zones = body.availability_zone_hints ?? [];
  const unknown = zones.find((zone) => zone !== neutron.settings.availability_zone);
  if (unknown !== undefined) throw errors.availabilityZoneNotFound({ availability_zone: unknown });
  const row: RouterRow = {
    ...standardRow(neutron, change.now, project_id, body),
    revision_number: 1,
    admin_state_up: body.admin_state_up === undefined ? 1 : asFlag(body.admin_state_up),
    status: "ACTIVE",
    gateway_network_id: null,
    gateway_port_id: null,
    enable_snat: 1,
    routes: "[]",
    az_hints: JSON.stringify(zones),
  };
  if (body.external_gateway_info)
    Object.assign(row, await changeGateway(neutron, call, change, row, body.external_gateway_info));
  await change.trx.insertInto("routers").values(row).execute();
  await change.planRevision();
  return row;
}

async function ownRouter(call: Call, change: Change): Promise<RouterRow> {
  const row = await getRouter(change.trx, scopeOf(call), call.params["id"] ?? "");
  call.enforce(targetOf(row));
  checkRevision(call, row);
  return row;
}

async function store(change: Change, row: RouterRow, patch: Partial<RouterRow>): Promise<RouterRow> {
  const changed = { ...patch, revision_number: row.revision_number + 1, updated_at: change.now };
  await change.trx.updateTable("routers").set(changed).where("id", "=", row.id).execute();
  await change.planRevision();
  return { ...row, ...changed };
}

async function updateRouter(neutron: Neutron, call: Call, change: Change): Promise<RouterRow> {
  const row = await ownRouter(call, change);
  const { router: body } = call.body as { router: Static<typeof RouterUpdate> };
  enforceAttributes(call, "update_router", body, targetOf(row));
  enforceGateway(call, "update_router", body.external_gateway_info, row);
  const patch: Partial<RouterRow> = {};
  if (body.name !== undefined) patch.name = body.name;
  if (body.description !== undefined) patch.description = body.description;
  if (body.admin_state_up !== undefined) patch.admin_state_up = asFlag(body.admin_state_up);
  if (body.external_gateway_info !== undefined) {
    Object.assign(patch, await changeGateway(neutron, call, change, row, body.external_gateway_info));
  }
  if (body.routes !== undefined) {
    patch.routes = JSON.stringify(await checkRoutes(change.trx, { ...row, ...patch }, body.routes ?? []));
  }
  return store(change, row, patch);
}

async function deleteRouter(call: Call, change: Change): Promise<void> {
  const row = await getRouter(change.trx, scopeOf(call), call.params["id"] ?? "");
  call.enforce(targetOf(row));
  const used = await change.trx
    .selectFrom("router_interfaces")
    .select("port_id")
    .where("router_id", "=", row.id)
    .executeTakeFirst();
  if (used) throw errors.routerInUse({ id: row.id, reason: "still has ports" });
  await dropGateway(change, row);
  await change.trx.deleteFrom("routers").where("id", "=", row.id).execute();
  await change.planRevision();
}

async function changeRoutes(
  call: Call,
  change: Change,
  merge: (held: Route[], given: Route[]) => Route[],
): Promise<RouterRow> {
  const row = await ownRouter(call, change);
  const { router: body } = call.body as { router: { routes: Route[] } };
  const given = body.routes.map(normal);
  const routes = await checkRoutes(change.trx, row, merge(parsed<Route[]>(row.routes), given));
  return store(change, row, { routes: JSON.stringify(routes) });
}

function without(held: readonly Route[], given: readonly Route[]): Route[] {
  return held.filter(
    (route) => !given.some((one) => one.destination === route.destination && one.nexthop === route.nexthop),
  );
}

function normal(route: Route): Route {
  return { destination: cidrOf("routes", route.destination).text, nexthop: ipOf("routes", route.nexthop).text };
}

/** A next hop must be on a subnet of the router and not the router itself. */
async function checkRoutes(trx: Trx, owner: RouterRow, routes: readonly Route[]): Promise<Route[]> {
  const checked = routes.map(normal);
  const subnets = await connectedSubnets(trx, owner);
  const own = new Set(await ownAddresses(trx, owner));
  for (const route of checked) {
    const ip = ipOf("routes", route.nexthop);
    const connected = subnets.some((subnet) => contains(cidrOfSubnet(subnet), ip));
    const named = JSON.stringify(checked);
    if (!connected) throw errors.invalidRoutes({ routes: named, reason: "the nexthop is not connected with router" });
    if (own.has(route.nexthop)) throw errors.invalidRoutes({ routes: named, reason: "the nexthop is used by router" });
  }
  const key = (route: Route): string => `${route.destination} ${route.nexthop}`;
  return [...new Map(checked.map((route) => [key(route), route])).values()];
}

async function ownAddresses(trx: Trx, owner: RouterRow): Promise<string[]> {
  const inside = await trx
    .selectFrom("allocations")
    .innerJoin("router_interfaces", "router_interfaces.port_id", "allocations.port_id")
    .select("allocations.ip_address")
    .where("router_interfaces.router_id", "=", owner.id)
    .execute();
  const outside = owner.gateway_port_id === null ? [] : await heldBy(trx, owner.gateway_port_id);
  return [...inside, ...outside].map((row) => row.ip_address);
}
