/**
 * The files of one network's dnsmasq. Pure. Only checked values and option texts without line breaks stand in them.
 *
 * `conf` needs a restart; `hosts`, `options` and `names` are read again on SIGHUP.
 */
import type { PlannedDhcp, PlannedDhcpHost, PlannedNetwork, PlannedSubnet } from "#contracts/neutron/host-plan.ts";
import { addressOf, contains, parseCidr } from "../addresses.ts";
import { isDomain } from "../check-plan.ts";
import { dhcpPortName } from "../names.ts";
import { metadataAddress } from "../want.ts";

export interface DnsmasqFiles {
  readonly conf: string;
  /** `--dhcp-hostsfile` */
  readonly hosts: string;
  /** `--dhcp-optsfile` */
  readonly options: string;
  /** `--addn-hosts` */
  readonly names: string;
}

const lease_s = 86_400;

export function dnsmasqFiles(
  network: PlannedNetwork,
  dhcp: PlannedDhcp,
  folder: string,
  user: string,
  metadata: boolean,
): DnsmasqFiles {
  const subnets = dhcp.subnets.filter((subnet) => subnet.ip_version === 4);
  return {
    conf: configuration(network, dhcp, subnets, folder, user),
    hosts: lines(dhcp.hosts.filter((host) => onSubnet(host, subnets)).map(hostLine)),
    options: lines([
      ...subnets.flatMap((subnet) => subnetOptions(subnet, dhcp, metadata)),
      ...dhcp.hosts.flatMap(hostOptions),
    ]),
    names: lines(dhcp.hosts.map((host) => nameLine(host, dhcp.domain)).filter((line) => line !== undefined)),
  };
}

function configuration(
  network: PlannedNetwork,
  dhcp: PlannedDhcp,
  subnets: readonly PlannedSubnet[],
  folder: string,
  user: string,
): string {
  const domain = dhcp.domain === "" ? [] : [`domain=${dhcp.domain}`, `local=/${dhcp.domain}/`];
  return lines([
    `user=${user}`,
    `pid-file=${folder}/pid`,
    `dhcp-leasefile=${folder}/leases`,
    `dhcp-hostsfile=${folder}/hosts`,
    `dhcp-optsfile=${folder}/options`,
    `addn-hosts=${folder}/names`,
    `log-facility=${folder}/log`,
    `interface=${dhcpPortName(dhcp.port_id)}`,
    "except-interface=lo",
    "bind-interfaces",
    "no-hosts",
    "no-resolv",
    "no-poll",
    "no-ping",
    "quiet-dhcp",
    "dhcp-authoritative",
    "stop-dns-rebind",
    "bogus-priv",
    ...dhcp.upstream_dns.map((server) => `server=${server}`),
    ...domain,
    ...subnets.map((subnet) => `dhcp-range=set:${tag(subnet)},${range(subnet)},${lease_s}s`),
    // Option 26, and the ceiling of what dnsmasq may hand out.
    `dhcp-option-force=option:mtu,${network.mtu}`,
    `dhcp-lease-max=${Math.max(1000, dhcp.hosts.length * 2)}`,
  ]);
}

const tag = (subnet: PlannedSubnet): string => `subnet-${subnet.id}`;
const portTag = (host: PlannedDhcpHost): string => `port-${host.port_id}`;

/** `static`: only those in the hosts file get an address. */
function range(subnet: PlannedSubnet): string {
  const parsed = parseCidr(subnet.cidr);
  const size = parsed === undefined ? 1n : parsed.last - parsed.first;
  const mask = [24n, 16n, 8n, 0n].map((shift) => (((0xffffffffn - size) >> shift) & 255n).toString()).join(".");
  return `${addressOf(subnet.cidr)},static,${mask}`;
}

function onSubnet(host: PlannedDhcpHost, subnets: readonly PlannedSubnet[]): boolean {
  return subnets.some((subnet) => contains(subnet.cidr, host.ip));
}

/** Tagged only when it has options of its own: see {@link mayReload}. */
function hostLine(host: PlannedDhcpHost): string {
  const name = isDomain(host.hostname) ? [host.hostname] : [];
  const tags = hostOptions(host).length === 0 ? [] : [`set:${portTag(host)}`];
  return [host.mac, ...tags, host.ip, ...name].join(",");
}

