/** Network interfaces of a server. Attaching waits until compute has made the port, since the answer names it. */
import { errors } from "#contracts/nova/errors.ts";
import type { Interface } from "#contracts/nova/order.ts";
import { serverInterface, serverIps, serverSecurityGroups } from "#contracts/nova/server-parts.ts";
import type { BodyOf } from "#contracts/kit/resource.ts";
import { until } from "#platform/clock/until.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Server } from "../store/servers.ts";
import type { PortFacts } from "./clients/neutron.ts";
import { checkPort, resolveNetworks } from "./create/networks.ts";
import type { ApiDeps } from "./deps.ts";
import { beginWork, refuseUnlessAllowed } from "./server/begin.ts";
import { findServer, isAdmin } from "./server/find.ts";
import { addressesOf } from "./views/server.ts";

type AttachBody = BodyOf<typeof serverInterface.operations.create>;

export function serverInterfaceHandlers(deps: ApiDeps): Implementation {
  return implement(serverInterface, {
    async list(call) {
      const server = await findServer(deps, call);
      const ports = await deps.neutron.listPorts(call.identity.token, { device_id: server.id });
      return { interfaceAttachments: ports.map((port) => viewPort(port, server)) };
    },
    async show(call) {
      const server = await findServer(deps, call);
      const port_id = call.params["port_id"] ?? "";
      const [port] = await deps.neutron.listPorts(call.identity.token, { id: [port_id] });
      if (port?.device_id !== server.id) throw errors.interfaceNotFound({ port_id });
      return { interfaceAttachment: viewPort(port, server) };
    },
    async create(call) {
      const server = await findServer(deps, call);
      return { interfaceAttachment: viewInterface(await attach(deps, call, server)) };
    },
    async delete(call) {
      const server = await findServer(deps, call);
      const port_id = call.params["port_id"] ?? "";
      if (!server.info_cache.some((one) => one.port_id === port_id)) throw errors.interfaceNotFound({ port_id });
      const work = {
        action: "detach_interface",
        kind: "server.detach_interface",
        params: { port_id },
        log: "detach_interface",
      } as const;
      await beginWork(deps, call, server, work);
      return undefined;
    },
  });
}

function viewPort(port: PortFacts, server: Server) {
  return {
    port_id: port.id,
    net_id: port.network_id,
    mac_addr: port.mac,
    port_state: port.status,
    fixed_ips: port.fixed_ips,
    tag: server.info_cache.find((one) => one.port_id === port.id)?.tag ?? null,
  };
}

function viewInterface(one: Interface) {
  const { port_id, network_id, mac, tag } = one;
  const fixed_ips = one.fixed_ips.map(({ ip_address, subnet_id }) => ({ ip_address, subnet_id }));
  return { port_id, net_id: network_id, mac_addr: mac, port_state: "ACTIVE", fixed_ips, tag };
}

const attach_ms = 60_000;

async function attach(deps: ApiDeps, call: Call<unknown, AttachBody>, server: Server): Promise<Interface> {
  refuseUnlessAllowed(call, server, "attach_interface");
  const wanted = await wantedInterface(deps, call, server);
  const work = {
    action: "attach_interface",
    kind: "server.attach_interface",
    params: wanted,
    log: "attach_interface",
  } as const;
  const operation_id = await beginWork(deps, call, server, work);
  const before = new Set(server.info_cache.map((one) => one.port_id));
  const ended = await until(deps.clock, () => outcome(deps, operation_id), {
    limit_ms: attach_ms,
    what: "the new interface",
  });
  if (ended !== "done") throw errors.badRequest({ reason: "Failed to attach network adapter device to the server." });
  const now = await deps.store.servers.find(server.id);
  const added = now?.info_cache.find((one) => !before.has(one.port_id));
  if (!added) throw errors.badRequest({ reason: "The new interface was taken away at once." });
  return added;
}

async function outcome(deps: ApiDeps, operation_id: string): Promise<"done" | "failed" | undefined> {
  const state = (await deps.store.operations.find(operation_id))?.state;
  if (state === "done") return "done";
  return state === "running" ? undefined : "failed";
}

async function wantedInterface(deps: ApiDeps, call: Call<unknown, AttachBody>, server: Server) {
  const { net_id, port_id, fixed_ips, tag } = call.body.interfaceAttachment ?? {};
  if (net_id && port_id) throw errors.badRequest({ reason: "Must not input both network_id and port_id" });
  const fixed_ip = fixed_ips?.[0]?.ip_address ?? null;
  if (fixed_ip !== null && !net_id)
    throw errors.badRequest({ reason: "Must input network_id when request IP address" });
  const { token } = call.identity;
  if (port_id) {
    const [port] = await deps.neutron.listPorts(token, { id: [port_id] });
    if (!port) throw errors.interfaceNotFound({ port_id });
    return { network_id: checkPort(port_id, port).network_id, port_id, fixed_ip: null, tag: tag ?? null };
  }
  const caller = { token, project_id: server.project_id, admin: isAdmin(call) };
  const asked = net_id ? [{ uuid: net_id, ...(fixed_ip === null ? {} : { fixed_ip }) }] : ("auto" as const);
  const [network] = await resolveNetworks(deps.neutron, caller, asked);
  return { network_id: network?.network_id ?? null, port_id: null, fixed_ip, tag: tag ?? null };
}

export function serverIpsHandlers(deps: ApiDeps): Implementation {
  const plain = async (call: Call) =>
    Object.fromEntries(
      Object.entries(addressesOf((await findServer(deps, call)).info_cache)).map(
        ([label, list]) => [label, list.map(({ version, addr }) => ({ version, addr }))] as const,
      ),
    );
  return implement(serverIps, {
    list: async (call) => ({ addresses: await plain(call) }),
    async show(call) {
      const label = call.params["label"] ?? "";
      const list = (await plain(call))[label];
      if (!list) throw errors.addressesNotFound();
      return { [label]: list };
    },
  });
}

export function serverSecurityGroupHandlers(deps: ApiDeps): Implementation {
  return implement(serverSecurityGroups, {
    async list(call) {
      const server = await findServer(deps, call);
      const { token } = call.identity;
      const [groups, ports] = await Promise.all([
        deps.neutron.listGroups(token, server.project_id),
        deps.neutron.listPorts(token, { device_id: server.id }),
      ]);
      const used = new Set(ports.flatMap((port) => port.security_groups));
      const shown = groups.filter((group) => used.has(group.id));
      return {
        security_groups: shown.map(({ id, name, project_id }) => ({
          id,
          name,
          description: "",
          tenant_id: project_id,
          rules: [],
        })),
      };
    },
  });
}
