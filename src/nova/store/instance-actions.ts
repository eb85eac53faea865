/** The log of a server for its users: which request did what, and how its events ended. */
import type { Clock } from "#platform/clock/clock.ts";
import { time } from "./json.ts";
import type { NovaDb } from "./server-row.ts";
import type { InstanceActionEventRow, InstanceActionRow } from "./tables.ts";

export type InstanceAction = InstanceActionRow;
export type InstanceActionEvent = InstanceActionEventRow;

export interface InstanceActionStore {
  /** Repeating one of the same request changes nothing. */
  start(action: Omit<InstanceAction, "start_time" | "updated_at" | "message">, db?: NovaDb): Promise<void>;
  /** Writes the message of a failure (`Error`). */
  finish(server_id: string, request_id: string, message: string | null): Promise<void>;
  /** Newest first. */
  list(server_id: string): Promise<InstanceAction[]>;
  find(server_id: string, request_id: string): Promise<InstanceAction | undefined>;
  listEvents(server_id: string, request_id: string): Promise<InstanceActionEvent[]>;
  /** An event that ended; start and end in milliseconds. */
  recordEvent(event: InstanceActionEvent): Promise<void>;
}

export function makeInstanceActionStore(db: NovaDb, clock: Clock): InstanceActionStore {
  const actions = () => db.selectFrom("instance_actions").selectAll();
  return {
    async start(action, trx = db) {
      const now = clock.now();
      await trx
        .insertInto("instance_actions")
        .values({ ...action, message: null, start_time: now, updated_at: now })
        .onConflict((conflict) => conflict.columns(["server_id", "request_id", "action"]).doNothing())
        .execute();
    },
    async finish(server_id, request_id, message) {
      const set = { message, updated_at: clock.now() };
      await db
        .updateTable("instance_actions")
        .set(set)
        .where("server_id", "=", server_id)
        .where("request_id", "=", request_id)
        .execute();
    },
    async list(server_id) {
      const rows = await actions().where("server_id", "=", server_id).orderBy("start_time", "desc").execute();
      return rows.map(actionOf);
    },
    async find(server_id, request_id) {
      const row = await actions()
        .where("server_id", "=", server_id)
        .where("request_id", "=", request_id)
        .executeTakeFirst();
      return row && actionOf(row);
    },
    async listEvents(server_id, request_id) {
      const rows = await db
        .selectFrom("instance_action_events")
        .selectAll()
        .where("server_id", "=", server_id)
        .where("request_id", "=", request_id)
        .orderBy("start_time", "desc")
        .execute();
      return rows.map((row) => ({ ...row, start_time: time(row.start_time), finish_time: time(row.finish_time) }));
    },
    async recordEvent(event) {
      await db
        .insertInto("instance_action_events")
        .values(event)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

function actionOf(row: InstanceActionRow): InstanceAction {
  return { ...row, start_time: time(row.start_time), updated_at: time(row.updated_at) };
}
