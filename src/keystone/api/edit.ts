/** What creating and changing Keystone's things has in common. */
import { errors } from "#contracts/keystone/errors.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import type { Call } from "#platform/http/call.ts";
import { parseObject } from "./render.ts";

/** Attributes that Keystone does not know are kept and given back. Computed and secret names are never among them. */
export function extraOf(given: object, known: readonly string[], before = "{}"): string {
  const dropped = new Set([...known, "id", "links", "name", "password", "original_password", "password_expires_at"]);
  const entries = Object.entries(given).filter(([name]) => !dropped.has(name));
  return JSON.stringify({ ...parseObject(before), ...Object.fromEntries(entries) });
}

/** Merges resource options; a null takes one away. */
export function optionsOf(given: object | undefined, before = "{}"): string {
  const merged = Object.entries({ ...parseObject(before), ...given });
  return JSON.stringify(Object.fromEntries(merged.filter(([, value]) => value !== null && value !== undefined)));
}

/** Writes, and says 409 in Keystone's words when the name is taken. */
export async function stored<T>(write: Promise<T>, what: string, name: string, domain_id?: string): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const where = domain_id ? ` at domain ID ${domain_id}` : "";
    throw errors.conflict({ what, detail: `Duplicate entry found with name ${name}${where}` }, { cause: error });
  }
}

/** The row, or: 403 for those who may not know, 404 for those who may. */
export function found<T>(call: Call, row: T | undefined, what: string, id: string | undefined): T {
  if (row !== undefined) return row;
  call.enforce({});
  throw errors.notFound({ what, id });
}

/** The row that a request names: missing is 404, whoever asks. */
export function existing<T>(row: T | undefined, what: string, id: string): T {
  if (row === undefined) throw errors.notFound({ what, id });
  return row;
}

/** Refuses to change or delete what is marked immutable, unless the change is the end of the mark. */
export function refuseImmutable(
  row: { id: string; options: string },
  what: string,
  change?: { options?: object | undefined },
): void {
  if (parseObject(row.options)["immutable"] !== true) return;
  const asked = change?.options as { immutable?: boolean | null } | undefined;
  if (asked && "immutable" in asked && asked.immutable !== true) return;
  const verb = change ? "update" : "delete";
  const detail = `Unable to ${verb} immutable ${what} resource: \`${row.id}. Set resource option "immutable" to false first.`;
  throw errors.forbidden({ detail });
}

/** True unless only part of a list may be seen: then `domain_id` is the part. */
export function visibleDomain(call: Call, policy: string): string | undefined {
  return call.allows(policy, {}) ? undefined : (call.identity.domain_id ?? "");
}

/** A row number from a flag that may be missing. */
export function flag(given: boolean | undefined, before: number): number {
  return given === undefined ? before : Number(given);
}