/**
 * Whether a server that has read `hosts` survives a SIGHUP. dnsmasq 2.90 (Debian 12) dies of it when its hosts file
 * has `set:` tags and a lease exists; such a server is started anew instead.
 */
export function mayReload(hosts: string): boolean {
  return !hosts.includes(",set:");
}

/** The full name stands first: it is the answer to a reverse question. */
function nameLine(host: PlannedDhcpHost, domain: string): string | undefined {
  if (!isDomain(host.hostname)) return undefined;
  const full = domain === "" ? [] : [`${host.hostname}.${domain}`];
  return [host.ip, ...full, host.hostname].join(" ");
}

function subnetOptions(subnet: PlannedSubnet, dhcp: PlannedDhcp, metadata: boolean): string[] {
  const own = dhcp.address_cidrs.map(addressOf).find((address) => contains(subnet.cidr, address));
  const resolvers = subnet.dns_nameservers.filter((address) => parseCidr(address)?.version === 4);
  const servers = resolvers.length > 0 ? resolvers : own === undefined ? [] : [own];
  const routes = routeList(subnet, metadata ? own : undefined);
  return [
    ...(servers.length === 0 ? [] : [option(subnet, "option:dns-server", servers)]),
    // An empty option 3 keeps dnsmasq from naming itself as the router.
    subnet.gateway_ip === null
      ? `tag:${tag(subnet)},option:router`
      : option(subnet, "option:router", [subnet.gateway_ip]),
    ...(routes.length === 0
      ? []
      : [option(subnet, "option:classless-static-route", routes), option(subnet, "249", routes)]),
  ];
}

/** Clients that take classless routes (121) ignore the router option, so the default route stands here as well. */
function routeList(subnet: PlannedSubnet, metadataVia: string | undefined): string[] {
  const routes = subnet.host_routes.filter((route) => parseCidr(route.destination)?.version === 4);
  const list = routes.flatMap((route) => [route.destination, route.nexthop]);
  if (!subnet.routed && metadataVia !== undefined) list.push(`${metadataAddress}/32`, metadataVia);
  if (list.length > 0 && subnet.gateway_ip !== null) list.push("0.0.0.0/0", subnet.gateway_ip);
  return list;
}

function option(subnet: PlannedSubnet, name: string, values: readonly string[]): string {
  return [`tag:${tag(subnet)}`, name, ...values].join(",");
}

/** `extra_dhcp_opts`: an option dnsmasq cannot read would stop the whole file, so odd ones are left out. */
function hostOptions(host: PlannedDhcpHost): string[] {
  return host.options
    .filter((entry) => entry.ip_version === 4 && isOptionName(entry.name) && /^[\x20-\x7e]*$/.test(entry.value))
    .map((entry) => {
      const name = /^\d+$/.test(entry.name) ? entry.name : `option:${entry.name}`;
      return `tag:${portTag(host)},${name},${entry.value}`;
    });
}

const knownOptions = new Set(
  ("netmask time-offset router dns-server log-server lpr-server hostname boot-file-size domain-name swap-server " +
    "root-path extension-path ip-forward-enable mtu broadcast nis-domain nis-server ntp-server netbios-ns netbios-nodetype " +
    "tftp-server bootfile-name server-ip-address domain-search sip-server classless-static-route vendor-id-encap " +
    "posix-timezone tzdb-timezone").split(" "),
); // prettier-ignore

function isOptionName(name: string): boolean {
  return knownOptions.has(name) || (/^\d{1,3}$/.test(name) && Number(name) >= 1 && Number(name) <= 254);
}

/**
 * The lease file without the leases whose address now belongs to another MAC; undefined when there are none. dnsmasq
 * would refuse the new owner until the old lease ends.
 */
export function withoutStaleLeases(leases: string, hosts: readonly PlannedDhcpHost[]): string | undefined {
  const owners = new Map(hosts.map((host) => [host.ip, host.mac]));
  const kept = leases.split("\n").filter((lease) => {
    const [, mac = "", ip = ""] = lease.split(" ");
    const owner = owners.get(ip);
    return owner === undefined || owner === mac.toLowerCase();
  });
  const text = kept.join("\n");
  return text === leases ? undefined : text;
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join("");
}
