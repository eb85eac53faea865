/** Structured log lines (pino). Secrets never reach a log: the usual names are redacted wherever they stand. */
import { pino, type DestinationStream, type Logger } from "pino";

export type Log = Logger;

const secretNames = [
  "password",
  "token",
  "secret",
  "adminPass",
  "user_data",
  "private_key",
  "x-auth-token",
  "x-subject-token",
];
const redactedPaths = secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

export interface LogOptions {
  level?: "debug" | "info" | "warn" | "error" | "silent";
  /** Where lines go: standard error when left out. */
  destination?: DestinationStream;
}

export function makeLog(options: LogOptions = {}): Log {
  const settings = { level: options.level ?? "info", base: null, redact: redactedPaths };
  return pino(settings, options.destination ?? pino.destination({ fd: 2, sync: true }));
}
