/**
 * Requests at random, made from the contracts and bent: whatever comes, no service fails (500), none hangs, and
 * afterwards the cloud still makes servers. `CUMULET_SEED` repeats a run, `CUMULET_FUZZ` says how many requests.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "#tests/support/cloud.ts";
import { needs, startWorld, type World } from "#tests/support/world.ts";
import { makeRandom } from "./fuzz/random.ts";
import { allOperations, makeVictims, pickOperation, requestMaker, type FuzzRequest } from "./fuzz/requests.ts";

const seed = Number(process.env["CUMULET_SEED"] ?? Math.floor(Math.random() * 1e9));
const count = Number(process.env["CUMULET_FUZZ"] ?? 2000);
const patience_ms = 10_000;

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world.stop());

test(`${count} requests at random end in an answer that is no failure (seed ${seed})`, async () => {
  const random = makeRandom(seed);
  const operations = await allOperations();
  const { make, learn } = requestMaker(random, world, await makeVictims(world));
  const failures = new Map<string, string>();
  const statuses = new Map<number, number>();
  for (let done = 0; done < count; done += 8) {
    const subjects = Array.from({ length: 8 }, () => pickOperation(random, operations));
    const requests = subjects.map((subject) => ({
      name: `${subject.operation.method} ${subject.service}${subject.operation.path}`,
      request: make(subject),
    }));
    await Promise.all(
      requests.map(async ({ name, request }) => {
        const { status, said, body } = await answerTo(request);
        if (status === 200 || status === 201 || status === 202) learn(request.method === "POST" ? body : undefined);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status >= 500 && status !== 501)
          failures.set(name, `${status} ${said}\n    ${JSON.stringify(request).slice(0, 1500)}`);
      }),
    );
  }
  const list = [...failures].map(([name, what]) => `${name}: ${what}`).join("\n");
  assert.equal(failures.size, 0, `${failures.size} operations failed (seed ${seed}):\n${list}`);
  const good = [200, 201, 202, 204].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
  const seen = JSON.stringify([...statuses].sort(([a], [b]) => a - b));
  assert.ok(good > count / 20 && (statuses.get(400) ?? 0) > count / 10, `requests of one kind only: ${seen}`);
});

interface Outcome {
  status: number;
  said: string;
  body?: unknown;
}

/** A connection that ends without an answer and an answer that does not come count as failures. */
async function answerTo({ who, method, service, path, ...options }: FuzzRequest): Promise<Outcome> {
  const ending = new AbortController();
  const late = new Promise<Outcome>((resolve) => {
    const timer = setTimeout(() => resolve({ status: 599, said: `no answer in ${patience_ms} ms` }), patience_ms);
    ending.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  const asked = world.ask(who, method, service, path, options).then(
    ({ status, body }) => ({ status, body, said: JSON.stringify(body).slice(0, 300) }),
    (error: unknown) => ({ status: 599, said: String(error) }),
  );
  const answer = await Promise.race([asked, late]);
  ending.abort();
  return answer;
}

test("after all that, a new user of a new project gets a server", async () => {
  const ok = needs(world.ask);
  const { tokens, cloud } = world;
  const { project } = await ok("admin", "POST", "identity", "/v3/projects", {
    project: { name: "after", domain_id: "default" },
  });
  const { user } = await ok("admin", "POST", "identity", "/v3/users", {
    user: { name: "after", password: "after", domain_id: "default" },
  });
  const unlimited = { instances: -1, cores: -1, ram: -1, metadata_items: -1, force: true };
  await ok("admin", "PUT", "compute", `/v2.1/os-quota-sets/${project.id}`, { quota_set: unlimited });
  const { roles } = await ok("admin", "GET", "identity", "/v3/roles?name=member");
  await ok("admin", "PUT", "identity", `/v3/projects/${project.id}/users/${user.id}/roles/${roles[0].id}`);
  tokens.member = await cloud.login("after", "after", "after");
  const { network } = await ok("member", "POST", "network", "/v2.0/networks", { network: { name: "after" } });
  await ok("member", "POST", "network", "/v2.0/subnets", {
    subnet: { network_id: network.id, ip_version: 4, cidr: "10.8.0.0/24" },
  });
  const image = await ok("member", "POST", "image", "/v2/images", {
    name: "after",
    disk_format: "raw",
    container_format: "bare",
  });
  await ok("member", "PUT", "image", `/v2/images/${image.id}/file`, "x".repeat(512), {
    "content-type": "application/octet-stream",
  });
  const flavor = { name: "after", ram: 64, vcpus: 1, disk: 1 };
  const { flavor: size } = await ok("admin", "POST", "compute", "/v2.1/flavors", { flavor });
  const server = { name: "after", flavorRef: size.id, imageRef: image.id, networks: [{ uuid: network.id }] };
  const { server: made } = await ok("member", "POST", "compute", "/v2.1/servers", { server });
  const settled = await eventually("the server to settle", async () => {
    const { body } = await world.ask("member", "GET", "compute", `/v2.1/servers/${made.id}`);
    return body.server.status === "BUILD" ? undefined : body.server;
  });
  assert.equal(settled.status, "ACTIVE", JSON.stringify(settled.fault));
});
