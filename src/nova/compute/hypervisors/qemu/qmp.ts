/**
 * A client for QEMU's machine protocol (QMP) over a unix socket: JSON objects, one a line. QEMU greets, the client
 * negotiates, then commands are answered by id while events arrive in between. One client per monitor at a time.
 */
import { connect, type Socket } from "node:net";
import type { Clock } from "#platform/clock/clock.ts";
import { withDeadline } from "./deadline.ts";

export interface QmpEvent {
  event: string;
  data: Readonly<Record<string, unknown>>;
}

/** A command refused by QEMU, or not answered. `reason` is QEMU's error class, `Timeout` or `Closed`. */
export class QmpError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.name = "QmpError";
    this.reason = reason;
  }
}

export interface QmpOptions {
  path: string;
  clock: Clock;
  /** For each command, unless said otherwise. */
  timeout_ms: number;
  /** For the greeting; as for a command when left out. A monitor that serves another client does not greet. */
  greeting_ms?: number;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface Line {
  QMP?: unknown;
  return?: unknown;
  error?: { class: string; desc: string };
  id?: number;
  event?: string;
  data?: Record<string, unknown>;
}

const longestLine = 16 * 1024 * 1024;

/** Connects and negotiates; rejects with {@link QmpError} when nobody greets in time. */
export async function connectQmp(options: QmpOptions): Promise<Qmp> {
  const qmp = new Qmp(options, connect(options.path));
  try {
    const late = () => new QmpError("Timeout", `no greeting on ${options.path}`);
    await withDeadline(options.clock, qmp.greeted, options.greeting_ms ?? options.timeout_ms, late);
    await qmp.execute("qmp_capabilities");
  } catch (error) {
    qmp.close();
    throw error;
  }
  return qmp;
}

export class Qmp {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  readonly greeted: Promise<void>;
  readonly #options: QmpOptions;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #settleGreeting: Waiting;
  #lastId = 0;
  #pieces: string[] = [];
  #pending_chars = 0;
  #over = false;

  constructor(options: QmpOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    const greeting = Promise.withResolvers<unknown>();
    this.#settleGreeting = greeting;
    this.greeted = greeting.promise.then(() => undefined);
    this.greeted.catch(() => undefined);
    let failure = "the other side closed it";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => this.#take(chunk));
    socket.on("error", (error) => (failure = error.message));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#end(failure);
        resolve();
      });
    });
  }

  /** Sends one command and resolves with what QEMU returns. */
  async execute(command: string, args: object = {}, timeout_ms = this.#options.timeout_ms): Promise<unknown> {
    if (this.#over) throw new QmpError("Closed", `${command}: the monitor is closed`);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.#socket.ref();
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    try {
      const late = () => new QmpError("Timeout", `no answer within ${timeout_ms} ms`);
      return await withDeadline(this.#options.clock, promise, timeout_ms, late);
    } catch (error) {
      throw error instanceof QmpError ? new QmpError(error.reason, `${command}: ${error.message}`) : error;
    } finally {
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#socket.unref();
    }
  }

  /** Calls the listener for every event until the returned function is called. */
  on(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    const lines = chunk.split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      const whole = this.#pieces.join("") + line;
      this.#pieces = [];
      this.#pending_chars = 0;
      if (whole.trim() !== "") this.#understand(whole);
    }
    this.#pieces.push(rest);
    this.#pending_chars += rest.length;
    if (this.#pending_chars > longestLine) this.#socket.destroy(new Error("a line is too long"));
  }

  #understand(text: string): void {
    let line: Line;
    try {
      // QEMU is trusted for the shape of its lines only as far as the fields read below.
      line = JSON.parse(text) as Line;
    } catch {
      this.#socket.destroy(new Error("a line is not JSON"));
      return;
    }
    if (line.QMP !== undefined) this.#settleGreeting.resolve(undefined);
    else if (line.event !== undefined) {
      for (const listener of this.#listeners) listener({ event: line.event, data: line.data ?? {} });
    } else if (line.id !== undefined) {
      const waiting = this.#waiting.get(line.id);
      if (line.error) waiting?.reject(new QmpError(line.error.class, line.error.desc));
      else waiting?.resolve(line.return);
    }
  }

  #end(failure: string): void {
    this.#over = true;
    const error = new QmpError("Closed", `monitor ${this.#options.path}: ${failure}`);
    this.#settleGreeting.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
  }
}
