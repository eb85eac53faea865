/**
 * Kysely on node:sqlite. One connection per file, handed to one task at a time, so that nobody's statement falls into
 * somebody else's transaction. Whoever has committed gives the connection on before it waits for the disk. Statements
 * are prepared once per SQL text: preparing each time costs three times more.
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
import { atOnce, walDurability, type Durability } from "./durability.ts";

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
    createAdapter: () => new TurnTakingAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}

/** The driver queues by itself; Kysely's own lock would be held until the disk has answered. */
class TurnTakingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function makeDriver(options: NodeSqliteOptions): Driver {
  let engine: Engine;
  return {
    async init() {
      engine = openEngine(options);
    },
    async acquireConnection() {
      await engine.turn.take();
      return new Lease(engine);
    },
    beginTransaction: (lease) => (lease as Lease).begin(), // Kysely hands back what acquireConnection gave
    commitTransaction: (lease) => (lease as Lease).commit(),
    rollbackTransaction: (lease) => (lease as Lease).rollback(),
    async releaseConnection(lease) {
      (lease as Lease).give();
    },
    async destroy() {
      await engine.durability.close();
      engine.database.close();
    },
  };
}

interface Engine {
  database: DatabaseSync;
  turn: Turn;
  statements: Map<string, StatementSync>;
  durability: Durability;
}

function openEngine({ path, synchronous }: NodeSqliteOptions): Engine {
  const database = new DatabaseSync(path);
  const mode = database.prepare("pragma journal_mode = wal").get()?.["journal_mode"];
  // With a log, NORMAL keeps the file whole whatever happens, and `durability` waits for the disk.
  const awaited = mode === "wal" && synchronous === "FULL";
  database.exec(`pragma synchronous = ${awaited ? "NORMAL" : synchronous}; pragma busy_timeout = 5000`);
  return { database, turn: makeTurn(), statements: new Map(), durability: awaited ? walDurability(path) : atOnce };
}

interface Turn {
  take(): Promise<void>;
  give(): void;
}

/** A lock with a queue. */
function makeTurn(): Turn {
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

/** The connection while one task has it. */
class Lease implements DatabaseConnection {
  readonly #engine: Engine;
  #held = true;
  #inTransaction = false;
  #wrote = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await this.#take();
    const statement = prepared(this.#engine, query.sql);
    const parameters = query.parameters as SQLInputValue[]; // the stores pass text, numbers, bytes and null only
    const result = runStatement<R>(statement, parameters);
    const { kind } = query.query;
    this.#wrote ||= kind !== "SelectQueryNode" && (kind === "RawNode" || result.numAffectedRows !== 0n);
    if (!this.#inTransaction) await this.#settle();
    return result;
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  async begin(): Promise<void> {
    await this.#take();
    prepared(this.#engine, "begin immediate").run();
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    prepared(this.#engine, "commit").run();
    this.#inTransaction = false;
    await this.#settle();
  }

  async rollback(): Promise<void> {
    // A failed commit may have ended the transaction already.
    if (this.#inTransaction && this.#engine.database.isTransaction) this.#engine.database.exec("rollback");
    this.#inTransaction = false;
    this.#wrote = false;
  }

  give(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#engine.turn.give();
  }

  async #take(): Promise<void> {
    if (this.#held) return;
    await this.#engine.turn.take();
    this.#held = true;
  }

  /** After a write outside of a transaction, or a commit: others go on while this one waits for the disk. */
  async #settle(): Promise<void> {
    if (!this.#wrote) return;
    this.#wrote = false;
    this.give();
    await this.#engine.durability.reached();
  }
}

function runStatement<R>(statement: StatementSync, parameters: SQLInputValue[]): QueryResult<R> {
  if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

function prepared({ database, statements }: Engine, sql: string): StatementSync {
  let statement = statements.get(sql);
  if (!statement) {
    if (statements.size >= 500) statements.clear();
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}
