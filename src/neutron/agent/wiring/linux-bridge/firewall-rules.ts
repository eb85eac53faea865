/** Security group rules and anti-spoofing as nft text. Pure; each value is checked before it stands in the text. */
import type { PlannedPort, PlannedRule } from "#contracts/neutron/host-plan.ts";
import { isAddress, isMac, minimalCidrs } from "../addresses.ts";
import { digestOf } from "../names.ts";

/** Sets of remote addresses, shared by all rules with the same content. */
export type RemoteSets = Map<string, { type: "ipv4_addr" | "ipv6_addr"; elements: string[] }>;

const protocolNumbers: Record<string, number> = {
  ah: 51, dccp: 33, egp: 8, esp: 50, gre: 47, icmp: 1, icmpv6: 58, igmp: 2, ipip: 4, "ipv6-encap": 41, "ipv6-frag": 44,
  "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43, ospf: 89, pgm: 113, rsvp: 46, sctp: 132, tcp: 6,
  udp: 17, udplite: 136, vrrp: 112,
}; // prettier-ignore
const withPorts = new Set([6, 17, 33, 132, 136]);

/**
 * The matches of one rule, without verdict; undefined when it can match nobody (an empty remote group). With
 * `mirrored`, the matches of the packets that answer what the rule lets through: source and destination change places.
 */
export function ruleMatch(rule: PlannedRule, mirrored: boolean, sets: RemoteSets): string | undefined {
  const version = rule.ethertype === "IPv4" ? 4 : 6;
  const parts = [`meta nfproto ipv${version}`];
  if (rule.protocol !== null && !["any", "0"].includes(rule.protocol)) parts.push(...protocolMatch(rule, mirrored));
  if (rule.remote_cidrs !== null) {
    const cidrs = minimalCidrs(rule.remote_cidrs, version);
    if (cidrs.length === 0) return undefined;
    const side = (rule.direction === "ingress") !== mirrored ? "saddr" : "daddr";
    const family = version === 4 ? "ip" : "ip6";
    if (!cidrs.some((cidr) => cidr.endsWith("/0"))) parts.push(`${family} ${side} ${remote(cidrs, version, sets)}`);
  }
  return parts.join(" ");
}

function protocolMatch(rule: PlannedRule, mirrored: boolean): string[] {
  const name = (rule.protocol ?? "").toLowerCase();
  const number = /^\d{1,3}$/.test(name) ? Number(name) : protocolNumbers[name];
  if (number === undefined || number > 255) throw new Error(`unknown protocol ${JSON.stringify(rule.protocol)}`);
  const icmp = number === 1 || number === 58;
  const fixed = icmp && rule.ethertype === "IPv6" ? 58 : number;
  const match = `meta l4proto ${fixed}`;
  if (icmp) return mirrored ? [match] : icmpMatch(rule, fixed === 1 ? "icmp" : "icmpv6", match);
  if (!withPorts.has(number) || (rule.port_min === null && rule.port_max === null)) return [match];
  const low = portNumber(rule.port_min ?? 0);
  const high = portNumber(rule.port_max ?? 65_535);
  if (low > high) throw new Error(`port range ${low} to ${high} is empty`);
  return [match, `th ${mirrored ? "sport" : "dport"} ${low === high ? low : `${low}-${high}`}`];
}

function icmpMatch(rule: PlannedRule, family: "icmp" | "icmpv6", match: string): string[] {
  if (rule.port_min === null) return [match];
  const type = `${family} type ${octet(rule.port_min)}`;
  return rule.port_max === null ? [match, type] : [match, type, `${family} code ${octet(rule.port_max)}`];
}

function portNumber(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`not a port number: ${value}`);
  return value;
}

function octet(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 255) throw new Error(`not an ICMP type or code: ${value}`);
  return value;
}

function remote(cidrs: string[], version: 4 | 6, sets: RemoteSets): string {
  if (cidrs.length === 1) return cidrs[0] ?? "";
  const name = `remote${version}_${digestOf(cidrs.join(","))}`;
  sets.set(name, { type: `ipv${version}_addr`, elements: cidrs });
  return `@${name}`;
}

/** 1..65535 that changes with the rules of one direction; connections remember under which rules they were let in. */
export function generation(port: PlannedPort, direction: "ingress" | "egress"): number {
  const rules = port.rules.filter((rule) => rule.direction === direction).map((rule) => JSON.stringify(rule));
  return (Number.parseInt(digestOf(`${port.port_security}${rules.sort().join()}`).slice(0, 8), 16) % 65_535) + 1;
}

/** What may leave a guest at all: only its own MAC and addresses, no DHCP server, no router advertisements. */
export function spoofGuards(port: PlannedPort): string[] {
  const owners = new Map<string, string[]>([[port.mac, [...port.addresses]]]);
  for (const pair of port.allowed_address_pairs) owners.set(pair.mac, [...(owners.get(pair.mac) ?? []), pair.ip]);
  const macs = [...owners.keys()];
  for (const mac of macs) if (!isMac(mac)) throw new Error(`not a MAC: ${JSON.stringify(mac)}`);
  for (const address of port.addresses) {
    if (!isAddress(address)) throw new Error(`not an address: ${JSON.stringify(address)}`);
  }
  return [
    `ether saddr != { ${macs.join(", ")} } drop`,
    "ether type ip udp sport 67 udp dport 68 drop",
    "ether type ip6 udp sport 547 udp dport 546 drop",
    "ether type ip6 icmpv6 type { nd-router-advert, nd-redirect } drop",
    "ether type ip ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept",
    "ether type ip6 ip6 saddr :: icmpv6 type { nd-router-solicit, nd-neighbor-solicit, mld2-listener-report } accept",
    ...[...owners].flatMap(([mac, addresses]) => ownAddresses(mac, addresses)),
    "drop",
  ];
}

function ownAddresses(mac: string, addresses: string[]): string[] {
  const four = minimalCidrs(addresses, 4);
  const six = minimalCidrs([...addresses, linkLocal(mac)], 6);
  const arp = `ether saddr ${mac} ether type arp arp saddr ether ${mac}`;
  if (four.some((cidr) => cidr.endsWith("/0"))) {
    return [`${arp} accept`, `ether saddr ${mac} ether type ip accept`, ipv6(mac, six)];
  }
  const lines = [`${arp} arp saddr ip { ${[...four, "0.0.0.0"].join(", ")} } accept`];
  if (four.length > 0) lines.push(`ether saddr ${mac} ether type ip ip saddr { ${four.join(", ")} } accept`);
  return [...lines, ipv6(mac, six)];
}

function ipv6(mac: string, cidrs: string[]): string {
  const any = cidrs.some((cidr) => cidr.endsWith("/0"));
  return `ether saddr ${mac} ether type ip6 ${any ? "" : `ip6 saddr { ${cidrs.join(", ")} } `}accept`;
}

/** The EUI-64 link-local address of a MAC. */
export function linkLocal(mac: string): string {
  const bytes = mac.split(":").map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `fe80::${groups.map((group) => group.toString(16)).join(":")}`;
}
