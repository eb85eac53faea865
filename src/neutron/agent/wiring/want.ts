/** A checked plan as devices, namespaces and files. Pure: this is where it is decided what a host has. */
import type { HostPlan, PlannedNetwork, PlannedRouter } from "#contracts/neutron/host-plan.ts";
import { addressOf, contains } from "./addresses.ts";
import {
  bridgeName,
  dhcpNamespace,
  dhcpPortName,
  gatewayPortName,
  macOf,
  routerNamespace,
  routerPortName,
  tapName,
} from "./names.ts";
import { renderRouter } from "./router-nat.ts";

export const metadataAddress = "169.254.169.254";

/** Whose fault it is when something cannot be made. */
export interface Item {
  readonly kind: "port" | "network" | "router" | "leftover";
  readonly id: string;
}

/** A device of the host's own namespace. */
export interface WantedLink {
  readonly name: string;
  readonly item: Item;
  readonly kind: "bridge" | "tap" | "veth";
  readonly mtu: number;
  readonly up: boolean;
  /** The bridge it is put on. */
  readonly master?: string;
  /** Fixed MAC (bridges). */
  readonly mac?: string;
  readonly address_cidrs: readonly string[];
  /** The other end of a veth. */
  readonly peer?: { readonly namespace: string; readonly name: string };
}

export interface WantedNamespace {
  readonly name: string;
  readonly item: Item;
  readonly devices: readonly WantedDevice[];
  readonly routes: readonly WantedRoute[];
  /** Whether 169.254.169.254 is answered here. */
  readonly metadata: boolean;
  /** Lines for `sysctl -w`. */
  readonly sysctls: readonly string[];
  /** For `nft -f -`; empty for none. */
  readonly nft: string;
}

/** A device inside a namespace: the far end of a veth. */
export interface WantedDevice {
  readonly name: string;
  /** The near end, without which this one cannot be. */
  readonly outer: string;
  readonly mac: string;
  readonly mtu: number;
  readonly address_cidrs: readonly string[];
  /** Tell the segment when addresses come (gratuitous ARP). */
  readonly announce: boolean;
}

export interface WantedRoute {
  /** A CIDR, or `default`. */
  readonly destination: string;
  readonly via: string;
}

export interface Wanted {
  readonly links: readonly WantedLink[];
  readonly namespaces: readonly WantedNamespace[];
}

/** `dead`: ports that may exist but must be down. */
export function wantedHost(plan: HostPlan, dead: ReadonlyMap<string, string>): Wanted {
  const networks = new Map(plan.networks.map((network) => [network.id, network]));
  const bridges = plan.networks.map(bridge);
  const dhcp = plan.networks.filter((network) => network.dhcp !== undefined);
  const taps = plan.ports.map((port): WantedLink => ({
    name: tapName(port.id),
    item: { kind: "port", id: port.id },
    kind: "tap",
    mtu: dead.has(port.id) ? (networks.get(port.network_id)?.mtu ?? 1500) : port.mtu,
    up: port.admin_state_up && !dead.has(port.id),
    master: bridgeName(port.network_id),
    address_cidrs: [],
  }));
  const namespaces = [
    ...dhcp.map((network) => dhcpSpace(network, plan.metadata.enabled)),
    ...plan.routers.map((router) => routerSpace(router, networks, plan.metadata.enabled)),
  ];
  const veths = [
    ...dhcp.map((network) => vethTo(network, network.dhcp?.port_id ?? "", "network", network.id)),
    ...plan.routers.flatMap((router) => routerVeths(router, networks)),
  ];
  return { links: [...bridges, ...veths, ...taps], namespaces };
}

function bridge(network: PlannedNetwork): WantedLink {
  return {
    name: bridgeName(network.id),
    item: { kind: "network", id: network.id },
    kind: "bridge",
    mtu: network.mtu,
    mac: macOf(network.id),
    up: true,
    address_cidrs: network.bridge_address_cidrs,
  };
}

