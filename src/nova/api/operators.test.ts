import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#tests/support/parts.ts";
import { implementations } from "./service.ts";
import { testNova, type TestNova } from "./test-stand-ins.ts";

const call = async (
  nova: TestNova,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; version?: string } = {},
) => {
  const { token = "admin", body, version } = options;
  const headers: Record<string, string> = version ? { "X-OpenStack-Nova-API-Version": version } : {};
  const answer = await ask(nova.fetch, method, `/compute/v2.1${path}`, {
    token,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { ...answer, body: answer.body as Record<string, Record<string, unknown>>, text: JSON.stringify(answer.body) };
};

async function withHost(): Promise<TestNova> {
  const nova = await testNova();
  const { hosts } = nova.store;
  await hosts.heartbeat({ host: "h1", binary: "nova-compute", zone: "nova", version: 66 });
  const size = {
    vcpus: 4,
    memory_mb: 4096,
    local_gb: 50,
    vcpus_used: 1,
    memory_mb_used: 512,
    local_gb_used: 1,
    running_vms: 1,
  };
  const kind = {
    hypervisor_type: "simulated",
    hypervisor_version: 1,
    cpu_info: "",
    host_ip: "127.0.0.1",
    uptime: null,
  };
  await hosts.putNode({ id: nova.parts.ids.uuid(), host: "h1", hypervisor_hostname: "h1", ...size, ...kind });
  return nova;
}

test("a host in an aggregate with a zone is in that zone", async () => {
  const nova = await withHost();
  const made = await call(nova, "POST", "/os-aggregates", {
    body: { aggregate: { name: "fast", availability_zone: "z1" } },
    version: "2.41",
  });
  assert.equal(made.status, 200, made.text);
  assert.equal((await call(nova, "POST", "/os-aggregates", { body: { aggregate: { name: "fast" } } })).status, 409);
  const add = (host: string) => call(nova, "POST", "/os-aggregates/1/action", { body: { add_host: { host } } });
  assert.equal((await add("nowhere")).status, 404);
  assert.equal((await add("h1")).status, 200);
  assert.equal((await add("h1")).status, 409);
  assert.match(
    (await call(nova, "GET", "/os-availability-zone", { token: "member" })).text,
    /"zoneName":"z1","zoneState":\{"available":true\}/,
  );
  assert.match((await call(nova, "GET", "/os-services")).text, /"zone":"z1"/);
  assert.equal((await call(nova, "DELETE", "/os-aggregates/1")).status, 400);
  assert.equal(
    (await call(nova, "POST", "/os-aggregates/1/action", { body: { remove_host: { host: "h1" } } })).status,
    200,
  );
  assert.equal((await call(nova, "DELETE", "/os-aggregates/1")).status, 200);
});

test("hypervisors are for administrators, and lose their numbers of use at 2.88", async () => {
  const nova = await withHost();
  assert.equal((await call(nova, "GET", "/os-hypervisors", { token: "member" })).status, 403);
  const early = await call(nova, "GET", "/os-hypervisors/1");
  assert.equal(early.body["hypervisor"]?.["id"], 1);
  assert.equal(early.body["hypervisor"]?.["cpu_info"], "{}");
  assert.equal(early.body["hypervisor"]?.["free_ram_mb"], 3584);
  const list = await call(nova, "GET", "/os-hypervisors/detail", { version: "2.88" });
  assert.doesNotMatch(list.text, /vcpus/);
  assert.match(list.text, /"uptime":null/);
  assert.equal((await call(nova, "GET", "/os-hypervisors/statistics", { version: "2.88" })).status, 404);
  assert.equal((await call(nova, "GET", "/os-hypervisors/1/uptime")).status, 501);
});

test("a service is disabled with a reason, by both forms of the request", async () => {
  const nova = await withHost();
  const early = await call(nova, "PUT", "/os-services/disable-log-reason", {
    body: { host: "h1", binary: "nova-compute", disabled_reason: "broken" },
  });
  assert.equal(early.status, 200, early.text);
  const [service] = await nova.store.hosts.listServices();
  assert.equal(service?.disabled_reason, "broken");
  const path = `/os-services/${service?.id}`;
  const enabled = await call(nova, "PUT", path, { body: { status: "enabled" }, version: "2.53" });
  assert.equal(enabled.body["service"]?.["status"], "enabled");
  assert.equal((await call(nova, "PUT", path, { body: { disabled_reason: "x" }, version: "2.53" })).status, 400);
});

test("flavors: private ones are hidden from other projects, and cannot be booted by them", async () => {
  const nova = await testNova();
  const flavor = { name: "secret", id: "s", ram: 64, vcpus: 1, disk: 1, "os-flavor-access:is_public": false };
  assert.equal((await call(nova, "POST", "/flavors", { body: { flavor } })).status, 200);
  assert.equal((await call(nova, "POST", "/flavors", { body: { flavor } })).status, 409);
  assert.equal((await call(nova, "GET", "/flavors/s", { token: "member" })).status, 404);
  const server = { name: "w", imageRef: "11111111-1111-4111-8111-111111111111", flavorRef: "s" };
  assert.equal((await call(nova, "POST", "/servers", { token: "member", body: { server } })).status, 400);
  const tenant = "d".repeat(32);
  assert.equal((await call(nova, "POST", "/flavors/s/action", { body: { addTenantAccess: { tenant } } })).status, 200);
  assert.equal((await call(nova, "GET", "/flavors/s", { token: "member" })).status, 200);
  assert.equal((await call(nova, "POST", "/servers", { token: "member", body: { server } })).status, 202);
  const shape = (version: string) => call(nova, "GET", "/flavors/s", { token: "member", version });
  assert.equal((await shape("2.1")).body["flavor"]?.["swap"], "");
  assert.equal((await shape("2.75")).body["flavor"]?.["swap"], 0);
  assert.deepEqual((await shape("2.61")).body["flavor"]?.["extra_specs"], {});
});

test("key pairs belong to users, and generation ends at 2.92", async () => {
  const nova = await testNova();
  const body = { keypair: { name: "mine" } };
  const made = await call(nova, "POST", "/os-keypairs", { token: "member", body, version: "2.2" });
  assert.equal(made.status, 201, made.text);
  assert.equal((await call(nova, "POST", "/os-keypairs", { token: "member", body })).status, 409);
  assert.equal((await call(nova, "POST", "/os-keypairs", { token: "member", body, version: "2.92" })).status, 400);
  assert.doesNotMatch((await call(nova, "GET", "/os-keypairs/mine", { token: "member" })).text, /PRIVATE/);
  assert.equal((await call(nova, "GET", "/os-keypairs/mine", { token: "reader" })).status, 404);
  const other = `/os-keypairs/mine?user_id=${Buffer.from("member").toString("hex").padEnd(32, "0").slice(0, 32)}`;
  assert.equal((await call(nova, "GET", other, { token: "reader", version: "2.10" })).status, 403);
  assert.equal((await call(nova, "GET", other, { token: "admin", version: "2.10" })).status, 200);
});

test("every operation has a policy, and every one refuses a stranger without a token", async () => {
  const nova = await testNova();
  const routes = implementations({ ...nova.parts, store: nova.store } as never).flatMap(({ routes: own }) => own);
  assert.ok(routes.length > 200, String(routes.length));
  for (const { operation } of routes) {
    if (operation.policy === "public") continue;
    const path = operation.path.replaceAll(/\{\w+\}/g, "x");
    const answer = await ask(nova.fetch, operation.method, `/compute${path}`, {
      headers: { "OpenStack-API-Version": "compute 2.30" },
    });
    assert.equal(answer.status, 401, `${operation.method} ${path}`);
  }
});
