/** Flavors and who may use the private ones. */
import type { Clock } from "#platform/clock/clock.ts";
import { parsed, time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";
import type { FlavorRow } from "./tables.ts";

export interface Flavor extends Omit<FlavorRow, "is_public" | "disabled" | "extra_specs"> {
  is_public: boolean;
  disabled: boolean;
  extra_specs: Record<string, string>;
}

export interface FlavorStore {
  /** Throws a unique violation when the id or the name is taken. */
  insert(flavor: Omit<Flavor, "created_at">): Promise<void>;
  find(id: string): Promise<Flavor | undefined>;
  findByName(name: string): Promise<Flavor | undefined>;
  list(): Promise<Flavor[]>;
  update(id: string, patch: Partial<Pick<Flavor, "description" | "extra_specs" | "disabled">>): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  /** Projects that may use a private flavor. */
  listAccess(id: string): Promise<string[]>;
  /** Private flavors that a project may use. */
  listAllowed(project_id: string): Promise<Set<string>>;
  addAccess(id: string, project_id: string): Promise<void>;
  removeAccess(id: string, project_id: string): Promise<boolean>;
}

export function makeFlavorStore(db: NovaDb, clock: Clock): FlavorStore {
  const all = () => db.selectFrom("flavors").selectAll();
  return {
    async insert(flavor) {
      await db
        .insertInto("flavors")
        .values({ ...rowOf(flavor), created_at: clock.now() })
        .execute();
    },
    async find(id) {
      const row = await all().where("id", "=", id).executeTakeFirst();
      return row && flavorOf(row);
    },
    async findByName(name) {
      const row = await all().where("name", "=", name).executeTakeFirst();
      return row && flavorOf(row);
    },
    async list() {
      return (await all().orderBy("id").execute()).map(flavorOf);
    },
    async update(id, { description, extra_specs, disabled }) {
      const set = {
        ...(description === undefined ? {} : { description }),
        ...(extra_specs === undefined ? {} : { extra_specs: JSON.stringify(extra_specs) }),
        ...(disabled === undefined ? {} : { disabled: disabled ? 1 : 0 }),
      };
      return (await db.updateTable("flavors").set(set).where("id", "=", id).executeTakeFirst()).numUpdatedRows > 0n;
    },
    async delete(id) {
      return db.transaction().execute(async (trx) => {
        await trx.deleteFrom("flavor_access").where("flavor_id", "=", id).execute();
        return (await trx.deleteFrom("flavors").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
      });
    },
    async listAccess(id) {
      const rows = await db
        .selectFrom("flavor_access")
        .select("project_id")
        .where("flavor_id", "=", id)
        .orderBy("project_id")
        .execute();
      return rows.map((row) => row.project_id);
    },
    async listAllowed(project_id) {
      const rows = await db
        .selectFrom("flavor_access")
        .select("flavor_id")
        .where("project_id", "=", project_id)
        .execute();
      return new Set(rows.map((row) => row.flavor_id));
    },
    async addAccess(id, project_id) {
      await db.insertInto("flavor_access").values({ flavor_id: id, project_id }).execute();
    },
    async removeAccess(id, project_id) {
      const result = await db
        .deleteFrom("flavor_access")
        .where("flavor_id", "=", id)
        .where("project_id", "=", project_id)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

function rowOf(flavor: Omit<Flavor, "created_at">): Omit<FlavorRow, "created_at"> {
  return {
    ...flavor,
    is_public: flavor.is_public ? 1 : 0,
    disabled: flavor.disabled ? 1 : 0,
    extra_specs: JSON.stringify(flavor.extra_specs),
  };
}

function flavorOf(row: FlavorRow): Flavor {
  return {
    ...row,
    is_public: row.is_public === 1,
    disabled: row.disabled === 1,
    extra_specs: parsed(row.extra_specs),
    created_at: time(row.created_at),
  };
}
