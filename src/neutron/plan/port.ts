/** One guest's port: its addresses and the rules of its groups, with remote groups resolved to addresses. */
import type { PlannedPort, PlannedRule } from "#contracts/neutron/host-plan.ts";
import type { PortRow, RuleRow } from "../store/tables.ts";
import type { RowIndex } from "./index-rows.ts";

export function plannedPort(index: RowIndex, port: PortRow, rulesOf: RulesOf): PlannedPort {
  const network = index.networks.get(port.network_id);
  return {
    id: port.id,
    network_id: port.network_id,
    mac: port.mac_address,
    addresses: (index.addressesOf.get(port.id) ?? []).map((address) => address.ip_address),
    mtu: network?.mtu ?? 1500,
    admin_state_up: port.admin_state_up === 1 && network?.admin_state_up !== 0,
    port_security: port.port_security_enabled === 1,
    allowed_address_pairs: pairsOf(port.allowed_address_pairs).map((pair) => ({
      ip: pair.ip_address,
      mac: pair.mac_address,
    })),
    rules: rulesOf(index.groupsOf.get(port.id) ?? []),
    device_id: port.device_id,
    project_id: port.project_id,
  };
}

/** The rules of a port that has these groups. */
export type RulesOf = (groups: readonly string[]) => PlannedRule[];

/** Many ports have the same groups, and a rule may name every member of one: each list is made once for a plan. */
export function plannedRules(index: RowIndex, rows: ReadonlyMap<string, readonly RuleRow[]>): RulesOf {
  const made = new Map<string, PlannedRule[]>();
  return (groups) => {
    const key = groups.join();
    const known = made.get(key);
    if (known) return known;
    const rules = groups.flatMap((group) => rows.get(group) ?? []);
    const planned = distinct(rules.map((rule) => plannedRule(index, rule)));
    made.set(key, planned);
    return planned;
  };
}

function pairsOf(json: string): { ip_address: string; mac_address: string }[] {
  return JSON.parse(json) as { ip_address: string; mac_address: string }[]; // a column that this service wrote
}

function plannedRule(index: RowIndex, rule: RuleRow): PlannedRule {
  return {
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol,
    port_min: rule.port_range_min,
    port_max: rule.port_range_max,
    remote_cidrs: remoteOf(index, rule),
  };
}

/** Everything that the group's members may use as an address, of the rule's IP version; sorted. */
function remoteOf(index: RowIndex, rule: RuleRow): string[] | null {
  if (rule.remote_group_id === null) return rule.remote_ip_prefix === null ? null : [rule.remote_ip_prefix];
  const six = rule.ethertype === "IPv6";
  const cidrs = new Set<string>();
  for (const port_id of index.membersOf.get(rule.remote_group_id) ?? []) {
    const own = (index.addressesOf.get(port_id) ?? []).map((address) => address.ip_address);
    const pairs = pairsOf(index.pairsOf.get(port_id) ?? "[]").map((pair) => pair.ip_address);
    for (const ip of [...own, ...pairs]) {
      if (ip.includes(":") === six) cidrs.add(ip.includes("/") ? ip : `${ip}/${six ? 128 : 32}`);
    }
  }
  return [...cidrs].sort();
}

function distinct(rules: readonly PlannedRule[]): PlannedRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
