import assert from "node:assert/strict";
import { test } from "node:test";
import { sql, type KyselyPlugin } from "kysely";
import { sqliteOpener } from "#platform/db/database.ts";
import { testParts } from "#tests/support/parts.ts";
import { bootstrap } from "../bootstrap.ts";
import { makePasswords } from "../passwords/passwords.ts";
import type { ScopeRef, TokenPayload } from "../tokens/payload.ts";
import { makeResolver } from "../tokens/resolve.ts";
import { migrations } from "./migrations.ts";
import { makeReferenceData } from "./reference-data.ts";
import type { Tables } from "./tables.ts";
import { makeTokenEpoch, watchedTables } from "./token-epoch.ts";

const { clock, ids } = testParts("keystone");
const db = await sqliteOpener({})<Tables>({ name: "keystone", migrations });
await bootstrap(
  { db, ids, clock, passwords: makePasswords(ids) },
  { admin_password: "a", demo_password: "d", service_users: [], services: [] },
);

/** Notes the tables of each query, subqueries too. */
function tableSpy(seen: Set<string>): KyselyPlugin {
  return {
    transformQuery({ node }) {
      JSON.stringify(node, (_key, value: unknown) => {
        const { kind, table } = (value ?? {}) as { kind?: string; table?: { identifier: { name: string } } };
        if (kind === "TableNode" && table) seen.add(table.identifier.name);
        return value;
      });
      return node;
    },
    transformResult: async ({ result }) => result,
  };
}

test("every table that a token's meaning is read from is watched", async () => {
  const seen = new Set<string>();
  const spied = db.withPlugin(tableSpy(seen));
  const user = await db.selectFrom("users").selectAll().where("name", "=", "admin").executeTakeFirstOrThrow();
  const project = await db.selectFrom("projects").selectAll().where("name", "=", "admin").executeTakeFirstOrThrow();
  const scopes: ScopeRef[] = [
    { kind: "project", id: project.id, generation: project.generation },
    { kind: "domain", id: "default", generation: 0 },
    { kind: "system" },
  ];
  for (const scope of scopes) {
    const rest = {
      methods: ["password" as const],
      issued_at: 0,
      expires_at: 1,
      audit_ids: ["x"],
      credential_id: "none",
    };
    const payload: TokenPayload = { ...rest, user_id: user.id, user_generation: user.generation, scope };
    await makeResolver(spied, makeReferenceData(spied), clock).resolve(payload);
  }
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  const read = rows.map((row) => row.name).filter((name) => seen.has(name) && name !== "counters");
  assert.deepEqual(read.sort(), [...watchedTables]);
});

test("each insert, update and delete in a watched table raises the counter, and a change undone does not", async () => {
  const epoch = makeTokenEpoch(db);
  for (const table of watchedTables) {
    const { rows } = await sql<{
      sql: string;
    }>`select sql from sqlite_master where type = 'trigger' and tbl_name = ${table}`.execute(db);
    const events = rows.map((row) => /after (\w+) on/.exec(row.sql)?.[1]);
    assert.deepEqual(events.sort(), ["delete", "insert", "update"], table);
  }
  const before = await epoch();
  await db.insertInto("revoked_tokens").values({ audit_id: "y", expires_at: 1 }).execute();
  assert.equal(await epoch(), before + 1);
  const undone = db.transaction().execute(async (trx) => {
    await trx.deleteFrom("revoked_tokens").execute();
    throw new Error("undo");
  });
  await assert.rejects(undone, /undo/);
  assert.equal(await epoch(), before + 1);
  await db.updateTable("users").set({ enabled: 0 }).where("name", "=", "demo").execute();
  assert.equal(await epoch(), before + 2);
});