function vethTo(network: PlannedNetwork, portId: string, kind: "network" | "router", id: string): WantedLink {
  const inner = kind === "network" ? dhcpPortName(portId) : routerPortName(portId);
  const namespace = kind === "network" ? dhcpNamespace(id) : routerNamespace(id);
  return {
    name: tapName(portId),
    item: { kind, id },
    kind: "veth",
    mtu: network.mtu,
    up: true,
    master: bridgeName(network.id),
    address_cidrs: [],
    peer: { namespace, name: inner },
  };
}

function routerVeths(router: PlannedRouter, networks: ReadonlyMap<string, PlannedNetwork>): WantedLink[] {
  const gateway = router.gateway;
  const legs = [...router.interfaces, ...(gateway ? [gateway] : [])];
  return legs.flatMap((leg) => {
    const network = networks.get(leg.network_id);
    if (network === undefined) return [];
    const link = vethTo(network, leg.port_id, "router", router.id);
    const name = leg === gateway ? gatewayPortName(leg.port_id) : routerPortName(leg.port_id);
    return [{ ...link, up: router.admin_state_up, peer: { namespace: routerNamespace(router.id), name } }];
  });
}

function dhcpSpace(network: PlannedNetwork, metadata: boolean): WantedNamespace {
  const dhcp = network.dhcp;
  const gateway = dhcp?.subnets.find((subnet) => subnet.routed && subnet.ip_version === 4)?.gateway_ip ?? null;
  const portId = dhcp?.port_id ?? "";
  return {
    name: dhcpNamespace(network.id),
    item: { kind: "network", id: network.id },
    devices: [
      {
        name: dhcpPortName(portId),
        outer: tapName(portId),
        mac: dhcp?.mac ?? "",
        mtu: network.mtu,
        address_cidrs: dhcp?.address_cidrs ?? [],
        announce: false,
      },
    ],
    routes: gateway === null ? [] : [{ destination: "default", via: gateway }],
    metadata,
    sysctls: ["net.ipv4.ip_forward=0"],
    nft: "",
  };
}

function routerSpace(
  router: PlannedRouter,
  networks: ReadonlyMap<string, PlannedNetwork>,
  metadata: boolean,
): WantedNamespace {
  const mtu = (networkId: string): number => networks.get(networkId)?.mtu ?? 1500;
  const inside = router.interfaces.map((leg) => ({
    name: routerPortName(leg.port_id),
    outer: tapName(leg.port_id),
    mac: leg.mac,
    mtu: mtu(leg.network_id),
    address_cidrs: leg.address_cidrs,
    announce: true,
  }));
  return {
    name: routerNamespace(router.id),
    item: { kind: "router", id: router.id },
    devices: [...inside, ...outside(router, mtu)],
    routes: routesOf(router),
    metadata,
    sysctls: [
      `net.ipv4.ip_forward=${router.admin_state_up ? 1 : 0}`,
      `net.ipv6.conf.all.forwarding=${router.admin_state_up ? 1 : 0}`,
      "net.ipv4.conf.all.send_redirects=0",
      "net.ipv4.conf.all.arp_notify=1",
    ],
    nft: renderRouter(router),
  };
}

function outside(router: PlannedRouter, mtu: (networkId: string) => number): WantedDevice[] {
  const gateway = router.gateway;
  if (gateway === undefined) return [];
  const own = new Set(gateway.address_cidrs.map(addressOf));
  const floating = router.floating_ips.filter((entry) => !own.has(entry.floating_ip));
  return [
    {
      name: gatewayPortName(gateway.port_id),
      outer: tapName(gateway.port_id),
      mac: gateway.mac,
      mtu: mtu(gateway.network_id),
      address_cidrs: [...gateway.address_cidrs, ...floating.map((entry) => `${entry.floating_ip}/32`)],
      announce: true,
    },
  ];
}

/** Only routes whose next hop is on a link of the router: the kernel refuses others. */
function routesOf(router: PlannedRouter): WantedRoute[] {
  const gateway = router.gateway;
  const links = [...router.interfaces, ...(gateway ? [gateway] : [])].flatMap((leg) => leg.address_cidrs);
  const routes = router.routes.map((route) => ({ destination: route.destination, via: route.nexthop }));
  const byDefault = gateway?.next_hop ? [{ destination: "default", via: gateway.next_hop }] : [];
  return [...byDefault, ...routes].filter((route) => links.some((cidr) => contains(cidr, route.via)));
}
