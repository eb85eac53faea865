/**
 * Sorts a plan into what can be built and what cannot, with the reason. Pure. Everything that later stands in a
 * command, a rule or a file passes here first; one bad part must not keep the others from being wired.
 */
import type {
  HostPlan,
  PlannedDhcp,
  PlannedNetwork,
  PlannedPort,
  PlannedRouter,
  PlannedSubnet,
} from "#contracts/neutron/host-plan.ts";
import { isUuid } from "#platform/ids/ids.ts";
import { isAddress, isInterfaceCidr, isMac, parseCidr } from "./addresses.ts";
import { tapName } from "./names.ts";

export interface CheckedPlan {
  /** The plan without refused networks and routers, and with all ports that have a name. */
  readonly plan: HostPlan;
  /** Ports that get a name in the packet filter and nothing through it. */
  readonly deadPorts: ReadonlyMap<string, string>;
  readonly refusedNetworks: ReadonlyMap<string, string>;
  readonly refusedRouters: ReadonlyMap<string, string>;
  /** Ports without so much as a usable id or network. */
  readonly refusedPorts: ReadonlyMap<string, string>;
}

export function checkPlan(plan: HostPlan): CheckedPlan {
  const taps = new Set<string>();
  const claim = (portId: string): string | undefined => {
    if (!isUuid(portId) || portId !== portId.toLowerCase()) return `not a port id: ${JSON.stringify(portId)}`;
    if (taps.has(tapName(portId))) return `another port has the device name ${tapName(portId)}`;
    taps.add(tapName(portId));
    return undefined;
  };
  const networks = sort(plan.networks, (network) => networkFault(network, claim));
  const known = new Set(networks.good.map((network) => network.id));
  const routers = sort(plan.routers, (router) => routerFault(router, known, claim));
  const ports = sort(plan.ports, (port) => claim(port.id) ?? unknownNetwork(port.network_id, known));
  const dead = sort(ports.good, portFault);
  return {
    plan: { ...plan, networks: networks.good, routers: routers.good, ports: ports.good },
    deadPorts: dead.bad,
    refusedNetworks: networks.bad,
    refusedRouters: routers.bad,
    refusedPorts: ports.bad,
  };
}

function sort<T extends { readonly id: string }>(
  items: readonly T[],
  fault: (item: T) => string | undefined,
): { good: T[]; bad: Map<string, string> } {
  const bad = new Map<string, string>();
  const good = items.filter((item) => {
    const reason = fault(item);
    if (reason !== undefined) bad.set(item.id, reason);
    return reason === undefined;
  });
  return { good, bad };
}

type Claim = (portId: string) => string | undefined;

function networkFault(network: PlannedNetwork, claim: Claim): string | undefined {
  if (!isUuid(network.id)) return `not a network id: ${JSON.stringify(network.id)}`;
  if (network.vxlan !== undefined) return "networks over several hosts (VXLAN) are not built yet";
  return (
    mtuFault(network.mtu) ??
    every(network.bridge_address_cidrs, isInterfaceCidr, "bridge address") ??
    (network.dhcp === undefined ? undefined : dhcpFault(network.dhcp, claim))
  );
}

function dhcpFault(dhcp: PlannedDhcp, claim: Claim): string | undefined {
  return (
    claim(dhcp.port_id) ??
    every([dhcp.mac, ...dhcp.hosts.map((host) => host.mac)], isMac, "MAC") ??
    every(dhcp.address_cidrs, isInterfaceCidr, "DHCP port address") ??
    every([...dhcp.hosts.map((host) => host.ip), ...dhcp.upstream_dns], isAddress, "address") ??
    every(dhcp.subnets.map((subnet) => subnet.id), isUuid, "subnet id") ??
    every(dhcp.hosts.map((host) => host.port_id), isUuid, "port id") ??
    every(dhcp.domain === "" ? [] : [dhcp.domain], isDomain, "DNS domain") ??
    dhcp.subnets.map(subnetFault).find((fault) => fault !== undefined)
  ); // prettier-ignore
}

function subnetFault(subnet: PlannedSubnet): string | undefined {
  const addresses = [...subnet.dns_nameservers, ...(subnet.gateway_ip === null ? [] : [subnet.gateway_ip])];
  return (
    every([subnet.cidr], isInterfaceCidr, "subnet") ??
    every(addresses, isAddress, "address") ??
    every(subnet.host_routes.map((route) => route.destination), isInterfaceCidr, "route") ??
    every(subnet.host_routes.map((route) => route.nexthop), isAddress, "next hop")
  ); // prettier-ignore
}

function routerFault(router: PlannedRouter, networks: ReadonlySet<string>, claim: Claim): string | undefined {
  if (!isUuid(router.id)) return `not a router id: ${JSON.stringify(router.id)}`;
  const legs = [...router.interfaces, ...(router.gateway ? [router.gateway] : [])];
  const nextHop = router.gateway?.next_hop ?? null;
  const floating = router.floating_ips.flatMap((entry) => [entry.floating_ip, entry.fixed_ip]);
  for (const leg of legs) {
    const fault =
      claim(leg.port_id) ??
      unknownNetwork(leg.network_id, networks) ??
      every([leg.mac], isMac, "MAC") ??
      every(leg.address_cidrs, isInterfaceCidr, "router address");
    if (fault !== undefined) return fault;
  }
  return (
    every([...(nextHop === null ? [] : [nextHop]), ...floating], isAddress4, "IPv4 address") ??
    every(router.routes.map((route) => route.destination), isCidr4, "IPv4 route") ??
    every(router.routes.map((route) => route.nexthop), isAddress4, "IPv4 next hop")
  ); // prettier-ignore
}

function portFault(port: PlannedPort): string | undefined {
  return (
    mtuFault(port.mtu) ??
    every([port.mac, ...port.allowed_address_pairs.map((pair) => pair.mac)], isMac, "MAC") ??
    every(port.addresses, isAddress, "address") ??
    every(port.allowed_address_pairs.map((pair) => pair.ip), (ip) => parseCidr(ip) !== undefined, "address pair")
  ); // prettier-ignore
}

function unknownNetwork(id: string, known: ReadonlySet<string>): string | undefined {
  return known.has(id) ? undefined : `its network ${JSON.stringify(id)} is not on this host`;
}

function mtuFault(mtu: number): string | undefined {
  return Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535 ? undefined : `not an MTU: ${mtu}`;
}

function every(values: readonly string[], good: (value: string) => boolean, what: string): string | undefined {
  const bad = values.find((value) => !good(value));
  return bad === undefined ? undefined : `not a valid ${what}: ${JSON.stringify(bad)}`;
}

const isAddress4 = (text: string): boolean => isAddress(text) && parseCidr(text)?.version === 4;
const isCidr4 = (text: string): boolean => parseCidr(text)?.version === 4;

/** One or more DNS labels. */
export function isDomain(text: string): boolean {
  return (
    text.length <= 253 && text.split(".").every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
  );
}
