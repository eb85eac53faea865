/**
 * The packet filter of the host's own namespace as one nft text, replaced whole and atomically. Pure.
 *
 * How it works (the bridge family has no `ct state` on common kernels): bridge chains drop spoofed frames and write
 * into the packet mark from which guest (high 16 bits) and to which guest (low 16 bits) a frame goes. br_netfilter
 * carries the mark into the inet forward hook, where connection tracking works and the security groups decide.
 *
 * - Each tenant network has its own conntrack zone, so equal addresses of two tenants never meet.
 * - The conntrack mark remembers under which generation of rules a connection was let through (high half: into the
 *   guest it goes to; low half: out of the guest it comes from). When rules change, the next packet is judged anew, in
 *   the answering direction by the mirrored rules. So a revoked rule also ends what is already open.
 * - `sealed`: what guests of tenant networks send to the host itself is dropped: no address of the host is theirs.
 */
import type { HostPlan, PlannedPort } from "#contracts/neutron/host-plan.ts";
import { generation, ruleMatch, spoofGuards, type RemoteSets } from "./firewall-rules.ts";
import { bridgeName, digestOf, stableNumbers, tableName, tapName } from "../names.ts";

export interface Firewall {
  /** For `nft -f -`. */
  readonly text: string;
  readonly table: string;
  /** Stands in the table as the name of an empty chain, so that the next run sees which text is loaded. */
  readonly digest: string;
  /** Rules in both tables together; fewer on the host means that somebody flushed a chain. */
  readonly rules: number;
  /** Ports that cannot be filtered as asked, and why: nothing passes them. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface FirewallLines {
  readonly bridge: string[];
  readonly inet: string[];
}

/** `dead` names ports that must not pass anything whatever the plan says. */
export function renderFirewall(cloudId: string, plan: HostPlan, dead: ReadonlyMap<string, string>): Firewall {
  const table = tableName(cloudId);
  const refused = new Map(dead);
  const sets: RemoteSets = new Map();
  const marks = stableNumbers(plan.ports.map((port) => port.id));
  const filtered: { port: PlannedPort; mark: number; lines: FirewallLines }[] = [];
  for (const port of plan.ports) {
    if (refused.has(port.id) || !port.port_security) continue;
    try {
      const mark = marks.get(port.id) ?? 0;
      filtered.push({ port, mark, lines: portChains(port, mark, sets) });
    } catch (error) {
      refused.set(port.id, error instanceof Error ? error.message : String(error));
    }
  }
  const body = [bridgeTable(table, plan, filtered, [...refused.keys()]), inetTable(table, plan, filtered, sets)].join(
    "\n",
  );
  const digest = digestOf(body);
  const rules = body.split("\n").filter((line) => line.startsWith("  ") && !line.startsWith("  type ")).length;
  return { text: replaceTables(table, body.replaceAll("DIGEST", digest)), table, digest, rules, refused };
}

function replaceTables(table: string, body: string): string {
  const drop = ["bridge", "inet"].map((family) => `add table ${family} ${table}\ndelete table ${family} ${table}`);
  return [...drop, body, ""].join("\n");
}

type Filtered = { port: PlannedPort; mark: number; lines: FirewallLines }[];

function bridgeTable(table: string, plan: HostPlan, filtered: Filtered, refused: string[]): string {
  const dead = refused.map((id) => `"${tapName(id)}" : drop`);
  const from = filtered.map(({ port }) => `"${tapName(port.id)}" : jump from_${port.id}`);
  const to = filtered.map(({ port }) => `"${tapName(port.id)}" : jump to_${port.id}`);
  return [
    `table bridge ${table} {`,
    "chain d_DIGEST {\n}",
    ...filtered.flatMap(({ lines }) => lines.bridge),
    ...chain("prerouting", "type filter hook prerouting priority -300; policy accept;", [
      `iifname { ${quoted([...sealedTaps(plan), ...openTaps(plan)])} } meta mark set 0`,
      lookup("iifname", [...from, ...dead]),
    ]),
    ...chain("input", "type filter hook input priority 0; policy accept;", [
      `iifname { ${quoted(sealedTaps(plan))} } drop`,
    ]),
    ...chain("forward", "type filter hook forward priority -200; policy accept;", [
      lookup("oifname", [...to, ...dead]),
    ]),
    "}",
  ].join("\n");
}

function inetTable(table: string, plan: HostPlan, filtered: Filtered, sets: RemoteSets): string {
  const zones = stableNumbers(plan.networks.map((network) => network.id));
  const sealed = plan.networks.filter((network) => network.bridge_address_cidrs.length === 0);
  const zoned = sealed.map((network) => `"${bridgeName(network.id)}" : ${zones.get(network.id)}`);
  const out = filtered.map(({ port, mark }) => `${hex(mark << 16)} : jump out_${port.id}`);
  const into = filtered.map(({ port, mark }) => `${hex(mark)} : jump in_${port.id}`);
  const leaving = lookup("meta mark & 0xffff0000", out);
  const entering = lookup("meta mark & 0x0000ffff", into);
  const bridges = `iifname { ${quoted(plan.networks.map((network) => bridgeName(network.id)))} }`;
  return [
    `table inet ${table} {`,
    "chain d_DIGEST {\n}",
    ...[...sets].map(
      ([name, { type, elements }]) =>
        `set ${name} { type ${type}; flags interval; elements = { ${elements.join(", ")} }; }`,
    ),
    ...filtered.flatMap(({ lines }) => lines.inet),
    ...chain("zones", "type filter hook prerouting priority raw; policy accept;", [
      zoned.length === 0 ? "" : `ct zone set iifname map { ${zoned.join(", ")} }`,
    ]),
    ...chain("groups", "", [leaving, entering]),
    ...chain("to_host", "", [leaving]),
    ...chain("forward", "type filter hook forward priority filter; policy accept;", [`${bridges} jump groups`]),
    ...chain("input", "type filter hook input priority filter; policy accept;", [`${bridges} jump to_host`]),
    "}",
  ].join("\n");
}

function portChains(port: PlannedPort, mark: number, sets: RemoteSets): FirewallLines {
  const outgoing = generation(port, "egress");
  const incoming = generation(port, "ingress") << 16;
  const low = { mask: "0x0000ffff", keep: "0xffff0000", value: hex(outgoing) };
  const high = { mask: "0xffff0000", keep: "0x0000ffff", value: hex(incoming) };
  const always = ["meta nfproto ipv4 udp sport 68 udp dport 67 return"];
  const offered = ["meta nfproto ipv4 udp sport 67 udp dport 68 return"];
  return {
    bridge: [
      ...chain(`from_${port.id}`, "", [`meta mark set ${hex(mark << 16)}`, ...spoofGuards(port)]),
      ...chain(`to_${port.id}`, "", [`meta mark set meta mark & 0xffff0000 | ${hex(mark)}`]),
    ],
    inet: [
      ...judged(`outreply_${port.id}`, [], high, matches(port, "ingress", true, sets)),
      ...judged(`inreply_${port.id}`, [], low, matches(port, "egress", true, sets)),
      ...judged(`out_${port.id}`, first(always, `outreply_${port.id}`), low, matches(port, "egress", false, sets)),
      ...judged(`in_${port.id}`, first(offered, `inreply_${port.id}`), high, matches(port, "ingress", false, sets)),
    ],
  };
}

/** What stands before the judgement of packets in the direction in which the connection was opened. */
function first(allowed: string[], replyChain: string): string[] {
  return [
    ...allowed,
    "meta nfproto ipv6 icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 143 } return",
    "ct state invalid drop",
    "ct state related return",
    `ct direction reply goto ${replyChain}`,
  ];
}

function judged(
  name: string,
  before: string[],
  half: { mask: string; keep: string; value: string },
  rules: string[],
): string[] {
  return chain(name, "", [
    ...before,
    `ct state established ct mark & ${half.mask} == ${half.value} return`,
    ...rules.map((match) => `${match} ct mark set ct mark & ${half.keep} | ${half.value} return`),
    "drop",
  ]);
}

function matches(port: PlannedPort, direction: "ingress" | "egress", mirrored: boolean, sets: RemoteSets): string[] {
  const found = port.rules
    .filter((rule) => rule.direction === direction)
    .map((rule) => ruleMatch(rule, mirrored, sets))
    .filter((match) => match !== undefined);
  return [...new Set(found)];
}

function chain(name: string, header: string, lines: string[]): string[] {
  const body = [header, ...lines].filter((line) => line !== "" && !line.includes("{  }"));
  return [`chain ${chainName(name)} {`, ...body.map((line) => `  ${withChainNames(line)}`), "}"];
}

/** An nft name has letters, digits and `_`; a UUID gets its dashes replaced. */
const chainName = (name: string): string => name.replaceAll("-", "_");

const withChainNames = (line: string): string =>
  line.replaceAll(/\b(?:jump|goto) \S+?(?=,| |$)/g, (jump) => jump.replaceAll("-", "_"));

function lookup(key: string, entries: string[]): string {
  return entries.length === 0 ? "" : `${key} vmap { ${entries.join(", ")} }`;
}

function sealedTaps(plan: HostPlan): string[] {
  const sealed = plan.networks.filter((network) => network.bridge_address_cidrs.length === 0);
  return tapsOf(plan, new Set(sealed.map((network) => network.id)));
}

function openTaps(plan: HostPlan): string[] {
  const open = plan.networks.filter((network) => network.bridge_address_cidrs.length > 0);
  return tapsOf(plan, new Set(open.map((network) => network.id)));
}

/** All devices on the bridges of these networks: guests', routers' and DHCP's. */
function tapsOf(plan: HostPlan, networks: ReadonlySet<string>): string[] {
  const guests = plan.ports.filter((port) => networks.has(port.network_id)).map((port) => port.id);
  const dhcp = plan.networks.filter((network) => networks.has(network.id) && network.dhcp !== undefined);
  const routers = plan.routers.flatMap((router) => [...router.interfaces, ...(router.gateway ? [router.gateway] : [])]);
  const routed = routers.filter((port) => networks.has(port.network_id)).map((port) => port.port_id);
  return [...guests, ...dhcp.map((network) => network.dhcp?.port_id ?? ""), ...routed].map(tapName).sort();
}

const quoted = (names: string[]): string => names.map((name) => `"${name}"`).join(", ");
const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
