/**
 * `npm run bench`: measures the cloud and writes `bench/RESULTS.md`.
 *
 *   --tool PATH     a tool that measures any OpenStack cloud over its APIs
 *   --peer FILE     what that tool measured on another cloud: it is run in the same way on ours, and ratios are written
 *   --guests N      rounds of real guests (3; 0 leaves them out; they need root)
 *   --out FILE      where the page goes
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exec } from "#platform/exec/exec.ts";
import { complete, memory_mib, startCloud, type Cloud } from "./cloud.ts";
import { measureGuests } from "./guest.ts";
import { measureIdentity } from "./identity.ts";
import { peerSection, readResults, runTool } from "./peer.ts";
import { report, type Numbers } from "./report.ts";
import { measureServers } from "./servers.ts";
import { openSession } from "./session.ts";

const text = { type: "string" } as const;
const { values: options } = parseArgs({
  options: {
    tool: text,
    peer: text,
    guests: { ...text, default: "3" },
    out: { ...text, default: join(import.meta.dirname, "RESULTS.md") },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const load_before = loadavg()[0] ?? 0;
const state_dir = mkdtempSync(join(tmpdir(), "cumulet-bench-"));
try {
  writeFileSync(options.out, await page());
  say(`written: ${options.out}`);
} finally {
  rmSync(state_dir, { recursive: true, force: true });
}

async function page(): Promise<string> {
  say("starts, and memory at rest");
  const { first_start_ms, starts_ms, idle_mib } = await measureStarts();
  const cloud = await startCloud(state_dir);
  let peer: string | undefined;
  let measured: Pick<Numbers, "identity" | "servers">;
  try {
    await complete(cloud);
    const session = await openSession(cloud);
    say("log-ins and tokens");
    const identity = await measureIdentity(session);
    say("servers");
    measured = { identity, servers: await measureServers(session) };
    peer = await besidePeer(cloud);
  } finally {
    await cloud.stop();
  }
  const rounds = process.getuid?.() === 0 ? Number(options.guests) : 0;
  if (rounds > 0) say("real guests");
  const guests = rounds > 0 ? await measureGuests(rounds) : undefined;
  const numbers = { first_start_ms, starts_ms, idle_mib, ...measured, guests };
  return report(
    numbers,
    { date: new Date().toISOString().slice(0, 16), commit: await commit(), load_before, load_after: loadavg()[0] ?? 0 },
    peer,
  );
}

/** Memory is that of a cloud that nobody has asked for anything. */
async function measureStarts(): Promise<Pick<Numbers, "first_start_ms" | "starts_ms" | "idle_mib">> {
  const starts: number[] = [];
  let idle_mib = 0;
  for (let at = 0; at < 6; at += 1) {
    const cloud = await startCloud(state_dir);
    await complete(cloud);
    if (at === 5) {
      await sleep(15_000);
      idle_mib = memory_mib(cloud.pid);
    }
    await cloud.stop();
    starts.push(cloud.first_answer_ms);
  }
  const [first_start_ms = 0, ...starts_ms] = starts;
  return { first_start_ms, starts_ms, idle_mib };
}

/** What the tool makes it deletes: the cloud need not be a fresh one. */
async function besidePeer(cloud: Cloud): Promise<string | undefined> {
  if (!options.tool || !options.peer) return undefined;
  say("the tool for any cloud");
  const theirs = readResults(options.peer);
  const ours = await runTool(options.tool, await openSession(cloud), theirs, join(state_dir, "ours.json"));
  return peerSection(ours, theirs);
}

async function commit(): Promise<string> {
  const { stdout } = await exec(["git", "describe", "--always", "--dirty"], { cwd: import.meta.dirname });
  return stdout.trim();
}
