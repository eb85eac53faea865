/** A cloud in a process of its own, as a user starts it: for tests that kill it. */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { start } from "#platform/exec/exec.ts";
import { eventually } from "./cloud.ts";

const main = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");

export interface CloudProcess {
  url: string;
  pid: number;
  /** SIGKILL: nothing of it runs any more when this resolves. */
  kill(): Promise<void>;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

/** Resolves when it serves; rejects with its last words when it ends before. */
export async function startProcess(
  state_dir: string,
  argv: readonly string[],
  limit_ms = 60_000,
): Promise<CloudProcess> {
  const child = start([process.execPath, main, "up", "--state", state_dir, "--port", "0", ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
    env: process.env,
  });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await eventually("the cloud to serve", async () => servingUrl(state_dir, child, said), limit_ms);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { url, pid: child.pid ?? 0, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}

async function servingUrl(state_dir: string, child: ChildProcess, said: string): Promise<string | undefined> {
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${said.slice(-2000)}`);
  const file = join(state_dir, "running.json");
  if (!existsSync(file)) return undefined;
  const running = JSON.parse(readFileSync(file, "utf8")) as { pid: number; public_url: string };
  return running.pid === child.pid ? running.public_url : undefined;
}
