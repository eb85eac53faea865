/** Which role implies which. */
import { errors } from "#contracts/keystone/errors.ts";
import { impliedRole } from "#contracts/keystone/role.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { touchReference } from "../store/reference-data.ts";
import { rootDomain, type RoleRow } from "../store/tables.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing } from "./edit.ts";
import { findRole } from "./roles.ts";

/** A role as it stands inside a rule. */
function shortRole(call: Call, { id, name }: RoleRow) {
  return { id, name, links: { self: call.url(`/v3/roles/${id}`) } };
}

interface Rule {
  prior: RoleRow;
  implied: RoleRow;
}

/** The two roles that a path names. */
async function rolesOf({ db }: KeystoneDeps, call: Call): Promise<Rule> {
  const { prior_role_id = "", implied_role_id = "" } = call.params;
  return {
    prior: existing(await findRole(db, prior_role_id), "role", prior_role_id),
    implied: existing(await findRole(db, implied_role_id), "role", implied_role_id),
  };
}

function ruleBody(call: Call, { prior, implied }: Rule) {
  return {
    role_inference: { prior_role: shortRole(call, prior), implies: shortRole(call, implied) },
    links: { self: call.url(`/v3/roles/${prior.id}/implies/${implied.id}`) },
  };
}

function missingRule({ prior, implied }: Rule) {
  return errors.notFound({ what: "implied role", id: `${prior.id} implies ${implied.id}` });
}

export function impliedRoleHandlers(deps: KeystoneDeps): Implementation {
  const { db } = deps;
  return implement(impliedRole, {
    listAll: async (call) => {
      const roles = new Map((await db.selectFrom("roles").selectAll().execute()).map((row) => [row.id, row]));
      const rules = await db.selectFrom("implied_roles").selectAll().execute();
      const inferences = [...roles.values()].flatMap((prior) => {
        const implied = rules
          .filter((one) => one.prior_role_id === prior.id)
          .flatMap((one) => roles.get(one.implied_role_id) ?? []);
        if (implied.length === 0) return [];
        return [{ prior_role: shortRole(call, prior), implies: implied.map((row) => shortRole(call, row)) }];
      });
      return { role_inferences: inferences, links: { self: call.url("/v3/role_inferences") } };
    },
    list: async (call) => {
      const { prior_role_id = "" } = call.params;
      const prior = existing(await findRole(db, prior_role_id), "role", prior_role_id);
      const implied = await db
        .selectFrom("roles")
        .innerJoin("implied_roles", "implied_roles.implied_role_id", "roles.id")
        .selectAll("roles")
        .where("implied_roles.prior_role_id", "=", prior.id)
        .orderBy("roles.name")
        .execute();
      const implies = implied.map((row) => shortRole(call, row));
      const links = { self: call.url(`/v3/roles/${prior.id}/implies`) };
      return { role_inference: { prior_role: shortRole(call, prior), implies }, links };
    },
    show: async (call) => {
      const roles = await rolesOf(deps, call);
      const query = db.selectFrom("implied_roles").select("prior_role_id").where("prior_role_id", "=", roles.prior.id);
      const row = await query.where("implied_role_id", "=", roles.implied.id).executeTakeFirst();
      if (!row) throw missingRule(roles);
      if (call.method === "HEAD") return new Response(null, { status: 204 });
      return ruleBody(call, roles);
    },
    create: async (call) => {
      const roles = await rolesOf(deps, call);
      if (roles.prior.domain_id === rootDomain && roles.implied.domain_id !== rootDomain) {
        throw errors.forbidden({ detail: "Global role cannot imply a domain-specific role" });
      }
      if (roles.implied.name === "admin") {
        throw errors.forbidden({ detail: `${roles.implied.id} cannot be an implied roles` });
      }
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto("implied_roles")
          .values({ prior_role_id: roles.prior.id, implied_role_id: roles.implied.id })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await touchReference(trx);
      });
      return ruleBody(call, roles);
    },
    remove: async (call) => {
      const { prior, implied } = await rolesOf(deps, call);
      await db.transaction().execute(async (trx) => {
        const query = trx.deleteFrom("implied_roles").where("prior_role_id", "=", prior.id);
        const result = await query.where("implied_role_id", "=", implied.id).executeTakeFirst();
        if (Number(result.numDeletedRows) === 0) throw missingRule({ prior, implied });
        await touchReference(trx);
      });
      return undefined;
    },
  });
}
