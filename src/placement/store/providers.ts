/** Reading and guarding providers. */
import { errors } from "#contracts/placement/errors.ts";
import type { Conn, ProviderRow } from "./tables.ts";

export function findProvider(conn: Conn, uuid: string): Promise<ProviderRow | undefined> {
  return conn.selectFrom("providers").selectAll().where("uuid", "=", uuid).executeTakeFirst();
}

/** The provider; 404 when there is none. */
export async function getProvider(conn: Conn, uuid: string): Promise<ProviderRow> {
  const row = await findProvider(conn, uuid);
  if (!row) throw errors.noProvider({ uuid });
  return row;
}

/**
 * Raises the generation, if it is still the one that the caller has seen. Whoever changes what belongs to a provider
 * does this in the same transaction: of two writers that saw the same state, one loses. Gives the new generation.
 */
export async function raiseGeneration(
  conn: Conn,
  { uuid, generation }: Pick<ProviderRow, "uuid" | "generation">,
  now_ms: number,
): Promise<number> {
  const result = await conn
    .updateTable("providers")
    .set({ generation: generation + 1, updated_at: now_ms })
    .where("uuid", "=", uuid)
    .where("generation", "=", generation)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) === 0) throw errors.providerChanged();
  return generation + 1;
}

/** Keeps the lists in `in (…)` below what databases take. */
export function chunked<T>(items: readonly T[], size = 500): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
