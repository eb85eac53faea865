/** Ports: list, show, create (one or several), update, delete. */
import { errors } from "#contracts/neutron/errors.ts";
import { port, Port } from "#contracts/neutron/port.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Change } from "../store/change.ts";
import { removePort } from "../store/ports.ts";
import type { PortRow } from "../store/tables.ts";
import { manyOf, onlyOne } from "./bulk.ts";
import { scopeOf, type Neutron } from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { getPort, portTarget, visiblePorts } from "./port-access.ts";
import { createPort } from "./port-create.ts";
import { updatePort } from "./port-update.ts";
import { fixedIpsMatcher, portViews, type PortView } from "./port-view.ts";
import type { PortBody } from "./port-values.ts";
import { columnFilters } from "./row-filters.ts";

const filterColumns = ["id", "network_id", "project_id", "device_id", "device_owner", "mac_address", "name", "status"];

const attributes = new Set(Object.keys(Port.properties));

export function portHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  const views = (call: Call, rows: readonly PortRow[]): Promise<PortView[]> =>
    portViews(db, rows, {
      dns_domain: neutron.settings.dns_domain,
      bindings: call.allows("get_port:binding", {}),
    });
  const single = async (call: Call, row: PortRow): Promise<PortView> => {
    const [view] = await views(call, [row]);
    if (!view) throw errors.portNotFound({ id: row.id });
    return view;
  };
  return implement(port, {
    list: async (call) => {
      const rows = await visiblePorts(db, scopeOf(call))
        .where(
          columnFilters(
            call.query,
            filterColumns.map((column) => `ports.${column}`),
          ),
        )
        .orderBy("ports.created_at")
        .orderBy("ports.id")
        .execute();
      const spec = {
        collection: "ports",
        attributes,
        matchers: { fixed_ips: fixedIpsMatcher },
        notFound: (id: string) => errors.portNotFound({ id }),
      };
      return listing(call, spec, await views(call, rows)) as { ports: PortView[]; ports_links: undefined };
    },
    show: async (call) => {
      const row = await getPort(db, scopeOf(call), call.params["id"] ?? "");
      return { port: chosen(call, await single(call, row)) };
    },
    create: async (call) => {
      const bodies = manyOf<PortBody>(call.body, "port", "ports");
      const rows = await neutron.store.change(async (change) => {
        const made: PortRow[] = [];
        for (const body of bodies) made.push(await createPort(call, change, body));
        return made;
      });
      return onlyOne(call.body, "port", "ports", await views(call, rows));
    },
    update: async (call) => {
      const row = await neutron.store.change((change) => updatePort(call, change));
      return { port: await single(call, row) };
    },
    remove: async (call) => {
      await neutron.store.change((change) => deletePort(call, change));
      return undefined;
    },
  });
}

/** A router's and a floating IP's port goes only with what it serves. */
const servicePorts = new Set(["network:router_interface", "network:router_gateway", "network:floatingip"]);

async function deletePort(call: Call, change: Change): Promise<void> {
  const row = await getPort(change.trx, scopeOf(call), call.params["id"] ?? "");
  call.enforce(portTarget(row));
  if (servicePorts.has(row.device_owner)) {
    throw errors.servicePortInUse({ port_id: row.id, reason: `has device owner ${row.device_owner}` });
  }
  await removePort(change, row);
}
