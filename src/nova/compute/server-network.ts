/**
 * The network of one server on this host: ports are made or bound, and the guest starts only when Neutron's agent has
 * wired them. Everything is found again by the port's `device_id`, so repeating changes nothing.
 */
import type { Interface, Order, RequestedNetwork, ServerOrder } from "#contracts/nova/order.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { withoutStep } from "#platform/trace/trace.ts";
import type { NeutronClient, Port } from "./clients/neutron.ts";
import type { PlugWaiter } from "./plug-waiter.ts";

/** How long the agent may take to wire a port. */
const plug_ms = 60_000;

export interface ServerNetwork {
  /** Interfaces in the order in which they were asked for. */
  ensure(
    server: ServerOrder,
    requested: readonly RequestedNetwork[],
    signal: AbortSignal,
    /** Ports that the server uses already. */
    taken?: ReadonlySet<string>,
  ): Promise<Interface[]>;
  /** Deletes what Nova made and unbinds what the user brought. */
  release(server: ServerOrder, kept_port_ids: readonly string[]): Promise<void>;
  releaseOne(one: Pick<Interface, "port_id" | "created_by_nova">): Promise<void>;
  /** The interfaces as Neutron has them now. */
  read(server: Pick<ServerOrder, "id" | "interfaces" | "requested_networks">): Promise<Interface[]>;
}

export interface ServerNetworkParts {
  neutron: NeutronClient;
  plugs: PlugWaiter;
  clock: Clock;
}

export function makeServerNetwork(parts: ServerNetworkParts): ServerNetwork {
  const { neutron } = parts;
  return {
    async ensure(server, requested, signal, taken = new Set()) {
      // Asked also for a server without interfaces: an earlier, interrupted try may have left ports of it.
      const [groups, there] = await Promise.all([groupsOf(neutron, server), neutron.portsOf(server.id)]);
      const free = there.filter((port) => !taken.has(port.id));
      const made: (Ensured & { wanted: RequestedNetwork })[] = [];
      for (const wanted of requested)
        made.push({ wanted, ...(await ensurePort(neutron, server, wanted, free, groups)) });
      return withoutStep(() =>
        Promise.all(
          made.map(async ({ port, fresh, wanted }) => {
            const [described] = await Promise.all([
              describe(neutron, port, { created_by_nova: wanted.port_id === null, tag: wanted.tag, fresh }),
              plugged(parts, port, fresh, signal),
            ]);
            return described;
          }),
        ),
      );
    },
    async release(server, kept) {
      for (const port of await neutron.portsOf(server.id)) {
        await (kept.includes(port.id) ? neutron.unbindPort(port.id) : neutron.deletePort(port.id));
      }
    },
    releaseOne: ({ port_id, created_by_nova }) =>
      created_by_nova ? neutron.deletePort(port_id) : neutron.unbindPort(port_id),
    async read(server) {
      const ports = await neutron.portsOf(server.id);
      const known = new Map(server.interfaces.map((one) => [one.port_id, one]));
      const order = (port: Port): number => {
        const at = server.interfaces.findIndex((one) => one.port_id === port.id);
        return at === -1 ? server.interfaces.length : at;
      };
      const brought = new Set(server.requested_networks.map((one) => one.port_id));
      ports.sort((a, b) => order(a) - order(b));
      return Promise.all(
        ports.map((port) =>
          describe(neutron, port, {
            created_by_nova: known.get(port.id)?.created_by_nova ?? !brought.has(port.id),
            tag: known.get(port.id)?.tag ?? null,
            fresh: false,
          }),
        ),
      );
    },
  };
}

/** Ids of the groups asked for; undefined leaves the choice to Neutron. */
async function groupsOf(neutron: NeutronClient, server: ServerOrder): Promise<string[] | undefined> {
  const names = server.security_groups;
  const onlyDefault = names.length === 0 || (names.length === 1 && names[0] === "default");
  return onlyDefault ? undefined : neutron.securityGroups(server.project_id, names);
}

interface Ensured {
  port: Port;
  /** Made just now: nothing was said of it before, and no floating address leads to it. */
  fresh: boolean;
}

async function ensurePort(
  neutron: NeutronClient,
  server: ServerOrder,
  wanted: RequestedNetwork,
  free: Port[],
  security_groups: string[] | undefined,
): Promise<Ensured> {
  const device = {
    device_id: server.id,
    device_owner: `compute:${server.availability_zone}`,
    dns_name: server.hostname,
  };
  if (wanted.port_id !== null) return { port: await neutron.bindPort(wanted.port_id, device), fresh: false };
  const at = free.findIndex((port) => port.network_id === wanted.network_id && fits(port, wanted));
  const [found] = at === -1 ? [] : free.splice(at, 1);
  if (found) return { port: await neutron.bindPort(found.id, device), fresh: false };
  const { network_id, fixed_ip } = wanted;
  if (network_id === null) throw new Error("an interface was asked for without a network and without a port");
  const wish = { ...device, network_id, fixed_ip, project_id: server.project_id, security_groups };
  return { port: await neutron.createPort(wish), fresh: true };
}

function fits(port: Port, wanted: RequestedNetwork): boolean {
  return wanted.fixed_ip === null || port.fixed_ips.some((ip) => ip.ip_address === wanted.fixed_ip);
}

/** Waits for the agent: by Neutron's event when it comes, by asking now and then when it is lost. */
async function plugged(parts: ServerNetworkParts, port: Port, fresh: boolean, signal: AbortSignal): Promise<void> {
  if (port.status === "ACTIVE") return;
  const wait = parts.plugs.expect(port.id);
  // Words about a port that was there before may be old: only of a new one are they believed at once.
  let believed = fresh;
  try {
    await until(
      parts.clock,
      async () => {
        if (believed) await Promise.race([wait.plugged, parts.clock.sleep(1_000, signal)]);
        if (believed && wait.seen()) return true;
        believed = true;
        const now = await parts.neutron.findPort(port.id);
        if (now?.status === "ACTIVE") return true;
        if (now?.status === "ERROR") throw new Error("its agent could not wire it");
        return undefined;
      },
      { limit_ms: plug_ms, period_ms: 1, what: `port ${port.id} to be wired`, signal },
    );
  } finally {
    wait.forget();
  }
}

async function describe(
  neutron: NeutronClient,
  port: Port,
  { created_by_nova, tag, fresh }: { created_by_nova: boolean; tag: string | null; fresh: boolean },
): Promise<Interface> {
  const [network, floating] = await Promise.all([
    neutron.network(port.network_id),
    fresh ? [] : neutron.floatingIps(port.id),
  ]);
  return {
    port_id: port.id,
    network_id: port.network_id,
    network_name: network.name,
    mac: port.mac_address,
    tap: `tap${port.id.slice(0, 11)}`,
    mtu: network.mtu,
    created_by_nova,
    fixed_ips: port.fixed_ips.map((ip) => ({
      ...ip,
      version: ip.ip_address.includes(":") ? 6 : 4,
      floating_ips: floating
        .filter((one) => one.fixed_ip_address === ip.ip_address)
        .map((one) => one.floating_ip_address),
    })),
    tag,
  };
}

/** Ports that the user brought to the server: they are unbound, never deleted. */
export function broughtPorts(order: Order): string[] {
  const asked = order.server.requested_networks.flatMap((one) => (one.port_id === null ? [] : [one.port_id]));
  const attached = order.server.interfaces.filter((one) => !one.created_by_nova).map((one) => one.port_id);
  return [...new Set([...asked, ...attached])];
}
