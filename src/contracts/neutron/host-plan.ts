/**
 * What crosses from neutron-server to the agent of one host: the *desired state* of that host, whole, and the report
 * that goes back. The agent needs nothing else: no database, no second question. Types only.
 *
 * Conventions: ids are UUIDs; `mac` is lower case with colons; an *address* is an IP without prefix, a *cidr* carries
 * one (`10.0.0.2/24`); an empty array means "none", `null` means "does not apply".
 */

export type IpVersion = 4 | 6;

/** The desired state of one host. What this cloud owns there and the plan does not name is removed. */
export interface HostPlan {
  /** Name of the host the plan is for; an agent refuses another host's plan. */
  readonly host: string;
  /** Grows with each change; comes back in the report, so that the server knows which state was reached. */
  readonly revision: number;
  readonly networks: readonly PlannedNetwork[];
  readonly ports: readonly PlannedPort[];
  readonly routers: readonly PlannedRouter[];
  readonly metadata: PlannedMetadata;
}

export interface PlannedMetadata {
  /** Serve 169.254.169.254:80 to the guests of every network (through its router, else through its DHCP port). */
  readonly enabled: boolean;
}

/** One L2 segment that must exist on the host. */
export interface PlannedNetwork {
  readonly id: string;
  /** Largest packet in bytes, 1280 to 9000; given to guests by DHCP option 26. */
  readonly mtu: number;
  /** `router:external`: its bridge is the way out of the routers on this host. */
  readonly external: boolean;
  /**
   * Addresses the host itself takes on the bridge, e.g. `172.24.4.1/24`: it is then the gateway of an external network
   * and reaches floating IPs. Empty for tenant networks. Must not overlap anything the host already routes.
   */
  readonly bridge_address_cidrs: readonly string[];
  /** Absent when no subnet of the network has DHCP enabled. */
  readonly dhcp?: PlannedDhcp;
  /** Reserved for clouds of several hosts; today the agent reports a network that carries it as ERROR. */
  readonly vxlan?: PlannedVxlan;
}

/** How a network reaches its other hosts. */
export interface PlannedVxlan {
  /** 24-bit segment number. */
  readonly vni: number;
  readonly local_address: string;
  readonly peer_addresses: readonly string[];
}

/** DHCP and DNS of one network, in a namespace of its own. */
export interface PlannedDhcp {
  /** The `network:dhcp` port. */
  readonly port_id: string;
  readonly mac: string;
  /** Addresses of that port, one for each subnet with DHCP. */
  readonly address_cidrs: readonly string[];
  /** The subnets with DHCP. */
  readonly subnets: readonly PlannedSubnet[];
  /** Every address that may be leased: an unknown MAC gets none. */
  readonly hosts: readonly PlannedDhcpHost[];
  /** DNS domain without trailing dot, e.g. `openstacklocal`; empty for none. */
  readonly domain: string;
  /** Resolvers asked for names outside `domain`, through the network's own router; empty: such names are refused. */
  readonly upstream_dns: readonly string[];
}

export interface PlannedSubnet {
  readonly id: string;
  readonly cidr: string;
  readonly ip_version: IpVersion;
  /** Default route given to guests; null for none. */
  readonly gateway_ip: string | null;
  /** Resolvers given to guests; empty means the DHCP port itself. */
  readonly dns_nameservers: readonly string[];
  readonly host_routes: readonly PlannedRoute[];
  /**
   * A router of this cloud holds `gateway_ip` on this host, so that it answers for 169.254.169.254. When false, the
   * guests of the subnet get a host route to 169.254.169.254 through the DHCP port.
   */
  readonly routed: boolean;
}

export interface PlannedRoute {
  readonly destination: string;
  readonly nexthop: string;
}

/** One fixed address of one port, as DHCP and DNS know it. */
export interface PlannedDhcpHost {
  readonly port_id: string;
  readonly mac: string;
  readonly ip: string;
  /** A DNS label (or several); what is not a valid name is left out of DNS, the lease is still given. */
  readonly hostname: string;
  /** `extra_dhcp_opts`: a name or number of dnsmasq (`bootfile-name`, `150`), value as the user wrote it. */
  readonly options: readonly PlannedDhcpOption[];
}

export interface PlannedDhcpOption {
  readonly name: string;
  readonly value: string;
  readonly ip_version: IpVersion;
}

/** One guest's port on this host. Router and DHCP ports are not listed here. */
export interface PlannedPort {
  readonly id: string;
  readonly network_id: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly mtu: number;
  /** False: the tap exists and is down. */
  readonly admin_state_up: boolean;
  /** False: neither anti-spoofing nor security groups. */
  readonly port_security: boolean;
  readonly allowed_address_pairs: readonly PlannedAddressPair[];
  /** The rules of all its security groups; none lets nothing in and nothing out (except DHCP). */
  readonly rules: readonly PlannedRule[];
  /** UUID of the server. */
  readonly device_id: string;
  /** Of the server: what the metadata service is told as X-Tenant-ID. */
  readonly project_id: string;
}

export interface PlannedAddressPair {
  /** An address or a CIDR. */
  readonly ip: string;
  /** The port's own MAC when the user gave none. */
  readonly mac: string;
}

export interface PlannedRule {
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  /** Name (`tcp`, `udp`, `icmp`, `ipv6-icmp`, …) or number as text; null for any. */
  readonly protocol: string | null;
  /** Lowest port, or the ICMP type; null for any. */
  readonly port_min: number | null;
  /** Highest port, or the ICMP code; null for any. */
  readonly port_max: number | null;
  /** Remote groups and address groups are already resolved. null: anywhere; empty: nobody (an empty remote group). */
  readonly remote_cidrs: readonly string[] | null;
}

export interface PlannedRouter {
  readonly id: string;
  readonly admin_state_up: boolean;
  readonly interfaces: readonly PlannedRouterInterface[];
  readonly gateway?: PlannedGateway;
  readonly floating_ips: readonly PlannedFloatingIp[];
  readonly routes: readonly PlannedRoute[];
}

export interface PlannedRouterInterface {
  readonly port_id: string;
  readonly network_id: string;
  readonly mac: string;
  readonly address_cidrs: readonly string[];
}

export interface PlannedGateway {
  readonly port_id: string;
  /** An external network that also stands in `networks`. */
  readonly network_id: string;
  readonly mac: string;
  readonly address_cidrs: readonly string[];
  /** The IPv4 default route; null when the external subnet has no gateway. */
  readonly next_hop: string | null;
  readonly enable_snat: boolean;
}

export interface PlannedFloatingIp {
  readonly id: string;
  readonly floating_ip: string;
  readonly fixed_ip: string;
}

/** What the agent did with a plan. Everything named in the plan stands in exactly one of the lists. */
export interface AgentReport {
  readonly host: string;
  /** Of the plan that was applied. */
  readonly revision: number;
  readonly ports: readonly ReportedItem[];
  readonly networks: readonly ReportedItem[];
  readonly routers: readonly ReportedItem[];
}

export interface ReportedItem {
  readonly id: string;
  /** DOWN: as wished (admin_state_up false). ERROR: `reason` says why, for operators; the next run tries again. */
  readonly status: "ACTIVE" | "DOWN" | "ERROR";
  readonly reason?: string;
}
