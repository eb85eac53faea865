/** Limits of single projects and domains. */
import { errors } from "#contracts/keystone/errors.ts";
import { limit } from "#contracts/keystone/limit.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Conn, LimitRow } from "../store/tables.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, found, stored } from "./edit.ts";
import { findProjectRow } from "./projects.ts";

function bodyOf(call: Call, row: LimitRow) {
  const { holder_id, on_domain, ...rest } = row;
  return {
    ...rest,
    region_id: row.region_id || null,
    project_id: on_domain ? null : holder_id,
    domain_id: on_domain ? holder_id : null,
    links: { self: call.url(`/v3/limits/${row.id}`) },
  };
}

interface Given {
  service_id: string;
  region_id?: string | null | undefined;
  resource_name: string;
  resource_limit: number;
  project_id?: string | null | undefined;
  domain_id?: string | null | undefined;
  description?: string | null | undefined;
}

/** The new row; 400 unless it is for one project or one domain, 403 unless the resource has a registered limit. */
async function rowOf(conn: Conn, id: string, given: Given): Promise<LimitRow> {
  const { service_id, resource_name, resource_limit, project_id, domain_id } = given;
  const holder_id = project_id ?? domain_id;
  if (!holder_id || (project_id && domain_id))
    throw errors.invalid({ detail: "A limit is for one project or for one domain." });
  existing(await findProjectRow(conn, holder_id), project_id ? "project" : "domain", holder_id);
  const region_id = given.region_id ?? "";
  const query = conn.selectFrom("registered_limits").select("id").where("service_id", "=", service_id);
  const registered = query.where("region_id", "=", region_id).where("resource_name", "=", resource_name);
  if (!(await registered.executeTakeFirst())) {
    throw errors.forbidden({ detail: "Unable to create a limit that has no corresponding registered limit." });
  }
  const on_domain = Number(!project_id);
  return {
    id,
    service_id,
    region_id,
    resource_name,
    resource_limit,
    holder_id,
    on_domain,
    description: given.description ?? null,
  };
}

export function limitHandlers({ db, ids }: KeystoneDeps): Implementation {
  const get = async (call: Call): Promise<LimitRow> => {
    const { limit_id = "" } = call.params;
    const row = await db.selectFrom("limits").selectAll().where("id", "=", limit_id).executeTakeFirst();
    return found(call, row, "limit", limit_id);
  };
  return implement(limit, {
    model: () => ({
      model: {
        name: "flat",
        description: "Limits of projects and domains do not depend on their place in the hierarchy.",
      },
    }),
    list: async (call) => {
      const rows = await db.selectFrom("limits").selectAll().orderBy("resource_name").execute();
      const { project_id, domain_id } = call.identity;
      const all = call.allows("identity:list_projects", {});
      const visible = rows.filter((row) => all || row.holder_id === (row.on_domain ? domain_id : project_id));
      const items = visible.map((row) => bodyOf(call, row));
      const fields = ["service_id", "region_id", "resource_name", "project_id", "domain_id"];
      return collection(call, "limits", filtered(items, call.query, fields));
    },
    create: async (call) => {
      const write = db.transaction().execute(async (trx) => {
        const rows: LimitRow[] = [];
        for (const given of call.body.limits) {
          const row = await rowOf(trx, ids.hex(), given);
          await trx.insertInto("limits").values(row).execute();
          rows.push(row);
        }
        return rows;
      });
      const names = call.body.limits.map(({ resource_name }) => resource_name).join(", ");
      return { limits: (await stored(write, "limit", names)).map((row) => bodyOf(call, row)) };
    },
    show: async (call) => {
      const row = await get(call);
      call.enforce(row.on_domain ? { domain_id: row.holder_id } : { project_id: row.holder_id });
      return { limit: bodyOf(call, row) };
    },
    update: async (call) => {
      const row = await get(call);
      const { resource_limit = row.resource_limit, description = row.description } = call.body.limit;
      await db.updateTable("limits").set({ resource_limit, description }).where("id", "=", row.id).execute();
      return { limit: bodyOf(call, { ...row, resource_limit, description }) };
    },
    remove: async (call) => {
      const row = await get(call);
      await db.deleteFrom("limits").where("id", "=", row.id).execute();
      return undefined;
    },
  });
}
