/**
 * A service's own database, opened and brought to its newest schema. Agents have none (law 1): whoever starts a role
 * gives it an opener, and the opener of an agent throws with the stack of the attempt.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { nodeSqliteDialect } from "./node-sqlite-dialect.ts";

export type Migrations = Readonly<Record<string, Migration>>;

export interface Schema {
  /** The service that owns the database: the name of its file. */
  name: string;
  /** Ordered by name: `0001-servers`. */
  migrations: Migrations;
}

/** Opens a database by its schema; the tables' types are the caller's. */
export type DatabaseOpener = <Tables>(schema: Schema) => Promise<Kysely<Tables>>;

export interface SqliteOptions {
  /** Folder of the files; left out for databases in memory. */
  dir?: string;
  synchronous?: "FULL" | "NORMAL";
}

export function sqliteOpener(options: SqliteOptions): DatabaseOpener {
  if (options.dir) mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  return async <Tables>(schema: Schema) => {
    const path = options.dir ? join(options.dir, `${schema.name}.sqlite`) : ":memory:";
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect({ path, synchronous: options.synchronous ?? "FULL" }) });
    await migrate(db as Kysely<unknown>, schema);
    return db;
  };
}

/** The opener that an agent role gets. */
export function noDatabase(role: string): DatabaseOpener {
  return (schema) => {
    throw new Error(
      `${role} tried to open the ${schema.name} database. An agent's host runs strangers' guests: it asks over the queue (law 1).`,
    );
  };
}

async function migrate(db: Kysely<unknown>, schema: Schema): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...schema.migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error(`the ${schema.name} database cannot be brought to its newest schema`, { cause: error });
}

/** True when an insert broke a unique constraint: somebody else was first. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && /UNIQUE constraint failed|duplicate key value/.test(error.message);
}
