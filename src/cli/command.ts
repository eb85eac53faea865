/** What the commands share: where things are said, and how a user's mistake is told from a bug. */
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "#platform/config/toml.ts";
import { SetupError } from "#cloud/state-folder.ts";

/** Progress goes to standard error, so that standard output is only what was asked for. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The state folder when none is named. A simulated cloud has its own, so that it never meets a real one's. */
export function defaultStateDir(simulated: boolean): string {
  const name = simulated ? "cumulet-simulated" : "cumulet";
  return process.getuid?.() === 0 ? `/var/lib/${name}` : join(homedir(), ".local", "share", name);
}

/** Ends the process with a sentence that says what to do; a bug shows its stack. */
export function fail(error: unknown): never {
  const mistake = error instanceof SetupError || error instanceof ConfigError;
  tell(`cumulet: ${mistake ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(mistake ? 2 : 1);
}

/** Resolves when the user or the system asks this process to end. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
