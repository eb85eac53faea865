/**
 * Programs of the host are started here only, always with an argument vector and never through a shell (law 8).
 */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

export interface ExecOptions {
  /** Text or bytes given on standard input. */
  input?: string | Uint8Array;
  cwd?: string;
  /** Kill after this many milliseconds (default 60 000). */
  timeout_ms?: number;
  /** Exit codes that are not failures (default only 0). */
  okCodes?: readonly number[];
  env?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that could not be started, was killed, or answered with an unexpected exit code. */
export class ExecError extends Error {
  readonly argv: readonly string[];
  readonly code: number | null;
  readonly stderr: string;
  constructor(argv: readonly string[], code: number | null, stderr: string) {
    super(
      `${argv.join(" ")}: ${code === null ? "not finished" : `exit code ${code}`}: ${stderr.trim().slice(0, 2000)}`,
    );
    this.name = "ExecError";
    this.argv = argv;
    this.code = code;
    this.stderr = stderr;
  }
}

/** Runs a program to its end; resolves with its output, rejects with {@link ExecError}. */
export function exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: options.cwd,
      env: { PATH: defaultPath, LC_ALL: "C", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      killSignal: "SIGKILL",
      signal: options.signal,
    });
    // Not spawn's own timeout: its timer keeps running when the program could not be started at all.
    const limit = setTimeout(() => child.kill("SIGKILL"), options.timeout_ms ?? 60_000);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(new ExecError(argv, null, error.message));
    });
    child.on("close", (code) => {
      clearTimeout(limit);
      const result = { code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
      if (code !== null && (options.okCodes ?? [0]).includes(code)) resolve(result);
      else reject(new ExecError(argv, code, result.stderr));
    });
    child.stdin.end(options.input ?? "");
  });
}

/** Starts a program that goes on by itself; the caller owns the returned child. */
export function start(argv: readonly [string, ...string[]], options: SpawnOptions = {}): ChildProcess {
  return spawn(argv[0], argv.slice(1), { env: { PATH: defaultPath, LC_ALL: "C" }, ...options, shell: false });
}

/** Fixed search path: the environment of whoever started Cumulet does not decide which programs run. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
