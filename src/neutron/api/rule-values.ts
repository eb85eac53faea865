/** A security group rule's attributes: checked, and as columns. Source of the checks: the real service's answers. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import type { SecurityGroupRuleCreate } from "#contracts/neutron/security-group.ts";
import { printed } from "#platform/http/sentences.ts";
import { formatCidr, parseCidr } from "../plan/ip.ts";
import type { RuleRow } from "../store/tables.ts";

export type RuleBody = Static<typeof SecurityGroupRuleCreate>;
export type RuleFacts = Pick<
  RuleRow,
  "direction" | "ethertype" | "protocol" | "port_range_min" | "port_range_max" | "remote_ip_prefix" | "remote_group_id"
>;

/** Names that Neutron knows, with their numbers. */
const protocols: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  hopopt: 0,
  icmp: 1,
  icmpv6: 58,
  igmp: 2,
  ipip: 4,
  "ipv6-encap": 41,
  "ipv6-frag": 44,
  "ipv6-icmp": 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  "ipv6-route": 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};
const withPorts = ["tcp", "udp", "dccp", "sctp", "udplite"];
const onlyIpv6 = new Set(["icmpv6", "ipv6-encap", "ipv6-frag", "ipv6-icmp", "ipv6-nonxt", "ipv6-opts", "ipv6-route"]);

export function ruleFacts(body: RuleBody): RuleFacts {
  const ethertype = ethertypeOf(body.ethertype ?? "IPv4");
  const protocol = protocolOf(body.protocol ?? null, ethertype);
  const given = [body.remote_ip_prefix, body.remote_group_id, body.remote_address_group_id].filter(Boolean);
  if (given.length > 1) throw errors.ruleManyRemotes();
  if (body.remote_address_group_id) {
    throw errors.invalidInput({ error_message: "Address groups are not available in this cloud" });
  }
  return {
    direction: body.direction,
    ethertype,
    protocol,
    ...portsOf(body, protocol),
    remote_ip_prefix: prefixOf(body.remote_ip_prefix ?? null, ethertype),
    remote_group_id: body.remote_group_id || null,
  };
}

function ethertypeOf(text: string): "IPv4" | "IPv6" {
  const lower = text.toLowerCase();
  if (lower === "ipv4") return "IPv4";
  if (lower === "ipv6") return "IPv6";
  throw errors.invalidAttribute({ attribute: "ethertype", reason: `'${text}' is not in ['IPv4', 'IPv6']` });
}

/** A name in lower case or a number as text; null for any. */
function protocolOf(value: string | number | null, ethertype: "IPv4" | "IPv6"): string | null {
  if (value === null || value === "" || String(value).toLowerCase() === "any") return null;
  const text = String(value).toLowerCase();
  const numeric = /^\d{1,3}$/.test(text) && Number(text) <= 255;
  if (!numeric && !Object.hasOwn(protocols, text)) {
    throw errors.ruleInvalidProtocol({ protocol: value, values: printed([null, ...Object.keys(protocols)]) });
  }
  const name = numeric ? String(Number(text)) : text;
  if (ethertype === "IPv4" && onlyIpv6.has(name)) throw errors.ruleEthertypeProtocol({ ethertype, protocol: name });
  // `icmp` on IPv6 means that version's own; one word, so that equal rules are equal.
  if (ethertype === "IPv6" && ["icmp", "icmpv6"].includes(name)) return "ipv6-icmp";
  return name;
}

type Ports = Pick<RuleRow, "port_range_min" | "port_range_max">;

function portsOf(body: RuleBody, protocol: string | null): Ports {
  const min = numberOf(body.port_range_min ?? null);
  const max = numberOf(body.port_range_max ?? null);
  const ports = { port_range_min: min, port_range_max: max };
  if (min === null && max === null) return ports;
  if (protocol === null) throw errors.ruleProtocolRequired();
  const number = protocols[protocol] ?? Number(protocol);
  if (number === 1 || number === 58) return icmpOf(ports);
  if (!withPorts.some((name) => protocols[name] === number)) {
    throw errors.rulePortsWithoutMeaning({ protocol, valid_port_protocols: withPorts.join(", ") });
  }
  for (const port of [min, max]) {
    if (port === null || port < 1 || port > 65_535) throw errors.ruleInvalidPortValue({ port: port ?? "None" });
  }
  if (min !== null && max !== null && min > max) throw errors.ruleInvalidPortRange();
  return ports;
}

function numberOf(value: string | number | null): number | null {
  if (value === null || value === "") return null;
  const number = Number(value);
  if (Number.isInteger(number)) return number;
  throw errors.ruleInvalidPortValue({ port: value });
}

/** Type and code stand where other protocols have ports. */
function icmpOf(ports: Ports): Ports {
  const { port_range_min: type, port_range_max: code } = ports;
  if (type === null) throw errors.ruleMissingIcmpType({ value: code });
  const fields = [
    { attr: "port_range_min", field: "type", value: type },
    { attr: "port_range_max", field: "code", value: code },
  ];
  for (const { value, ...names } of fields) {
    if (value !== null && (value < 0 || value > 255)) throw errors.ruleInvalidIcmpValue({ ...names, value });
  }
  return ports;
}

/** The prefix as it is written in a rule; an address is a prefix of one. */
function prefixOf(text: string | null, ethertype: "IPv4" | "IPv6"): string | null {
  if (text === null || text === "") return null;
  const cidr = parseCidr(text);
  if (!cidr)
    throw errors.invalidAttribute({ attribute: "remote_ip_prefix", reason: `'${text}' is not a valid IP subnet` });
  if ((cidr.version === 4) !== (ethertype === "IPv4")) throw errors.ruleEthertypeConflict({ ethertype, cidr: text });
  return formatCidr(cidr);
}
