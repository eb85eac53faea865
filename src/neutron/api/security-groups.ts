/** Security groups: list, show, create, update, delete. Asking for them makes the project's default group. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import {
  securityGroup,
  SecurityGroup,
  SecurityGroupCreate,
  SecurityGroupUpdate,
} from "#contracts/neutron/security-group.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Change } from "../store/change.ts";
import { egressRules, ensureDefaultGroup } from "../store/default-group.ts";
import { checkQuota } from "../store/quotas.ts";
import type { Db, RuleRow, SecurityGroupRow } from "../store/tables.ts";
import {
  checkRevision,
  projectFor,
  scopeOf,
  standardRow,
  standardView,
  targetOf,
  type Neutron,
  type Scope,
} from "./context.ts";
import { chosen, listing } from "./listing.ts";
import { columnFilters } from "./row-filters.ts";
import { ruleView } from "./security-group-rules.ts";
import { asFlag } from "./values.ts";

type View = Static<typeof SecurityGroup>;

const attributes = new Set(Object.keys(SecurityGroup.properties));

export async function getGroup(db: Db, scope: Scope, id: string): Promise<SecurityGroupRow> {
  const row = await db.selectFrom("security_groups").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row || !(scope.all || row.project_id === scope.project_id)) throw errors.securityGroupNotFound({ id });
  return row;
}

async function viewsOf(db: Db, rows: readonly SecurityGroupRow[]): Promise<View[]> {
  const rules = new Map<string, RuleRow[]>();
  for (let at = 0; at < rows.length; at += 500) {
    const ids = rows.slice(at, at + 500).map((row) => row.id);
    const some = await db
      .selectFrom("rules")
      .selectAll()
      .where("security_group_id", "in", ids)
      .orderBy("created_at")
      .orderBy("id")
      .execute();
    for (const rule of some) rules.set(rule.security_group_id, [...(rules.get(rule.security_group_id) ?? []), rule]);
  }
  return rows.map((row) => ({
    ...standardView(row),
    stateful: row.stateful === 1,
    shared: false,
    security_group_rules: (rules.get(row.id) ?? []).map(ruleView),
  }));
}

export function securityGroupHandlers(neutron: Neutron): Implementation {
  const { db } = neutron.store;
  const single = async (row: SecurityGroupRow): Promise<View> => {
    const [view] = await viewsOf(db, [row]);
    if (!view) throw errors.securityGroupNotFound({ id: row.id });
    return view;
  };
  return implement(securityGroup, {
    list: async (call) => {
      const scope = scopeOf(call);
      await ensureOwnDefault(neutron, scope.project_id);
      let query = db.selectFrom("security_groups").selectAll().orderBy("created_at").orderBy("id");
      if (!scope.all) query = query.where("project_id", "=", scope.project_id);
      const rows = await query.where(columnFilters(call.query, ["id", "name", "project_id"])).execute();
      const spec = {
        collection: "security_groups",
        attributes,
        notFound: (id: string) => errors.securityGroupNotFound({ id }),
      };
      return listing(call, spec, await viewsOf(db, rows)) as {
        security_groups: View[];
        security_groups_links: undefined;
      };
    },
    show: async (call) => {
      const row = await getGroup(db, scopeOf(call), call.params["id"] ?? "");
      return { security_group: chosen(call, await single(row)) };
    },
    create: async (call) => {
      const row = await neutron.store.change((change) => create(neutron, call, change));
      return { security_group: await single(row) };
    },
    update: async (call) => {
      const row = await neutron.store.change((change) => update(call, change));
      return { security_group: await single(row) };
    },
    remove: async (call) => {
      await neutron.store.change((change) => remove(call, change));
      return undefined;
    },
  });
}

async function ensureOwnDefault(neutron: Neutron, project_id: string): Promise<void> {
  if (project_id === "") return;
  const known = await neutron.store.db
    .selectFrom("security_groups")
    .select("id")
    .where("default_of", "=", project_id)
    .executeTakeFirst();
  if (!known) await neutron.store.change((change) => ensureDefaultGroup(change, project_id));
}

async function create(neutron: Neutron, call: Call, change: Change): Promise<SecurityGroupRow> {
  const { security_group: body } = call.body as { security_group: Static<typeof SecurityGroupCreate> };
  if (body.name === "default") throw errors.defaultGroupExists();
  const project_id = projectFor(call, body);
  await ensureDefaultGroup(change, project_id);
  await checkQuota(change.trx, project_id, "security_group");
  const row: SecurityGroupRow = {
    ...standardRow(neutron, change.now, project_id, body),
    revision_number: 1,
    stateful: body.stateful === undefined ? 1 : asFlag(body.stateful),
    default_of: null,
  };
  const rules = egressRules(change, row);
  await checkQuota(change.trx, project_id, "security_group_rule", rules.length);
  await change.trx.insertInto("security_groups").values(row).execute();
  await change.trx.insertInto("rules").values(rules).execute();
  return row;
}

async function update(call: Call, change: Change): Promise<SecurityGroupRow> {
  const row = await getGroup(change.trx, scopeOf(call), call.params["id"] ?? "");
  call.enforce(targetOf(row));
  checkRevision(call, row);
  const { security_group: body } = call.body as { security_group: Static<typeof SecurityGroupUpdate> };
  if (row.default_of !== null && body.name !== undefined && body.name !== row.name) throw errors.defaultGroupUpdate();
  if (row.default_of === null && body.name === "default") throw errors.defaultGroupExists();
  const changed = {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.stateful === undefined ? {} : { stateful: asFlag(body.stateful) }),
    revision_number: row.revision_number + 1,
    updated_at: change.now,
  };
  await change.trx.updateTable("security_groups").set(changed).where("id", "=", row.id).execute();
  return { ...row, ...changed };
}

async function remove(call: Call, change: Change): Promise<void> {
  const { trx } = change;
  const scope = scopeOf(call);
  const row = await getGroup(trx, scope, call.params["id"] ?? "");
  call.enforce(targetOf(row));
  if (row.default_of !== null && !scope.admin) throw errors.defaultGroupRemove();
  const used = await trx.selectFrom("port_groups").select("port_id").where("group_id", "=", row.id).executeTakeFirst();
  if (used) throw errors.securityGroupInUse({ id: row.id });
  await trx.deleteFrom("rules").where("security_group_id", "=", row.id).execute();
  // Rules of other groups that let this one in have nobody left to let in.
  await trx.deleteFrom("rules").where("remote_group_id", "=", row.id).execute();
  await trx.deleteFrom("security_groups").where("id", "=", row.id).execute();
  await change.planRevision();
}
