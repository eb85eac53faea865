/** Spans, kept for a week. A log-in is found by the audit id of the token that it gave. */
import type { Kysely } from "kysely";
import type { Span } from "#contracts/trace/trace.ts";
import type { DatabaseOpener } from "#platform/db/database.ts";

interface SpanRow {
  span_id: string;
  trace_id: string;
  parent_id: string | null;
  component: string;
  step: number;
  start_ms: number;
  duration_ms: number;
  status: string;
  detail: string | null;
  attributes: string;
  server_id: string | null;
  audit_id: string | null;
}

interface Tables {
  spans: SpanRow;
}

export interface SpanStore {
  insert(spans: readonly Span[]): Promise<void>;
  /** All spans of the server's create, and of the log-in that gave its token. */
  listOf(server_id: string): Promise<Span[]>;
  /** Removes what is older than this; returns how many. */
  purge(before_ms: number): Promise<number>;
  close(): Promise<void>;
}

export async function openSpanStore(openDatabase: DatabaseOpener): Promise<SpanStore> {
  const db = await openDatabase<Tables>({ name: "trace", migrations: { "0001-spans": { up: makeTable } } });
  const ofTrace = async (trace_id: string): Promise<SpanRow[]> =>
    db.selectFrom("spans").selectAll().where("trace_id", "=", trace_id).execute();
  return {
    async insert(spans) {
      if (spans.length === 0) return;
      await db
        .insertInto("spans")
        .values(spans.map(toRow))
        .onConflict((c) => c.doNothing())
        .execute();
    },
    async listOf(server_id) {
      const named = await db
        .selectFrom("spans")
        .select("trace_id")
        .where("server_id", "=", server_id)
        .where("step", "=", 6)
        .executeTakeFirst();
      if (!named) return [];
      const own = await ofTrace(named.trace_id);
      return [...own.filter((row) => row.step > 2), ...(await loginOf(db, own))].map(fromRow);
    },
    async purge(before_ms) {
      const result = await db.deleteFrom("spans").where("start_ms", "<", before_ms).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
    close: () => db.destroy(),
  };
}

/** Steps 1 and 2: the log-in whose token, or whose token's parent, Keystone saw in step 5. */
async function loginOf(db: Kysely<Tables>, own: readonly SpanRow[]): Promise<SpanRow[]> {
  const checked = own.find((row) => row.step === 5);
  const attributes = checked ? (JSON.parse(checked.attributes) as Record<string, string>) : {};
  for (const audit_id of [attributes["parent_audit_id"], attributes["audit_id"]]) {
    if (!audit_id) continue;
    const issued = await db
      .selectFrom("spans")
      .selectAll()
      .where("audit_id", "=", audit_id)
      .where("step", "=", 2)
      .orderBy("start_ms")
      .executeTakeFirst();
    if (!issued) continue;
    const posted = await db
      .selectFrom("spans")
      .selectAll()
      .where("trace_id", "=", issued.trace_id)
      .where("step", "=", 1)
      .orderBy("start_ms")
      .executeTakeFirst();
    return posted ? [posted, issued] : [issued];
  }
  return [];
}

async function makeTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("spans")
    .addColumn("span_id", "text", (c) => c.primaryKey())
    .addColumn("trace_id", "text", (c) => c.notNull())
    .addColumn("parent_id", "text")
    .addColumn("component", "text", (c) => c.notNull())
    .addColumn("step", "integer", (c) => c.notNull())
    .addColumn("start_ms", "double precision", (c) => c.notNull())
    .addColumn("duration_ms", "double precision", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("detail", "text")
    .addColumn("attributes", "text", (c) => c.notNull())
    .addColumn("server_id", "text")
    .addColumn("audit_id", "text")
    .execute();
  await db.schema.createIndex("spans_by_trace").on("spans").column("trace_id").execute();
  await db.schema.createIndex("spans_by_server").on("spans").column("server_id").execute();
  await db.schema.createIndex("spans_by_audit").on("spans").column("audit_id").execute();
}

function toRow(span: Span): SpanRow {
  const { attributes, detail, ...rest } = span;
  return {
    ...rest,
    detail: detail ?? null,
    attributes: JSON.stringify(attributes),
    server_id: attributes["server_id"] ?? null,
    audit_id: attributes["audit_id"] ?? null,
  };
}

function fromRow(row: SpanRow): Span {
  const { attributes, detail, status, server_id: _server, audit_id: _audit, ...rest } = row;
  return {
    ...rest,
    status: status === "error" ? "error" : "ok",
    attributes: JSON.parse(attributes) as Record<string, string>,
    ...(detail === null ? {} : { detail }),
  };
}
