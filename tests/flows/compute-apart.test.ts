/**
 * nova-compute in a process of its own, with nothing of the cloud but the queue and the APIs: no database, no folder of
 * the cloud. A server's whole life goes through it, also when it is killed in between.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { flow } from "#contracts/flow.ts";
import { exec } from "#platform/exec/exec.ts";
import { client, type Client } from "#tests/support/client.ts";
import { eventually, startTestCloud, type Answer, type TestCloud } from "#tests/support/cloud.ts";
import {
  refusedConfig,
  runsAsNobody,
  startComputeProcess,
  startNats,
  writeConfig,
  type ComputeOptions,
  type ComputeProcess,
  type Nats,
} from "#tests/support/compute-process.ts";
import { randomFrom, seedOfRun } from "#tests/support/random.ts";
import { simulatedGuests } from "#tests/support/simulated-guests.ts";

let nats: Nats;
let cloud: TestCloud;
let demo: Client;
let compute: ComputeProcess;
let options: ComputeOptions;
const dir = mkdtempSync(join(tmpdir(), "cumulet-apart-"));

before(async () => {
  nats = await startNats();
  cloud = await startTestCloud({ config: `[bus]\nurl = "${nats.url}"\n[compute]\nenabled = false\n` });
  const secrets = JSON.parse(readFileSync(join(cloud.state_dir, "secrets.json"), "utf8"));
  options = {
    dir,
    url: cloud.url,
    bus_url: nats.url,
    host: "sim1",
    cloud_id: readFileSync(join(cloud.state_dir, "cloud-id"), "utf8").trim(),
    password: secrets.service_users["nova-compute@sim1"],
  };
  compute = await startComputeProcess(options);
  demo = await client(cloud.url, cloud.state_dir);
});
after(async () => {
  await compute?.kill();
  await cloud?.stop();
  await nats?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function showServer(id: string): Promise<Answer["body"]> {
  return (await demo.ask("GET", "compute", `/v2.1/servers/${id}`)).body.server;
}

function settled(id: string, status?: string): Promise<Answer["body"]> {
  return eventually(`server ${id} to be ${status ?? "settled"}`, async () => {
    const server = await showServer(id);
    const busy = server.status === "BUILD" || server["OS-EXT-STS:task_state"] !== null;
    return busy || (status !== undefined && server.status !== status) ? undefined : server;
  });
}

async function act(id: string, action: object): Promise<void> {
  const { status, body } = await demo.ask("POST", "compute", `/v2.1/servers/${id}/action`, action);
  assert.equal(status, 202, JSON.stringify(body));
}

function gone(id: string): Promise<boolean> {
  return eventually(`server ${id} to be gone`, async () => {
    const { status } = await demo.ask("GET", "compute", `/v2.1/servers/${id}`);
    return status === 404 ? true : undefined;
  });
}

/** Guests of the simulated hypervisor, whose ledger lies in compute's own folder. */
function guests(): string[] {
  return simulatedGuests(join(compute.state_dir, "nova-compute", "sim1", "guests.json"));
}

