/** Rows → what one host must have. Pure: the same rows give the same plan, in the same order. */
import type {
  HostPlan,
  PlannedDhcp,
  PlannedDhcpHost,
  PlannedDhcpOption,
  PlannedNetwork,
  PlannedSubnet,
} from "#contracts/neutron/host-plan.ts";
import type { NetworkRow, PortRow, SubnetRow } from "../store/tables.ts";
import { hostnameOf } from "./hostname.ts";
import { cidrsOf, grouped, indexRows, type RowIndex } from "./index-rows.ts";
import { plannedPort, plannedRules } from "./port.ts";
import { plannedRouter } from "./router.ts";
import type { PlanRows, PlanSettings } from "./rows.ts";

export const dhcpOwner = "network:dhcp";

function read<T>(json: string): T {
  return JSON.parse(json) as T; // a column that this service wrote
}

export function planOf(rows: PlanRows, settings: PlanSettings): HostPlan {
  const index = indexRows(rows);
  const dhcpPorts = new Map(
    rows.ports.filter((port) => port.device_owner === dhcpOwner).map((port) => [port.network_id, port]),
  );
  const onNetwork = grouped([...rows.ports, ...rows.served], (port) => port.network_id);
  const guests = rows.ports.filter((port) => !port.device_owner.startsWith("network:"));
  const rulesOf = plannedRules(
    index,
    grouped(rows.rules, (rule) => rule.security_group_id),
  );
  return {
    host: settings.host,
    revision: rows.revision,
    metadata: { enabled: settings.metadata },
    networks: rows.networks.map((network) =>
      plannedNetwork(index, network, dhcpPorts.get(network.id), onNetwork.get(network.id) ?? [], settings),
    ),
    ports: guests.map((port) => plannedPort(index, port, rulesOf)),
    routers: rows.routers.map((router) => plannedRouter(index, router, rows.floatingips)),
  };
}

function plannedNetwork(
  index: RowIndex,
  network: NetworkRow,
  dhcpPort: PortRow | undefined,
  ports: readonly PortRow[],
  settings: PlanSettings,
): PlannedNetwork {
  const subnets = index.subnetsOf.get(network.id) ?? [];
  const dhcp = dhcpPort && plannedDhcp(index, dhcpPort, subnets, ports, settings);
  const external = network.external === 1;
  return {
    id: network.id,
    mtu: network.mtu,
    external,
    // This host is the way out: it holds the gateway addresses of external networks itself.
    bridge_address_cidrs: external
      ? subnets.flatMap((subnet) =>
          subnet.gateway_ip === null || subnet.ip_version !== 4
            ? []
            : [`${subnet.gateway_ip}/${subnet.cidr.split("/")[1]}`],
        )
      : [],
    ...(dhcp ? { dhcp } : {}),
  };
}

function plannedDhcp(
  index: RowIndex,
  port: PortRow,
  all: readonly SubnetRow[],
  ports: readonly PortRow[],
  settings: PlanSettings,
): PlannedDhcp | undefined {
  const own = new Set((index.addressesOf.get(port.id) ?? []).map((address) => address.subnet_id));
  const subnets = all.filter((subnet) => subnet.enable_dhcp === 1 && own.has(subnet.id));
  if (subnets.length === 0) return undefined;
  const ids = new Set(subnets.map((subnet) => subnet.id));
  return {
    port_id: port.id,
    mac: port.mac_address,
    address_cidrs: cidrsOf(index, port.id),
    subnets: subnets.map((subnet) => plannedSubnet(index, subnet, ports)),
    hosts: ports.flatMap((one) => (one.device_owner.startsWith("network:") ? [] : hostsOf(index, one, ids))),
    domain: settings.dns_domain,
    upstream_dns: settings.upstream_dns,
  };
}

function plannedSubnet(index: RowIndex, subnet: SubnetRow, ports: readonly PortRow[]): PlannedSubnet {
  const routed = ports.some(
    (port) =>
      port.device_owner === "network:router_interface" &&
      (index.addressesOf.get(port.id) ?? []).some((address) => address.ip_address === subnet.gateway_ip),
  );
  return {
    id: subnet.id,
    cidr: subnet.cidr,
    ip_version: subnet.ip_version === 6 ? 6 : 4,
    gateway_ip: subnet.gateway_ip,
    dns_nameservers: read<string[]>(subnet.dns_nameservers),
    host_routes: read<{ destination: string; nexthop: string }[]>(subnet.host_routes),
    routed,
  };
}

function hostsOf(index: RowIndex, port: PortRow, subnets: ReadonlySet<string>): PlannedDhcpHost[] {
  const options = read<{ opt_name: string; opt_value: string | null; ip_version: number }[]>(port.extra_dhcp_opts);
  return (index.addressesOf.get(port.id) ?? [])
    .filter((address) => subnets.has(address.subnet_id))
    .map(({ ip_address }) => ({
      port_id: port.id,
      mac: port.mac_address,
      ip: ip_address,
      hostname: hostnameOf(port.dns_name, ip_address),
      options: options.flatMap(({ opt_name, opt_value, ip_version }): PlannedDhcpOption[] =>
        opt_value === null ? [] : [{ name: opt_name, value: opt_value, ip_version: ip_version === 6 ? 6 : 4 }],
      ),
    }));
}
