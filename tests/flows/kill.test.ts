/**
 * kill -9 of the whole process at random moments of creates and deletes. After `up` each server that was answered with
 * 202 is ACTIVE, or ERROR with a reason, or gone as asked; and the ledgers of all stores and drivers agree.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { client, type Client } from "#tests/support/client.ts";
import { eventually } from "#tests/support/cloud.ts";
import { startProcess, type CloudProcess } from "#tests/support/process.ts";
import { randomFrom, seedOfRun } from "#tests/support/random.ts";
import { simulatedGuests } from "#tests/support/simulated-guests.ts";

const rounds = 10;
/** Printed with a failure, so that the same moments can be tried again. */
const seed = seedOfRun();

test(`kill -9 at ${rounds} random moments loses nothing and orphans nothing (seed ${seed})`, async () => {
  const state_dir = mkdtempSync(join(tmpdir(), "cumulet-kill-"));
  const random = randomFrom(seed);
  const answered: Answered = new Map();
  let cloud: CloudProcess | undefined;
  try {
    for (let round = 0; round < rounds; round += 1) {
      cloud = await startProcess(state_dir, ["--simulate=2"]);
      const demo = await client(cloud.url, state_dir);
      const asking = askMany(demo, answered, round).catch(() => undefined);
      await wait(random() * 250);
      await cloud.kill();
      await asking;
    }
    cloud = await startProcess(state_dir, ["--simulate=2"]);
    await assertWhole(await client(cloud.url, state_dir), state_dir, answered);
    // A run in which nothing was asked would prove nothing.
    assert.ok(answered.size >= rounds / 2, `only ${answered.size} requests were answered`);
    await cloud.stop();
  } finally {
    await cloud?.kill();
    rmSync(state_dir, { recursive: true, force: true });
  }
});

/** What was answered for each server; a delete that was asked for and not answered may have happened or not. */
type Answered = Map<string, "create" | "delete" | "perhaps deleted">;

/** Creates servers, with and without a volume, and deletes some that are there; remembers what was answered. */
async function askMany(demo: Client, answered: Answered, round: number): Promise<void> {
  const existing = [...answered].filter(([, asked]) => asked === "create").map(([id]) => id);
  const victim = existing.at(round % Math.max(existing.length, 1));
  if (victim !== undefined) answered.set(victim, "perhaps deleted");
  await Promise.all([
    demo.createServer(`plain-${round}`).then((id) => answered.set(id, "create")),
    demo.createServer(`volume-${round}`, { volume: true }).then((id) => answered.set(id, "create")),
    victim === undefined ? undefined : demo.deleteServer(victim).then(() => answered.set(victim, "delete")),
  ]);
}

async function assertWhole(demo: Client, state_dir: string, answered: Answered): Promise<void> {
  const servers = await eventually("every server to settle", () => demo.settledServers(), 90_000);
  const byId = new Map(servers.map((server) => [server.id, server]));
  for (const [id, asked] of answered) {
    const server = byId.get(id);
    if (asked === "delete") assert.equal(server, undefined, `${id} was to be deleted`);
    else if (asked === "create") assert.ok(server, `${id} was answered with 202 and is lost`);
  }
  for (const server of servers) {
    assert.ok(["ACTIVE", "ERROR"].includes(server.status), `${server.id} is ${server.status}`);
    if (server.status === "ERROR") assert.ok(server.fault?.message, `${server.id} is in ERROR without a reason`);
  }
  await eventually(
    "nothing to be orphaned",
    async () => {
      const left = await orphans(demo, state_dir, servers);
      if (left.length > 0) throw new Error(left.join("; "));
      return true;
    },
    90_000,
  );
}

interface Settled {
  id: string;
  status: string;
}

/** Whatever exists without a server that owns it. */
async function orphans(demo: Client, state_dir: string, servers: readonly Settled[]): Promise<string[]> {
  const active = new Set(servers.filter((server) => server.status === "ACTIVE").map((server) => server.id));
  const found: string[] = [];
  for (const port of await demo.computePorts())
    if (!active.has(port.device_id)) found.push(`port ${port.id} of ${port.device_id}`);
  for (const volume of await demo.volumes()) {
    const owners = volume.attachments.map((one) => one.server_id);
    if (owners.length === 0 || owners.some((id) => !active.has(id)))
      found.push(`volume ${volume.id} (${volume.status}) of [${owners.join()}]`);
  }
  for (const id of await demo.claims()) if (!active.has(id)) found.push(`claim of ${id}`);
  for (const id of guests(state_dir)) if (!active.has(id)) found.push(`guest ${id}`);
  for (const id of active) if (!guests(state_dir).includes(id)) found.push(`${id} is ACTIVE without a guest`);
  return found;
}

function guests(state_dir: string): string[] {
  return ["sim1", "sim2"].flatMap((host) => simulatedGuests(join(state_dir, "nova-compute", host, "guests.json")));
}
