/** How this driver starts the host's programs; the only place that does. */
import { exec, type ExecOptions, type ExecResult } from "#platform/exec/exec.ts";
import type { Item } from "./want.ts";

export interface Programs {
  run(argv: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>;
  /** What must stand before a program that is started in some other way. */
  readonly prefix: readonly string[];
}

/**
 * `prefix` stands before each command: `["nsenter", "--net=/run/netns/x"]` puts a whole host into a network namespace,
 * as tests do. Every program gets 30 s.
 */
export function hostPrograms(prefix: readonly string[] = []): Programs {
  return {
    prefix,
    run: (argv, options = {}) => {
      const [program, ...rest] = [...prefix, ...argv];
      return exec([program ?? argv[0], ...rest], { timeout_ms: 30_000, ...options });
    },
  };
}

/** One line for `ip -batch`, and who suffers when it fails. */
export interface Line {
  readonly item: Item;
  readonly command: string;
}

export interface Failure {
  readonly item: Item;
  readonly reason: string;
}

/** Runs all lines in one `ip` process, going on after failures; resolves with those. */
export async function ipBatch(programs: Programs, lines: readonly Line[], namespace?: string): Promise<Failure[]> {
  if (lines.length === 0) return [];
  const input = `${lines.map((line) => line.command).join("\n")}\n`;
  const where = namespace === undefined ? [] : ["-n", namespace];
  const result = await programs.run(["ip", ...where, "-force", "-batch", "-"], { input, okCodes: [0, 1, 2, 255] });
  return batchFailures(result, lines);
}

/** `ip -force -batch` writes the reason, then `Command failed -:LINE`. A failure without a line is everybody's. */
export function batchFailures(result: { code: number; stderr: string }, lines: readonly Line[]): Failure[] {
  const failures: Failure[] = [];
  let reasons: string[] = [];
  for (const text of result.stderr.split("\n").filter((line) => line.trim() !== "")) {
    const line = lines[Number(/^Command failed .*:(\d+)$/.exec(text)?.[1] ?? 0) - 1];
    if (line === undefined) {
      reasons.push(text.trim());
      continue;
    }
    // The kernel removes the far half of a veth some time after its namespace: what shall go may go by itself.
    const gone = line.command.startsWith("link del ") && reasons.every((reason) => /Cannot find device/.test(reason));
    if (!gone) failures.push({ item: line.item, reason: `ip ${line.command}: ${reasons.join("; ")}` });
    reasons = [];
  }
  if (failures.length > 0 || reasons.length === 0) return failures;
  return lines.map((line) => ({ item: line.item, reason: `ip: exit code ${result.code}: ${reasons.join("; ")}` }));
}
