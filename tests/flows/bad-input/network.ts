/** Bad requests to Neutron. */
import type { World } from "#tests/support/world.ts";
import { rowsOf, unknownId, type Row } from "./row.ts";

const type = (name: string): { says: RegExp } => ({ says: new RegExp(`"type":"${name}"`) });

export function networkRows({ things }: World): Row[] {
  const row = rowsOf("network");
  const admin = rowsOf("network", { who: "admin" });
  const net = (spoiled: object) => ({ body: { network: { name: "never", ...spoiled } } });
  const sub = (spoiled: object) => ({
    body: { subnet: { network_id: things.network, ip_version: 4, cidr: "10.9.0.0/24", ...spoiled } },
  });
  const make = "POST /v2.0/subnets";
  return [
    row(400, "a network of an unknown kind", "POST /v2.0/networks", net({ color: "red" })),
    row(400, "a network of 256 letters", "POST /v2.0/networks", net({ name: "n".repeat(256) })),
    row(400, "a network that is up perhaps", "POST /v2.0/networks", net({ admin_state_up: "perhaps" })),
    row(400, "a network with a NUL", "POST /v2.0/networks", net({ name: "a\u0000b" })),
    row(403, "a shared network by a member", "POST /v2.0/networks", net({ shared: true })),
    row(403, "an external network by a member", "POST /v2.0/networks", net({ "router:external": true })),
    row(403, "a segment by a member", "POST /v2.0/networks", net({ "provider:segmentation_id": 7 })),
    row(403, "a network for another project", "POST /v2.0/networks", net({ project_id: things.other_project })),
    row(400, "no networks in bulk", "POST /v2.0/networks", { body: { networks: [] } }),
    row(400, "a good and a bad network in bulk: none is made", "POST /v2.0/networks", {
      body: { networks: [{ name: "good" }, { name: 5 }] },
    }),
    row(409, "a network in use", `DELETE /v2.0/networks/${things.network}`, type("NetworkInUse")),
    row(403, "a public network by a member", `DELETE /v2.0/networks/${things.public_network}`),
    row(400, "an id changed", `PUT /v2.0/networks/${things.network}`, { body: { network: { id: unknownId } } }),
    row(400, "a subnet that overlaps", make, { ...sub({ cidr: "10.0.0.128/25" }), says: /overlaps/ }),
    row(400, "a subnet that is the same", make, sub({ cidr: "10.0.0.0/24" })),
    row(400, "a subnet of an IPv6 range as IPv4", make, sub({ cidr: "fd00::/64" })),
    row(400, "a subnet of IP version 5", make, sub({ ip_version: 5 })),
    row(400, "a range that is none", make, sub({ cidr: "10.9.0.0/33" })),
    row(400, "a range that is a word", make, sub({ cidr: "ten" })),
    row(400, "a gateway outside", make, sub({ gateway_ip: "10.8.0.1" })),
    row(400, "a pool outside", make, {
      ...sub({ allocation_pools: [{ start: "10.8.0.1", end: "10.8.0.9" }] }),
      ...type("OutOfBoundsAllocationPool"),
    }),
    row(400, "a pool backwards", make, {
      ...sub({ allocation_pools: [{ start: "10.9.0.9", end: "10.9.0.1" }] }),
      ...type("InvalidAllocationPool"),
    }),
    row(409, "pools that overlap", make, {
      ...sub({
        allocation_pools: [
          { start: "10.9.0.2", end: "10.9.0.9" },
          { start: "10.9.0.5", end: "10.9.0.12" },
        ],
      }),
      ...type("OverlappingAllocationPools"),
    }),
    row(400, "a name server that is none", make, sub({ dns_nameservers: ["not an address\nx"] })),
    row(
      400,
      "a route that goes nowhere",
      make,
      sub({ host_routes: [{ destination: "10.0.0.0/8", nexthop: "nowhere" }] }),
    ),
    row(404, "a subnet of no network", make, { ...sub({ network_id: unknownId }), ...type("NetworkNotFound") }),
    row(409, "a subnet in use", `DELETE /v2.0/subnets/${things.subnet}`, type("SubnetInUse")),
    row(404, "a subnet that is not there", `DELETE /v2.0/subnets/${unknownId}`, type("SubnetNotFound")),
    row(400, "a range changed", `PUT /v2.0/subnets/${things.subnet}`, { body: { subnet: { cidr: "10.7.0.0/24" } } }),
    row(404, "a marker that is not there", `GET /v2.0/networks?limit=1&marker=${unknownId}`),
    row(400, "a limit that is a word", "GET /v2.0/networks?limit=many"),
    row(400, "a limit below zero", "GET /v2.0/networks?limit=-1"),
    row(400, "sorted by what is no column", "GET /v2.0/networks?sort_key=secret&sort_dir=asc"),
    row(400, "sorted in no direction", "GET /v2.0/networks?sort_key=name&sort_dir=sideways"),
    admin(404, "a quota of nobody deleted", `DELETE /v2.0/quotas/${things.other_project}`),
    admin(400, "an unknown quota", `PUT /v2.0/quotas/${things.project}`, { body: { quota: { horses: 1 } } }),
    admin(400, "a quota that is a word", `PUT /v2.0/quotas/${things.project}`, { body: { quota: { port: "many" } } }),
    row(403, "a quota by a member", `PUT /v2.0/quotas/${things.project}`, { body: { quota: { port: 9000 } } }),
    row(403, "agents by a member", "GET /v2.0/agents"),
  ];
}

