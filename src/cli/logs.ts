/** `cumulet logs`: the log file of a detached cloud. */
import { closeSync, existsSync, openSync, readSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "#cloud/state-folder.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { stateDirOf, type StateOption } from "./running.ts";

export const logFile = (dir: string): string => join(dir, "cumulet.log");

export async function logs(options: StateOption & { follow?: boolean; lines: string }): Promise<void> {
  const path = logFile(stateDirOf(options));
  if (!existsSync(path))
    throw new SetupError(`There is no log at ${path}: only a cloud started with --detach writes one.`);
  const lines = readFileSync(path, "utf8").split("\n");
  process.stdout.write(lines.slice(-Number(options.lines) - 1).join("\n"));
  if (options.follow) await follow(path);
}

async function follow(path: string): Promise<never> {
  const clock = systemClock();
  let at = statSync(path).size;
  for (;;) {
    const size = statSync(path).size;
    if (size < at) at = 0;
    if (size > at) {
      process.stdout.write(readFrom(path, at, size - at));
      at = size;
    }
    await clock.sleep(300);
  }
}

function readFrom(path: string, at: number, length: number): Buffer {
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(length);
  readSync(file, chunk, 0, length, at);
  closeSync(file);
  return chunk;
}
