/** Plans for the wiring tests: two tenants with the same CIDR, one of them routed to an external network. */
import type { HostPlan, PlannedDhcp, PlannedNetwork, PlannedPort, PlannedRule } from "#contracts/neutron/host-plan.ts";
import { systemIds } from "#platform/ids/ids.ts";

const ids = systemIds();

export const anyOut: PlannedRule = {
  direction: "egress",
  ethertype: "IPv4",
  protocol: null,
  port_min: null,
  port_max: null,
  remote_cidrs: null,
};

export function tcpIn(port: number, remote: string[] | null = null): PlannedRule {
  return { ...anyOut, direction: "ingress", protocol: "tcp", port_min: port, port_max: port, remote_cidrs: remote };
}

export const pingIn: PlannedRule = { ...anyOut, direction: "ingress", protocol: "icmp" };

export function somePort(network_id: string, last: number, rules: PlannedRule[]): PlannedPort {
  const hex = last.toString(16).padStart(2, "0");
  return {
    id: ids.uuid(),
    network_id,
    mac: `fa:16:3e:${network_id.slice(0, 2)}:${network_id.slice(2, 4)}:${hex}`,
    addresses: [`10.0.0.${last}`],
    mtu: 1450,
    admin_state_up: true,
    port_security: true,
    allowed_address_pairs: [],
    rules,
    device_id: ids.uuid(),
    project_id: ids.hex(),
  };
}

/** A network 10.0.0.0/24 with DHCP at .2; a gateway at .1 when `routed`. */
export function tenantNetwork(routed: boolean): PlannedNetwork & { dhcp: PlannedDhcp } {
  const id = ids.uuid();
  return {
    id,
    mtu: 1450,
    external: false,
    bridge_address_cidrs: [],
    dhcp: {
      port_id: ids.uuid(),
      mac: `fa:16:3e:${id.slice(0, 2)}:${id.slice(2, 4)}:02`,
      address_cidrs: ["10.0.0.2/24"],
      subnets: [
        {
          id: ids.uuid(),
          cidr: "10.0.0.0/24",
          ip_version: 4,
          gateway_ip: routed ? "10.0.0.1" : null,
          dns_nameservers: [],
          host_routes: [],
          routed,
        },
      ],
      hosts: [],
      domain: "cloud.example",
      upstream_dns: [],
    },
  };
}

/** Gives each port a lease and a name `vm<last number>` in its network's DHCP. */
export function withHosts(network: PlannedNetwork & { dhcp: PlannedDhcp }, ports: readonly PlannedPort[]) {
  const hosts = ports
    .filter((port) => port.network_id === network.id)
    .map((port) => {
      const ip = port.addresses[0] ?? "";
      return { port_id: port.id, mac: port.mac, ip, hostname: `vm${ip.split(".")[3]}`, options: [] };
    });
  return { ...network, dhcp: { ...network.dhcp, hosts } };
}

export function externalNetwork(): PlannedNetwork {
  return { id: ids.uuid(), mtu: 1500, external: true, bridge_address_cidrs: ["172.24.4.1/24"] };
}

export function plan(parts: Partial<HostPlan>): HostPlan {
  return { host: "lab", revision: 1, networks: [], ports: [], routers: [], metadata: { enabled: true }, ...parts };
}

/** A router at 10.0.0.1 of `inside` and 172.24.4.10 of `outside`. */
export function router(inside: string, outside: string, floating: Record<string, string>): HostPlan["routers"][number] {
  return {
    id: ids.uuid(),
    admin_state_up: true,
    interfaces: [{ port_id: ids.uuid(), network_id: inside, mac: "fa:16:3e:aa:aa:01", address_cidrs: ["10.0.0.1/24"] }],
    gateway: {
      port_id: ids.uuid(),
      network_id: outside,
      mac: "fa:16:3e:aa:aa:02",
      address_cidrs: ["172.24.4.10/24"],
      next_hop: "172.24.4.1",
      enable_snat: true,
    },
    floating_ips: Object.entries(floating).map(([floating_ip, fixed_ip]) => ({
      id: ids.uuid(),
      floating_ip,
      fixed_ip,
    })),
    routes: [],
  };
}
