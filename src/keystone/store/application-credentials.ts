/** Application credentials as stored: of the secret only its hash. */
import type { SubjectUser } from "./subjects.ts";
import type { ApplicationCredentialRow, Conn } from "./tables.ts";

export function findApplicationCredential(conn: Conn, id: string): Promise<ApplicationCredentialRow | undefined> {
  return conn.selectFrom("application_credentials").selectAll().where("id", "=", id).executeTakeFirst();
}

/** By name among those of its owner. */
export function findOwnCredential(
  conn: Conn,
  user: SubjectUser | undefined,
  name: string,
): Promise<ApplicationCredentialRow | undefined> {
  const query = conn.selectFrom("application_credentials").selectAll().where("name", "=", name);
  return query.where("user_id", "=", user?.id ?? "").executeTakeFirst();
}

/** The roles that the credential was given. */
export function rolesOfCredential(row: ApplicationCredentialRow): string[] {
  return JSON.parse(row.role_ids) as string[];
}

/** True when its time is over. */
export function hasEnded(row: ApplicationCredentialRow, now_ms: number): boolean {
  return row.expires_at !== null && endOf(row.expires_at) <= now_ms;
}

/** Milliseconds since the epoch of a time that Keystone wrote: UTC without a zone. */
export function endOf(text: string): number {
  return Date.parse(`${text}Z`);
}
