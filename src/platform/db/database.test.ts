import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Kysely } from "kysely";
import { isUniqueViolation, noDatabase, sqliteOpener, type Schema } from "./database.ts";

interface Tables {
  things: { id: string; size: number };
}

const schema: Schema = {
  name: "things",
  migrations: {
    "0001-things": {
      up: async (db: Kysely<unknown>) => {
        await db.schema
          .createTable("things")
          .addColumn("id", "text", (c) => c.primaryKey())
          .addColumn("size", "integer")
          .execute();
      },
    },
  },
};

test("rows written before a restart are there after it, and migrations apply once", async () => {
  const dir = mkdtempSync(join(tmpdir(), "cumulet-db-"));
  const first = await sqliteOpener({ dir })<Tables>(schema);
  await first.insertInto("things").values({ id: "a", size: 1 }).execute();
  await first.destroy();
  const second = await sqliteOpener({ dir })<Tables>(schema);
  assert.deepEqual(
    await second
      .selectFrom("things")
      .selectAll()
      .execute()
      .then((rows) => rows.map((r) => ({ ...r }))),
    [{ id: "a", size: 1 }],
  );
  await second.destroy();
  rmSync(dir, { recursive: true });
});

test("a statement beside an open transaction waits instead of falling into it", async () => {
  const db = await sqliteOpener({})<Tables>(schema);
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto("things").values({ id: "inside", size: 1 }).execute();
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error("roll back");
  });
  const beside = db.insertInto("things").values({ id: "beside", size: 2 }).execute();
  await assert.rejects(failing, /roll back/);
  await beside;
  const ids = (await db.selectFrom("things").select("id").execute()).map((row) => row.id);
  assert.deepEqual(ids, ["beside"]);
  await db.destroy();
});

test("a second row with the same key is told apart from other failures", async () => {
  const db = await sqliteOpener({})<Tables>(schema);
  await db.insertInto("things").values({ id: "a", size: 1 }).execute();
  await assert.rejects(db.insertInto("things").values({ id: "a", size: 1 }).execute(), isUniqueViolation);
  await db.destroy();
});

test("an agent cannot open a database", () => {
  assert.throws(() => noDatabase("nova-compute")(schema), /law 1/);
});
