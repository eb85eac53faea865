/**
 * Kysely on node:sqlite. One connection per file, handed to one task at a time, so that nobody's statement falls into
 * somebody else's transaction. Statements are prepared once per SQL text: preparing each time costs three times more.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
} from "kysely";

export interface NodeSqliteOptions {
  /** File, or `:memory:`. */
  path: string;
  /** FULL waits for the disk at each commit; NORMAL survives the process but not a power cut. */
  synchronous: "FULL" | "NORMAL";
}

export function nodeSqliteDialect(options: NodeSqliteOptions): Dialect {
  return {
    createDriver: () => makeDriver(options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}

function makeDriver(options: NodeSqliteOptions): Driver {
  let database: DatabaseSync;
  let connection: NodeSqliteConnection;
  const turn = makeTurn();
  return {
    async init() {
      database = new DatabaseSync(options.path);
      database.exec(`pragma journal_mode = wal; pragma synchronous = ${options.synchronous}; pragma busy_timeout = 5000`);
      connection = new NodeSqliteConnection(database);
    },
    async acquireConnection() {
      await turn.take();
      return connection;
    },
    async beginTransaction() {
      database.exec("begin immediate");
    },
    async commitTransaction() {
      database.exec("commit");
    },
    async rollbackTransaction() {
      database.exec("rollback");
    },
    async releaseConnection() {
      turn.give();
    },
    async destroy() {
      database.close();
    },
  };
}

/** A lock with a queue. */
function makeTurn(): { take(): Promise<void>; give(): void } {
  let taken = false;
  const waiting: (() => void)[] = [];
  return {
    take() {
      if (taken) return new Promise((resolve) => waiting.push(resolve));
      taken = true;
      return Promise.resolve();
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else taken = false;
    },
  };
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(query.sql);
    const parameters = query.parameters as SQLInputValue[]; // the stores pass text, numbers, bytes and null only
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= 500) this.#statements.clear();
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
