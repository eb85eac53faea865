/**
 * kill -9 of a cloud with real guests at random moments of creates. After `up` each server is ACTIVE with a guest, or
 * ERROR with a reason; and what is left of those that failed is nothing: no port, claim, volume, file, tap or process.
 * The same many times, and faster, with simulated guests: tests/flows/kill.test.ts. Needs root.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { randomFrom, seedOfRun } from "#tests/support/random.ts";
import { createServers, deleteAll, look, type Seen } from "./real-cloud-client.ts";
import { makeRealCloud, type RealCloud } from "./real-cloud.ts";
import { guestPids, guestTaps, leftOnHost, serverFiles, volumeFiles } from "./real-cloud-traces.ts";

const rounds = 3;
/** A create of two real guests takes about this long. */
const longest_ms = 1200;
const seed = seedOfRun();

let cloud: RealCloud;
before(async () => {
  cloud = await makeRealCloud("kill");
});
after(() => cloud.end());

test(`kill -9 at ${rounds} random moments of creates (seed ${seed})`, async (t) => {
  const random = randomFrom(seed);
  await cloud.up();
  for (let round = 0; round < rounds; round += 1) {
    const asked = await createServers(cloud, `round${round}`);
    const moment_ms = random() * longest_ms;
    await wait(moment_ms);
    await cloud.kill();
    await cloud.up();
    const seen = await whole(asked);
    const states = seen.servers.map(({ status, reason }) => (reason === null ? status : `${status} (${reason})`));
    t.diagnostic(`killed ${Math.round(moment_ms)} ms after the answer: ${states.join(", ")}`);
    for (const { id, status } of seen.servers) if (status === "ACTIVE") await boots(id);
    await deleteAll(cloud);
    await whole([]);
  }
  await cloud.cumulet("down", "--guests");
  assert.deepEqual(await leftOnHost(cloud, []), []);
});

const patience = { limit_ms: 120_000, period_ms: 500 };

/** Waits until nothing is being worked on and nothing is orphaned. */
function whole(asked: readonly string[]): Promise<Seen> {
  const probe = async (): Promise<Seen | undefined> => {
    const seen = await look(cloud);
    if (seen === null) return undefined;
    assert.deepEqual(seen.servers.map(({ id }) => id).toSorted(), asked.toSorted());
    for (const { id, status, reason } of seen.servers) {
      assert.ok(status === "ACTIVE" || (status === "ERROR" && reason), `${id} is ${status}: ${reason}`);
    }
    await assertNothingOrphaned(seen);
    return seen;
  };
  return until(systemClock(), probe, { ...patience, what: "every server to be whole or gone" });
}

async function assertNothingOrphaned({ servers, ports, volumes, claims }: Seen): Promise<void> {
  const active = servers.filter(({ status }) => status === "ACTIVE").map(({ id }) => id);
  const wanted = active.toSorted();
  assert.deepEqual(Object.keys(await guestPids(cloud)).toSorted(), wanted, "processes");
  assert.deepEqual((await serverFiles(cloud)).toSorted(), wanted, "files");
  assert.deepEqual(ports.map((port) => port.device_id).toSorted(), wanted, "ports");
  assert.deepEqual(
    (await guestTaps(cloud)).toSorted(),
    ports.map(({ id }) => `tap${id.slice(0, 11)}`).toSorted(),
    "devices",
  );
  assert.deepEqual(claims.toSorted(), wanted, "claims");
  for (const { id, status, servers: owners } of volumes) {
    assert.equal(status, "in-use", `volume ${id}`);
    assert.ok(owners.length === 1 && active.includes(owners[0] ?? ""), `volume ${id} of [${owners.join()}]`);
  }
  assert.deepEqual((await volumeFiles(cloud)).toSorted(), volumes.map(({ id }) => id).toSorted(), "volumes' files");
}

/** ACTIVE is true: the guest comes up and has its address. */
async function boots(id: string): Promise<void> {
  const probe = async () =>
    /cumulet-guest ready/.test(await cloud.tell("console", "log", "show", id)) ? true : undefined;
  await until(systemClock(), probe, { ...patience, period_ms: 1000, what: `server ${id} to have booted` });
}
