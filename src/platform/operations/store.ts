/** The rows of operations, in the database of the service that owns them. Changes of state are guarded updates. */
import type { Kysely, Transaction } from "kysely";
import type { Migration } from "kysely/migration";
import type { Clock } from "../clock/clock.ts";
import { currentTrace } from "../trace/trace.ts";
import type { Operation, OperationState, StepRecord } from "./operation.ts";

/** The table, to be part of a service's tables. */
export interface OperationTables {
  operations: OperationRow;
}

export interface OperationRow {
  id: string;
  kind: string;
  resource_id: string;
  state: OperationState;
  params: string;
  journal: string;
  owner: string;
  waiting_for: string;
  attempt: number;
  deadline_at: number;
  created_at: number;
  updated_at: number;
  error: string | null;
  trace: string | null;
}

/** To be spread into a service's migrations. */
export const operationsMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("operations")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("resource_id", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("params", "text", (c) => c.notNull())
      .addColumn("journal", "text", (c) => c.notNull())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("waiting_for", "text", (c) => c.notNull())
      .addColumn("attempt", "integer", (c) => c.notNull())
      .addColumn("deadline_at", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addColumn("error", "text")
      .addColumn("trace", "text")
      .execute();
    await db.schema.createIndex("operations_by_state").on("operations").columns(["state", "owner"]).execute();
    await db.schema.createIndex("operations_by_resource").on("operations").columns(["resource_id"]).execute();
  },
};

export interface NewOperation {
  id: string;
  kind: string;
  resource_id: string;
  params: unknown;
  owner: string;
  waiting_for: string;
  /** Milliseconds from now. */
  deadline_ms: number;
}

type Db = Kysely<OperationTables> | Transaction<OperationTables>;

export interface OperationStore {
  /** Pass the transaction that writes what the user is told. */
  insert(db: Db, operation: NewOperation): Promise<void>;
  find(id: string): Promise<Operation | undefined>;
  /** The unfinished operation on a thing, if there is one. */
  findActive(resource_id: string, kind?: string): Promise<Operation | undefined>;
  /** Unfinished ones, of one owner when given. */
  listActive(owner?: string): Promise<Operation[]>;
  record(id: string, step: string, record: StepRecord): Promise<void>;
  /** The same for its owner only, inside the owner's transaction; the operation as it was, or undefined when it has another owner. */
  recordFor(owner: string, id: string, step: string, record: StepRecord, db: Db): Promise<Operation | undefined>;
  /** True when this call changed it: only from one of the `from` states. */
  change(id: string, from: readonly OperationState[], patch: OperationPatch, db?: Db): Promise<boolean>;
}

export type OperationPatch = Partial<
  Pick<Operation, "state" | "owner" | "waiting_for" | "attempt" | "error" | "journal" | "deadline_at">
>;

/** States in which work is still to be done. */
export const activeStates: readonly OperationState[] = ["running", "undoing", "stuck"];

export function makeOperationStore(db: Kysely<OperationTables>, clock: Clock): OperationStore {
  const active = () =>
    db
      .selectFrom("operations")
      .selectAll()
      .where("state", "in", [...activeStates]);
  return {
    async insert(trx, operation) {
      const now = clock.now();
      const { deadline_ms, params, ...rest } = operation;
      const trace = currentTrace();
      const times = { deadline_at: now + deadline_ms, created_at: now, updated_at: now };
      const carried = trace ? JSON.stringify({ trace_id: trace.trace_id, span_id: trace.span_id }) : null;
      const row: OperationRow = {
        ...rest,
        ...times,
        state: "running",
        params: JSON.stringify(params),
        journal: "{}",
        attempt: 1,
        error: null,
        trace: carried,
      };
      await trx.insertInto("operations").values(row).execute();
    },
    async find(id) {
      const row = await db.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
      return row && fromRow(row);
    },
    async findActive(resource_id, kind) {
      let query = active().where("resource_id", "=", resource_id);
      if (kind) query = query.where("kind", "=", kind);
      const row = await query.orderBy("created_at", "desc").executeTakeFirst();
      return row && fromRow(row);
    },
    async listActive(owner) {
      const query = owner === undefined ? active() : active().where("owner", "=", owner);
      return (await query.orderBy("created_at").execute()).map(fromRow);
    },
    async record(id, step, record) {
      await db.transaction().execute(async (trx) => {
        const row = await trx.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
        await writeStep(trx, row, step, record, clock.now());
      });
    },
    async recordFor(owner, id, step, record, trx) {
      const mine = trx.selectFrom("operations").selectAll().where("id", "=", id).where("owner", "=", owner);
      const row = await mine.executeTakeFirst();
      if (!row) return undefined;
      await writeStep(trx, row, step, record, clock.now());
      return fromRow(row);
    },
    async change(id, from, patch, trx = db) {
      const { journal, ...rest } = patch;
      const set = { ...rest, ...(journal ? { journal: JSON.stringify(journal) } : {}), updated_at: clock.now() };
      const result = await trx
        .updateTable("operations")
        .set(set)
        .where("id", "=", id)
        .where("state", "in", [...from])
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
  };
}

async function writeStep(trx: Db, row: OperationRow, step: string, record: StepRecord, now: number): Promise<void> {
  const journal = { ...(JSON.parse(row.journal) as Operation["journal"]), [step]: record };
  const change = { journal: JSON.stringify(journal), updated_at: now };
  await trx.updateTable("operations").set(change).where("id", "=", row.id).execute();
}

function fromRow(row: OperationRow): Operation {
  return {
    ...row,
    deadline_at: Number(row.deadline_at),
    created_at: Number(row.created_at),
    updated_at: Number(row.updated_at),
    params: JSON.parse(row.params) as unknown,
    journal: JSON.parse(row.journal) as Operation["journal"],
    trace: row.trace === null ? null : (JSON.parse(row.trace) as Operation["trace"]),
  };
}