describe("nova-compute without a database", () => {
  test("runs where the cloud's databases are out of its reach, and has none open", async () => {
    const files = compute.openFiles();
    assert.ok(files.length > 3, files.join(" "));
    assert.deepEqual(
      files.filter((path) => path.startsWith(cloud.state_dir) || /\.(?:db|sqlite)\b/.test(path)),
      [],
    );
    // Databases there are, in the cloud's own process.
    assert.ok(readdirSync(join(cloud.state_dir, "db")).some((name) => name.startsWith("nova")));
    if (!runsAsNobody()) return;
    assert.match(readFileSync(`/proc/${compute.pid}/status`, "utf8"), /^Uid:\t65534\t65534\t65534\t65534$/m);
    const look = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls", cloud.state_dir] as const;
    await assert.rejects(exec(look), /Permission denied/);
  });

  test("a configuration with a database is refused, with file and line", async () => {
    const bad = { ...options, dir: join(dir, "bad") };
    const file = writeConfig(bad, '[database]\nurl = "sqlite:/tmp/nova.db"\n');
    const line = readFileSync(file, "utf8").split("\n").indexOf("[database]") + 1;
    const { code, stderr } = await refusedConfig(file);
    assert.equal(code, 2);
    assert.ok(stderr.includes(`${file}:${line}: unknown key 'database'`), stderr);
  });

  test("builds a server, boots it from a volume, and the trace has all steps of the flow", async () => {
    const id = await demo.createServer("apart", { volume: true });
    const server = await settled(id, "ACTIVE");
    assert.match(server.addresses.private[0].addr, /^10\.0\.0\.\d+$/);
    assert.ok(guests().includes(id), "the guest runs in the other process");
    const trace = await eventually("the whole trace", async () => {
      const { body } = await demo.ask("GET", "trace", `/v1/servers/${id}`);
      return body.steps?.length === flow.length ? body : undefined;
    });
    assert.deepEqual(
      trace.steps.map((step: { step: number }) => step.step),
      flow.map((row) => row.step),
    );
    const mine = trace.steps.filter((step: { component: string }) => step.component === "nova-compute");
    const expected = flow.filter((row) => row.component === "nova-compute");
    assert.deepEqual(
      mine.map((step: { step: number }) => step.step),
      expected.map((row) => row.step),
    );
    await demo.deleteServer(id);
    await gone(id);
  });

  test("stops and starts a server, attaches and detaches a volume, deletes it", async () => {
    const id = await demo.createServer("life");
    await settled(id, "ACTIVE");
    await act(id, { "os-stop": null });
    await settled(id, "SHUTOFF");
    await act(id, { "os-start": null });
    await settled(id, "ACTIVE");
    const volume = await makeVolume();
    const path = `/v2.1/servers/${id}/os-volume_attachments`;
    const attached = await demo.ask("POST", "compute", path, { volumeAttachment: { volumeId: volume } });
    assert.equal(attached.status, 200, JSON.stringify(attached.body));
    await volumeIs(volume, "in-use");
    assert.equal((await demo.ask("DELETE", "compute", `${path}/${volume}`)).status, 202);
    await volumeIs(volume, "available");
    await settled(id, "ACTIVE");
    await demo.deleteServer(id);
    await gone(id);
    assert.deepEqual(guests(), []);
    assert.deepEqual(await demo.computePorts(), []);
    assert.deepEqual(await demo.claims(), []);
  });

  test("goes on after it was stopped and started in good order", async () => {
    const id = await demo.createServer("kept");
    await settled(id, "ACTIVE");
    assert.equal(await compute.stop(), 0);
    compute = await startComputeProcess(options);
    assert.ok(guests().includes(id));
    await act(id, { reboot: { type: "HARD" } });
    await settled(id, "ACTIVE");
    await demo.deleteServer(id);
    await gone(id);
  });

  const seed = seedOfRun();
  test(`kill -9 during creates orphans nothing (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const volumeIds = async (): Promise<string[]> => (await demo.volumes()).map((volume) => volume.id);
    const volumes = await volumeIds();
    for (let round = 0; round < 4; round += 1) {
      const slow = { "fake:delay_ms": "150" };
      const creates = [demo.createServer(`plain-${round}`, { metadata: slow })];
      if (round % 2 === 0) creates.push(demo.createServer(`volume-${round}`, { volume: true, metadata: slow }));
      const ids = await Promise.all(creates);
      await wait(random() * 500);
      await compute.kill();
      compute = await startComputeProcess(options);
      for (const id of ids) await assertWhole(id);
      await eventually("no volume to be left over", async () => {
        assert.deepEqual(await volumeIds(), volumes);
        return true;
      });
    }
  });
});

/** ACTIVE, or ERROR with a reason; deleted, nothing of it is left. */
async function assertWhole(id: string): Promise<void> {
  const server = await settled(id);
  assert.ok(["ACTIVE", "ERROR"].includes(server.status), server.status);
  if (server.status === "ERROR") assert.ok(server.fault?.message, `${id} is in ERROR without a reason`);
  const kept = server.status === "ACTIVE" ? 1 : 0;
  await eventually(`nothing of ${id} to be left over`, async () => {
    const ports = (await demo.computePorts()).filter((port) => port.device_id === id);
    const claims = (await demo.claims()).filter((claim) => claim === id);
    const here = guests().filter((guest) => guest === id);
    assert.deepEqual([ports.length, claims.length, here.length], [kept, kept, kept]);
    return true;
  });
  await demo.deleteServer(id);
  await gone(id);
}

async function makeVolume(): Promise<string> {
  const volumes = await demo.ask("POST", "volume", `/v3/${await projectId()}/volumes`, { volume: { size: 1 } });
  assert.equal(volumes.status, 202, JSON.stringify(volumes.body));
  await volumeIs(volumes.body.volume.id, "available");
  return volumes.body.volume.id;
}

async function projectId(): Promise<string> {
  return (await demo.ask("GET", "identity", "/v3/auth/projects")).body.projects[0].id;
}

async function volumeIs(id: string, status: string): Promise<void> {
  await eventually(`volume ${id} to be ${status}`, async () => {
    const found = (await demo.volumes()).find((volume) => volume.id === id);
    return found?.status === status ? true : undefined;
  });
}
