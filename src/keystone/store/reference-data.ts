/**
 * Roles, implications and the catalogue change seldom and are read with every token: a copy in memory, together with
 * the counter that each change raises. Each use reads the counter first, so that no process serves an old copy.
 */
import type { Implications } from "../assignments/effective.ts";
import type { Conn, Db, EndpointRow, RoleRow, ServiceRow } from "./tables.ts";

export interface Reference {
  roles: ReadonlyMap<string, RoleRow>;
  implications: Implications;
  /** Enabled services that have enabled endpoints. */
  catalog: readonly { service: ServiceRow; endpoints: readonly EndpointRow[] }[];
}

export interface ReferenceData {
  current(): Promise<Reference>;
}

const counter = "reference";

/** Says, in the transaction of the change, that roles, implications or the catalogue changed. */
export async function touchReference(conn: Conn): Promise<void> {
  await conn
    .insertInto("counters")
    .values({ name: counter, value: 1 })
    .onConflict((conflict) => conflict.column("name").doUpdateSet((eb) => ({ value: eb("counters.value", "+", 1) })))
    .execute();
}

export function makeReferenceData(db: Db): ReferenceData {
  let held: { value: number; reference: Reference } | undefined;
  const ask = db.selectFrom("counters").select("value").where("name", "=", counter).compile();
  return {
    async current() {
      const value = (await db.executeQuery(ask)).rows[0]?.value ?? 0;
      if (held?.value === value) return held.reference;
      const reference = await read(db);
      held = { value, reference };
      return reference;
    },
  };
}

async function read(db: Db): Promise<Reference> {
  const roles = await db.selectFrom("roles").selectAll().execute();
  const rules = await db.selectFrom("implied_roles").selectAll().execute();
  const services = await db.selectFrom("services").selectAll().where("enabled", "=", 1).orderBy("type").execute();
  const endpoints = await db
    .selectFrom("endpoints")
    .selectAll()
    .where("enabled", "=", 1)
    .orderBy("interface")
    .execute();
  const implications = new Map<string, string[]>();
  for (const { prior_role_id, implied_role_id } of rules) {
    implications.set(prior_role_id, [...(implications.get(prior_role_id) ?? []), implied_role_id]);
  }
  const catalog = services
    .map((service) => ({ service, endpoints: endpoints.filter(({ service_id }) => service_id === service.id) }))
    .filter((entry) => entry.endpoints.length > 0);
  return { roles: new Map(roles.map((role) => [role.id, role])), implications, catalog };
}
