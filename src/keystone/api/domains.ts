/** Domains: each has its own users, groups and projects. */
import { domain } from "#contracts/keystone/project.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { rootDomain, type Conn, type ProjectRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { extraOf, flag, found, optionsOf, refuseImmutable, stored } from "./edit.ts";
import { changesOf, updateProject } from "./projects.ts";
import { removeDomain } from "./removal.ts";
import { domainBody } from "./render.ts";

export function domainHandlers({ db, ids }: KeystoneDeps): Implementation {
  const domains = () => db.selectFrom("projects").selectAll().where("is_domain", "=", 1);
  const find = (id: string | undefined) =>
    domains()
      .where("id", "=", id ?? "")
      .executeTakeFirst();

  return implement(domain, {
    list: async (call) => {
      const items = (await domains().orderBy("name").execute()).map((row) => domainBody(call, row));
      return collection(call, "domains", filtered(items, call.query, ["name", "enabled"]));
    },
    create: async (call) => {
      const given = call.body.domain;
      const row: ProjectRow = {
        id: given.explicit_domain_id ?? ids.hex(),
        name: given.name,
        domain_id: rootDomain,
        parent_id: null,
        is_domain: 1,
        enabled: flag(given.enabled, 1),
        description: given.description ?? "",
        tags: JSON.stringify(given.tags ?? []),
        options: optionsOf(given.options),
        extra: extraOf(given, ["explicit_domain_id", "enabled", "description", "tags", "options"]),
        generation: 0,
      };
      await stored(db.insertInto("projects").values(row).execute(), "domain", row.name);
      return { domain: domainBody(call, row) };
    },
    show: async (call) => {
      const { domain_id } = call.params;
      const row = found(call, await find(domain_id), "domain", domain_id);
      call.enforce({ domain_id: row.id });
      return { domain: domainBody(call, row) };
    },
    update: async (call) => {
      const { domain_id } = call.params;
      const row = found(call, await find(domain_id), "domain", domain_id);
      refuseImmutable(row, "domain", call.body.domain);
      const set = changesOf(row, call.body.domain);
      const write = db.transaction().execute(async (trx) => {
        await updateProject(trx, row.id, set);
        if (!set.enabled) await endTokens(trx, row.id);
      });
      await stored(write, "domain", set.name);
      return { domain: domainBody(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const { domain_id } = call.params;
      const row = found(call, await find(domain_id), "domain", domain_id);
      refuseImmutable(row, "domain");
      await db.transaction().execute(async (trx) => removeDomain(trx, row));
      return undefined;
    },
  });
}

/** No token of the domain's users, and none scoped to its projects, comes back when the domain is enabled again. */
async function endTokens(conn: Conn, domain_id: string): Promise<void> {
  for (const table of ["users", "projects"] as const) {
    await conn
      .updateTable(table)
      .set((eb) => ({ generation: eb("generation", "+", 1) }))
      .where("domain_id", "=", domain_id)
      .execute();
  }
}
