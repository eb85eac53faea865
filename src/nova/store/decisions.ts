/** What the scheduler decided and why, kept for the users' questions. */
import type { Clock } from "#platform/clock/clock.ts";
import { parsed, time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";

export interface DecisionStore {
  /** One per attempt; repeating it replaces it. `decision` is any JSON. */
  put(server_id: string, attempt: number, decision: unknown, db?: NovaDb): Promise<void>;
  listOf(server_id: string): Promise<{ attempt: number; decision: unknown; created_at: number }[]>;
}

export function makeDecisionStore(db: NovaDb, clock: Clock): DecisionStore {
  return {
    async put(server_id, attempt, decision, trx = db) {
      const row = { server_id, attempt, decision: JSON.stringify(decision), created_at: clock.now() };
      await trx
        .insertInto("scheduler_decisions")
        .values(row)
        .onConflict((conflict) => conflict.columns(["server_id", "attempt"]).doUpdateSet({ decision: row.decision }))
        .execute();
    },
    async listOf(server_id) {
      const rows = await db
        .selectFrom("scheduler_decisions")
        .selectAll()
        .where("server_id", "=", server_id)
        .orderBy("attempt")
        .execute();
      return rows.map((row) => ({
        attempt: row.attempt,
        decision: parsed<unknown>(row.decision),
        created_at: time(row.created_at),
      }));
    },
  };
}
