/** What Placement's handlers work with, and what they do alike. */
import { errors } from "#contracts/placement/errors.ts";
import { standardClasses, standardTraits } from "#contracts/placement/standard.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { Reply, type Call } from "#platform/http/call.ts";
import type { Ids } from "#platform/ids/ids.ts";
import { ApiError } from "#contracts/kit/errors.ts";
import type { Conn, Db, Trx } from "../store/tables.ts";

export interface PlacementDeps {
  db: Db;
  clock: Clock;
  ids: Ids;
}

/** An answer that says when it was last changed, from the version on that has it. */
export function fresh<T>(call: Call, body: T, changed_ms: number): Reply<T> {
  if (!call.has("cacheHeaders")) return new Reply(body);
  const changed = new Date(changed_ms).toUTCString();
  return new Reply(body, { headers: { "Last-Modified": changed, "Cache-Control": "no-cache" } });
}

/** A path of this service below the host, as its links are written. */
export function pathOf(path: string): string {
  return `/placement${path}`;
}

const known = new Set(standardTraits);
const countable = new Set(standardClasses);

export function isStandardTrait(name: string): boolean {
  return known.has(name);
}

export function isStandardClass(name: string): boolean {
  return countable.has(name);
}

/** Those of the names that nobody has made. */
export async function unknownTraits(conn: Conn, names: readonly string[]): Promise<string[]> {
  return unknown(
    conn,
    "traits",
    names.filter((name) => !known.has(name)),
  );
}

export async function unknownClasses(conn: Conn, names: readonly string[]): Promise<string[]> {
  return unknown(
    conn,
    "resource_classes",
    names.filter((name) => !countable.has(name)),
  );
}

async function unknown(conn: Conn, table: "traits" | "resource_classes", names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const rows = await conn.selectFrom(table).select("name").where("name", "in", names).execute();
  const made = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !made.has(name));
}

/** 400 unless all classes exist. */
export async function needClasses(conn: Conn, names: readonly string[]): Promise<void> {
  const [missing] = await unknownClasses(conn, [...new Set(names)]);
  if (missing !== undefined) throw errors.badRequest({ detail: `No such resource class ${missing}.` });
}

/**
 * Runs a transaction again when another one changed a provider between its reading and its writing: whoever did not
 * name a generation only wants the result.
 */
export async function retried<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  for (let left = 10; ; left -= 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      // Two that make the same consumer at once: the second attempt sees the consumer that the other made.
      const raced = isUniqueViolation(error) || (error instanceof ApiError && error.code === "providerChanged");
      if (!raced || left === 0) throw error;
    }
  }
}
