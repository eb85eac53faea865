/** Each project has one security group `default`, made when it is first needed. */
import type { Change } from "./change.ts";
import type { RuleRow, SecurityGroupRow } from "./tables.ts";

type Meaning = Pick<
  RuleRow,
  | "security_group_id"
  | "direction"
  | "ethertype"
  | "protocol"
  | "port_range_min"
  | "port_range_max"
  | "remote_ip_prefix"
  | "remote_group_id"
>;

/** Two rules with the same text mean the same. */
export function meaningOf(rule: Meaning): string {
  return [
    rule.security_group_id,
    rule.direction,
    rule.ethertype,
    rule.protocol ?? "any",
    rule.port_range_min ?? "",
    rule.port_range_max ?? "",
    rule.remote_group_id ?? rule.remote_ip_prefix ?? "any",
  ].join(" ");
}

/** The rows of a new group's first rules: everything out. */
export function egressRules(change: Change, group: { id: string; project_id: string }): RuleRow[] {
  return (["IPv4", "IPv6"] as const).map((ethertype) => ruleRow(change, group, { direction: "egress", ethertype }));
}

function ruleRow(
  change: Change,
  group: { id: string; project_id: string },
  facts: Pick<RuleRow, "direction" | "ethertype"> & { remote_group_id?: string },
): RuleRow {
  const rule = {
    security_group_id: group.id,
    direction: facts.direction,
    ethertype: facts.ethertype,
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_group_id: facts.remote_group_id ?? null,
  };
  const times = { revision_number: 0, created_at: change.now, updated_at: change.now };
  return {
    ...rule,
    ...times,
    id: change.ids.uuid(),
    project_id: group.project_id,
    description: "",
    meaning: meaningOf(rule),
  };
}

/** The id of the project's default group, which is made if it is not there. */
export async function ensureDefaultGroup(change: Change, project_id: string): Promise<string> {
  const known = await change.trx
    .selectFrom("security_groups")
    .select("id")
    .where("default_of", "=", project_id)
    .executeTakeFirst();
  if (known) return known.id;
  const group: SecurityGroupRow = {
    id: change.ids.uuid(),
    project_id,
    name: "default",
    description: "Default security group",
    tags: "[]",
    revision_number: 1,
    created_at: change.now,
    updated_at: change.now,
    stateful: 1,
    default_of: project_id,
  };
  const ingress = (["IPv4", "IPv6"] as const).map((ethertype) =>
    ruleRow(change, group, { direction: "ingress", ethertype, remote_group_id: group.id }),
  );
  await change.trx.insertInto("security_groups").values(group).execute();
  await change.trx
    .insertInto("rules")
    .values([...egressRules(change, group), ...ingress])
    .execute();
  return group.id;
}