export function portRows({ things }: World): Row[] {
  const row = rowsOf("network");
  const port = (spoiled: object) => ({ body: { port: { network_id: things.network, name: "never", ...spoiled } } });
  const make = "POST /v2.0/ports";
  const change = (id: string, changes: object): [string, { body: object }] => [
    `PUT /v2.0/ports/${id}`,
    { body: { port: changes } },
  ];
  const fixed = (ip_address: string) => port({ fixed_ips: [{ ip_address }] });
  return [
    row(400, "no network", make, port({ network_id: undefined })),
    row(404, "an unknown network", make, { ...port({ network_id: unknownId }), ...type("NetworkNotFound") }),
    row(400, "a network that is no id", make, port({ network_id: "private" })),
    row(400, "an address outside the subnet", make, { ...fixed("192.0.2.7"), ...type("InvalidIpForNetwork") }),
    row(400, "an address that is none", make, fixed("10.0.0.999")),
    row(409, "the gateway's address", make, { ...fixed("10.0.0.1"), ...type("IpAddressAlreadyAllocated") }),
    row(400, "a subnet that is not there", make, port({ fixed_ips: [{ subnet_id: unknownId }] })),
    row(400, "a hardware address that is none", make, port({ mac_address: "zz:00:00:00:00:00" })),
    row(404, "a security group that is not there", make, {
      ...port({ security_groups: [unknownId] }),
      ...type("SecurityGroupNotFound"),
    }),
    row(403, "a binding by a member", make, port({ "binding:host_id": "sim1" })),
    row(
      400,
      "an option with a line break",
      make,
      port({ extra_dhcp_opts: [{ opt_name: "router", opt_value: "1\ndhcp-script=/bin/sh" }] }),
    ),
    row(
      400,
      "an option whose name has a line break",
      make,
      port({ extra_dhcp_opts: [{ opt_name: "a\nb", opt_value: "1" }] }),
    ),
    row(400, "a host name with a line break", make, port({ dns_name: "a\nb" })),
    row(400, "an address pair that is none", make, port({ allowed_address_pairs: [{ ip_address: "all" }] })),
    row(400, "another network", ...change(things.port, { network_id: things.public_network })),
    row(409, "the address of another", ...change(things.port, { fixed_ips: [{ ip_address: "10.0.0.1" }] })),
    row(404, "a port that is not there", `DELETE /v2.0/ports/${unknownId}`, type("PortNotFound")),
  ];
}

