/** Rules of security groups: list, show, create (one or several), delete. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import { securityGroupRule, SecurityGroupRule } from "#contracts/neutron/security-group.ts";
import { isoSeconds } from "#platform/clock/clock.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Change } from "../store/change.ts";
import { meaningOf } from "../store/default-group.ts";
import { checkQuota } from "../store/quotas.ts";
import type { Db, RuleRow } from "../store/tables.ts";
import { manyOf, onlyOne } from "./bulk.ts";
import { projectFor, scopeOf, targetOf, type Neutron, type Scope } from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { columnFilters } from "./row-filters.ts";
import { ruleFacts, type RuleBody } from "./rule-values.ts";

type View = Static<typeof SecurityGroupRule>;

const attributes = new Set(Object.keys(SecurityGroupRule.properties));

export function ruleView(row: RuleRow): View {
  return {
    id: row.id,
    project_id: row.project_id,
    tenant_id: row.project_id,
    security_group_id: row.security_group_id,
    direction: row.direction,
    ethertype: row.ethertype,
    protocol: row.protocol,
    port_range_min: row.port_range_min,
    port_range_max: row.port_range_max,
    remote_ip_prefix: row.remote_ip_prefix,
    normalized_cidr: row.remote_ip_prefix,
    remote_group_id: row.remote_group_id,
    remote_address_group_id: null,
    description: row.description,
    revision_number: row.revision_number,
    created_at: isoSeconds(row.created_at),
    updated_at: isoSeconds(row.updated_at),
  };
}

/** The rule if the caller may see it: its own, or one of its own group. */
async function getRule(db: Db, scope: Scope, id: string): Promise<RuleRow & { group_project_id: string }> {
  const row = await db
    .selectFrom("rules")
    .innerJoin("security_groups", "security_groups.id", "rules.security_group_id")
    .selectAll("rules")
    .select("security_groups.project_id as group_project_id")
    .where("rules.id", "=", id)
    .executeTakeFirst();
  const seen = row && (scope.all || row.project_id === scope.project_id || row.group_project_id === scope.project_id);
  if (!seen) throw errors.securityGroupRuleNotFound({ id });
  return row;
}

export function securityGroupRuleHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  return implement(securityGroupRule, {
    list: async (call) => {
      const scope = scopeOf(call);
      let query = db.selectFrom("rules").selectAll().orderBy("created_at").orderBy("id");
      if (!scope.all) {
        query = query.where((where) =>
          where.or([
            where("project_id", "=", scope.project_id),
            where(
              "security_group_id",
              "in",
              db.selectFrom("security_groups").select("id").where("project_id", "=", scope.project_id),
            ),
          ]),
        );
      }
      const rows = await query.where(columnFilters(call.query, ["id", "security_group_id", "project_id"])).execute();
      const notFound = (id: string) => errors.securityGroupRuleNotFound({ id });
      const body = listing(call, { collection: "security_group_rules", attributes, notFound }, rows.map(ruleView));
      return body as { security_group_rules: View[]; security_group_rules_links: undefined };
    },
    show: async (call) => {
      const row = await getRule(db, scopeOf(call), call.params["id"] ?? "");
      return { security_group_rule: chosen(call, ruleView(row)) };
    },
    create: async (call) => {
      const bodies = manyOf<RuleBody>(call.body, "security_group_rule", "security_group_rules");
      const rows = await neutron.store.change(async (change) => {
        const made: RuleRow[] = [];
        for (const body of bodies) made.push(await create(call, change, body));
        return made;
      });
      return onlyOne(call.body, "security_group_rule", "security_group_rules", rows.map(ruleView));
    },
    remove: async (call) => {
      await neutron.store.change(async (change) => {
        const row = await getRule(change.trx, scopeOf(call), call.params["id"] ?? "");
        call.enforce(targetOf({ project_id: row.group_project_id }));
        await change.trx.deleteFrom("rules").where("id", "=", row.id).execute();
        await touchGroup(change, row.security_group_id);
      });
      return undefined;
    },
  });
}

async function create(call: Call, change: Change, body: RuleBody): Promise<RuleRow> {
  const { trx, now, ids } = change;
  const scope = scopeOf(call);
  const facts = ruleFacts(body);
  const project_id = projectFor(call, body);
  const group = await trx
    .selectFrom("security_groups")
    .selectAll()
    .where("id", "=", body.security_group_id)
    .executeTakeFirst();
  if (!group || !(scope.admin || group.project_id === project_id))
    throw errors.securityGroupNotFound({ id: body.security_group_id });
  if (facts.remote_group_id !== null) {
    const remote = await trx
      .selectFrom("security_groups")
      .select("project_id")
      .where("id", "=", facts.remote_group_id)
      .executeTakeFirst();
    if (!remote || !(scope.admin || remote.project_id === project_id))
      throw errors.securityGroupNotFound({ id: facts.remote_group_id });
  }
  const owner = body.project_id ?? body.tenant_id ?? (scope.admin ? group.project_id : project_id);
  await checkQuota(trx, owner, "security_group_rule");
  const meaning = meaningOf({ ...facts, security_group_id: group.id });
  const twin = await trx.selectFrom("rules").select("id").where("meaning", "=", meaning).executeTakeFirst();
  if (twin) throw errors.ruleExists({ rule_id: twin.id });
  const marks = { revision_number: 0, created_at: now, updated_at: now };
  const row: RuleRow = {
    ...facts,
    ...marks,
    id: ids.uuid(),
    project_id: owner,
    security_group_id: group.id,
    description: body.description ?? "",
    meaning,
  };
  await trx.insertInto("rules").values(row).execute();
  await touchGroup(change, group.id);
  return row;
}

async function touchGroup(change: Change, id: string): Promise<void> {
  await change.trx
    .updateTable("security_groups")
    .set((value) => ({ revision_number: value("revision_number", "+", 1), updated_at: change.now }))
    .where("id", "=", id)
    .execute();
  await change.planRevision();
}