export function routerRows({ things }: World): Row[] {
  const row = rowsOf("network");
  const router = `/v2.0/routers/${things.router}`;
  const fip = (spoiled: object) => ({
    body: { floatingip: { floating_network_id: things.public_network, ...spoiled } },
  });
  return [
    row(409, "a router in use", `DELETE ${router}`, type("RouterInUse")),
    row(400, "an interface of nothing", `PUT ${router}/add_router_interface`, { body: {} }),
    row(400, "an interface of two things", `PUT ${router}/add_router_interface`, {
      body: { subnet_id: things.subnet, port_id: things.port },
    }),
    row(400, "the same subnet again", `PUT ${router}/add_router_interface`, { body: { subnet_id: things.subnet } }),
    row(404, "a subnet that is not there", `PUT ${router}/add_router_interface`, { body: { subnet_id: unknownId } }),
    row(409, "a port that has a device", `PUT ${router}/add_router_interface`, {
      body: { port_id: things.server_port },
      ...type("PortInUse"),
    }),
    row(404, "an interface that is not there", `PUT ${router}/remove_router_interface`, {
      body: { port_id: unknownId },
    }),
    row(404, "a gateway that is not there", `PUT ${router}`, {
      body: { router: { external_gateway_info: { network_id: unknownId } } },
    }),
    row(400, "a gateway that is not external", `PUT ${router}`, {
      body: { router: { external_gateway_info: { network_id: things.network } } },
    }),
    row(400, "a route to nowhere", `PUT ${router}`, {
      body: { router: { routes: [{ destination: "x", nexthop: "y" }] } },
    }),
    row(403, "address translation by a member", `PUT ${router}`, {
      body: { router: { external_gateway_info: { network_id: things.public_network, enable_snat: false } } },
    }),
    row(404, "a floating address of no network", "POST /v2.0/floatingips", fip({ floating_network_id: unknownId })),
    row(
      400,
      "a floating address of an inner network",
      "POST /v2.0/floatingips",
      fip({ floating_network_id: things.network }),
    ),
    row(
      403,
      "a certain floating address by a member",
      "POST /v2.0/floatingips",
      fip({ floating_ip_address: "172.24.4.77" }),
    ),
    row(404, "a floating address for no port", "POST /v2.0/floatingips", fip({ port_id: unknownId })),
    row(400, "a floating address for an address that the port has not", `PUT /v2.0/floatingips/${things.floatingip}`, {
      body: { floatingip: { port_id: things.port, fixed_ip_address: "10.0.0.250" } },
    }),
    row(
      404,
      "a floating address that is not there",
      `DELETE /v2.0/floatingips/${unknownId}`,
      type("FloatingIPNotFound"),
    ),
  ];
}

export function securityRows({ things }: World): Row[] {
  const row = rowsOf("network");
  const make = "POST /v2.0/security-group-rules";
  const rule = (spoiled: object) => ({
    body: {
      security_group_rule: {
        security_group_id: things.security_group,
        direction: "ingress",
        protocol: "tcp",
        port_range_min: 80,
        port_range_max: 81,
        ...spoiled,
      },
    },
  });
  return [
    row(409, "the default group", `DELETE /v2.0/security-groups/${things.security_group}`),
    row(409, "another group named default", "POST /v2.0/security-groups", {
      body: { security_group: { name: "default" } },
    }),
    row(404, "a rule of no group", make, {
      ...rule({ security_group_id: unknownId }),
      ...type("SecurityGroupNotFound"),
    }),
    row(409, "a rule that is there", make, {
      ...rule({ port_range_min: 22, port_range_max: 22 }),
      ...type("SecurityGroupRuleExists"),
    }),
    row(400, "a rule sideways", make, rule({ direction: "sideways" })),
    row(400, "an unknown protocol", make, {
      ...rule({ protocol: "smoke" }),
      ...type("SecurityGroupRuleInvalidProtocol"),
    }),
    row(400, "protocol 256", make, rule({ protocol: 256 })),
    row(400, "ports backwards", make, { ...rule({ port_range_min: 90 }), ...type("SecurityGroupInvalidPortRange") }),
    row(400, "port 65536", make, rule({ port_range_max: 65_536 })),
    row(400, "ports of no protocol", make, {
      ...rule({ protocol: null }),
      ...type("SecurityGroupProtocolRequiredWithPorts"),
    }),
    row(400, "ports of a protocol without ports", make, rule({ protocol: "vrrp" })),
    row(400, "ICMP type 300", make, rule({ protocol: "icmp", port_range_min: 300, port_range_max: null })),
    row(400, "a range that is none", make, rule({ remote_ip_prefix: "10.0.0.0/99" })),
    row(400, "an IPv6 range in an IPv4 rule", make, {
      ...rule({ remote_ip_prefix: "fd00::/64" }),
      ...type("SecurityGroupRuleParameterConflict"),
    }),
    row(400, "two remotes", make, {
      ...rule({ remote_ip_prefix: "10.0.0.0/8", remote_group_id: things.security_group }),
      ...type("SecurityGroupMultipleRemoteEntities"),
    }),
    row(404, "a remote group that is not there", make, rule({ remote_group_id: unknownId })),
    row(400, "ether type 5", make, rule({ ethertype: "IPv5" })),
    row(
      404,
      "a rule that is not there",
      `DELETE /v2.0/security-group-rules/${unknownId}`,
      type("SecurityGroupRuleNotFound"),
    ),
    row(404, "tags of what is not there", `PUT /v2.0/networks/${unknownId}/tags`, { body: { tags: ["x"] } }),
    row(400, "tags that are a text", `PUT /v2.0/networks/${things.network}/tags`, { body: { tags: "x" } }),
    row(404, "a tag that is not there", `DELETE /v2.0/networks/${things.network}/tags/no-such`),
  ];
}
