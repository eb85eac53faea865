import assert from "node:assert/strict";
import { test } from "node:test";
import { on } from "#platform/bus/bus.ts";
import {
  computeAddress,
  conductorAddress,
  runOperation,
  schedulerAddress,
  scheduleServer,
} from "#contracts/nova/messages.ts";
import { until } from "#platform/clock/until.ts";
import { ask, people, projects } from "#tests/support/parts.ts";
import { ids, testNova, type TestNova } from "./test-stand-ins.ts";

type Body = Record<string, never> & { server: Record<string, unknown>; servers: Record<string, unknown>[] };

const call = async (
  nova: TestNova,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; version?: string } = {},
) => {
  const { token = "member", body, version } = options;
  const headers: Record<string, string> = version ? { "OpenStack-API-Version": `compute ${version}` } : {};
  const answer = await ask(nova.fetch, method, `/compute/v2.1${path}`, {
    token,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { ...answer, body: answer.body as Body, text: JSON.stringify(answer.body) };
};

const request = (more: object = {}) => ({ server: { name: "web", imageRef: ids.image, flavorRef: "1", ...more } });

async function create(nova: TestNova, more: object = {}, version?: string): Promise<string> {
  const answer = await call(nova, "POST", "/servers", { body: request(more), ...(version ? { version } : {}) });
  assert.equal(answer.status, 202, answer.text);
  return String(answer.body.server["id"]);
}

/** As if compute had built it. */
async function built(nova: TestNova, id: string): Promise<void> {
  const active = {
    vm_state: "active",
    task_state: null,
    host: "host1",
    node: "host1",
    power_state: 1,
    launched_at: nova.parts.clock.now(),
  } as const;
  assert.ok(await nova.store.servers.update(id, active));
  const operation = await nova.store.operations.findActive(id);
  assert.ok(operation);
  assert.ok(await nova.store.operations.change(operation.id, ["running"], { state: "done" }));
}

test("a server is stored whole with its operation, the user is told, then the scheduler is poked", async () => {
  const nova = await testNova();
  const poked: string[] = [];
  await nova.parts.bus.serve(schedulerAddress, [
    on(scheduleServer, async ({ operation_id }) => poked.push(operation_id)),
  ]);
  const answer = await call(nova, "POST", "/servers", {
    version: "2.93",
    body: request({
      networks: [{ uuid: ids.network }],
      key_name: undefined,
      security_groups: [{ name: "web" }],
      metadata: { a: "b" },
      tags: ["x"],
    }),
  });
  assert.equal(answer.status, 202, answer.text);
  const id = String(answer.body.server["id"]);
  assert.equal(answer.headers.get("location"), `http://127.0.0.1:8774/compute/v2.1/servers/${id}`);
  assert.equal(typeof answer.body.server["adminPass"], "string");

  const server = await nova.store.servers.find(id);
  assert.ok(server);
  assert.equal(server.vm_state, "building");
  assert.equal(server.task_state, "scheduling");
  assert.deepEqual(server.requested_networks, [{ network_id: ids.network, port_id: null, fixed_ip: null, tag: null }]);
  assert.deepEqual(server.security_groups, [ids.group]);
  const devices = await nova.store.blockDevices.listOf(id);
  assert.deepEqual(
    devices.map(({ source_type, destination_type, boot_index, image_id }) => [
      source_type,
      destination_type,
      boot_index,
      image_id,
    ]),
    [["image", "local", 0, ids.image]],
  );
  const operation = await nova.store.operations.findActive(id, "server.create");
  assert.equal(operation?.owner, schedulerAddress);
  await until(nova.parts.clock, async () => (poked.includes(operation?.id ?? "") ? true : undefined), {
    limit_ms: 2000,
    what: "the poke",
  });
  assert.deepEqual(nova.parts.spans.map((span) => span.step).sort(), [3, 4, 6, 7, 8]);
});

test("a server is created although the queue does not take the poke", async () => {
  const nova = await testNova();
  await nova.parts.bus.close();
  nova.parts.bus.cast = async () => {
    throw new Error("no queue");
  };
  const id = await create(nova);
  assert.ok(await nova.store.operations.findActive(id, "server.create"));
});

const refusals: [what: string, body: object, status: number, sentence: RegExp][] = [
  ["an unknown flavor", request({ flavorRef: "99" }), 400, /Invalid flavorRef provided/],
  ["an unknown image", request({ imageRef: ids.port }), 400, /Can not find requested image/],
  ["an image that is no id", request({ imageRef: "x" }), 400, /Invalid imageRef provided/],
  ["no image and no volume", { server: { name: "web", flavorRef: "1" } }, 400, /Missing imageRef attribute/],
  ["an unknown key", request({ key_name: "mine" }), 400, /Invalid key_name provided/],
  ["an unknown network", request({ networks: [{ uuid: ids.port }] }), 400, /Network 3.* could not be found/],
  ["an unknown port", request({ networks: [{ port: ids.network }] }), 400, /Port id 2.* could not be found/],
  ["an unknown security group", request({ security_groups: [{ name: "nope" }] }), 400, /Security group nope not found/],
  [
    "an unknown field",
    request({ colour: "red" }),
    400,
    /Additional properties are not allowed \('colour' was unexpected\)/,
  ],
  ["user data that is no base 64", request({ user_data: "%%%" }), 400, /User data needs to be valid base 64/],
  ["an unknown zone", request({ availability_zone: "mars" }), 400, /requested availability zone is not available/],
  ["a forced host", request({ availability_zone: "nova:host1" }), 403, /forced_host/],
  ["min over max", request({ min_count: 3, max_count: 2 }), 400, /min_count must be <= max_count/],
  [
    "more than the quota",
    request({ min_count: 11 }),
    403,
    /Quota exceeded for instances: Requested 11, but already used 0 of 10 instances/,
  ],
  [
    "a volume twice over",
    request({ min_count: 2, block_device_mapping_v2: [{ uuid: ids.volume, source_type: "volume", boot_index: -1 }] }),
    400,
    /multiple instances/,
  ],
];

for (const [what, body, status, sentence] of refusals) {
  test(`a create with ${what} is refused and leaves nothing`, async () => {
    const nova = await testNova();
    const answer = await call(nova, "POST", "/servers", { body });
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, sentence);
    assert.equal((await nova.store.servers.usage(projects.demo)).instances, 0);
    assert.equal(nova.known.attachments.size, 0);
  });
}

test("from 2.37 on networks must be said", async () => {
  const nova = await testNova();
  const without = await call(nova, "POST", "/servers", { body: request(), version: "2.37" });
  assert.equal(without.status, 400);
  assert.match(without.text, /'networks' is a required property/);
  const none = await create(nova, { networks: "none" }, "2.37");
  assert.deepEqual((await nova.store.servers.find(none))?.requested_networks, []);
  const auto = await create(nova, { networks: "auto" }, "2.37");
  assert.equal((await nova.store.servers.find(auto))?.requested_networks[0]?.network_id, ids.network);
});

test("as many servers as the quota allows are made between the least and the most", async () => {
  const nova = await testNova();
  const answer = await call(nova, "POST", "/servers", {
    body: request({ min_count: 2, max_count: 50, return_reservation_id: true }),
  });
  assert.equal(answer.status, 202, answer.text);
  const { servers } = (await call(nova, "GET", "/servers")).body;
  assert.equal(servers.length, 10);
  assert.ok(servers.some((server) => server["name"] === "web-10"));
  assert.equal((await call(nova, "POST", "/servers", { body: request() })).status, 403);
});

test("a volume to boot from is reserved, and given back when the rows cannot be written", async () => {
  const nova = await testNova();
  const mapping = [{ uuid: ids.volume, source_type: "volume", destination_type: "volume", boot_index: 0 }];
  const body = { server: { name: "web", flavorRef: "1", block_device_mapping_v2: mapping } };
  await nova.store.quotas.set(projects.demo, { instances: 0 });
  const over = await call(nova, "POST", "/servers", { body });
  assert.equal(over.status, 403, over.text);
  assert.equal(nova.known.attachments.size, 0);
  await nova.store.quotas.set(projects.demo, { instances: 5 });
  const made = await call(nova, "POST", "/servers", { body });
  assert.equal(made.status, 202, made.text);
  const id = String(made.body.server["id"]);
  const [device] = await nova.store.blockDevices.listOf(id);
  assert.equal(nova.known.attachments.get(device?.attachment_id ?? "")?.server_id, id);
  assert.equal((await call(nova, "GET", `/servers/${id}`)).body.server["image"], "");
  const again = await call(nova, "POST", "/servers", { body });
  assert.match(again.text, /status must be 'available'. Currently in 'reserved'/);
});

test("another project's server is not there at all, for no verb", async () => {
  const nova = await testNova();
  const id = await create(nova);
  await built(nova, id);
  const verbs: [string, string, unknown?][] = [
    ["GET", `/servers/${id}`],
    ["DELETE", `/servers/${id}`],
    ["PUT", `/servers/${id}`, { server: { name: "mine" } }],
    ["POST", `/servers/${id}/action`, { "os-stop": null }],
    ["POST", `/servers/${id}/action`, { "os-getConsoleOutput": {} }],
    ["GET", `/servers/${id}/metadata`],
    ["GET", `/servers/${id}/os-interface`],
    ["GET", `/servers/${id}/os-volume_attachments`],
    ["GET", `/servers/${id}/os-instance-actions`],
    ["GET", `/servers/${id}/ips`],
    ["GET", `/servers/${id}/os-server-password`],
  ];
  for (const [method, path, body] of verbs) {
    const answer = await call(nova, method, path, { token: "stranger", ...(body === undefined ? {} : { body }) });
    assert.equal(answer.status, 404, `${method} ${path}: ${answer.text}`);
  }
  assert.deepEqual((await call(nova, "GET", "/servers", { token: "stranger" })).body.servers, []);
  assert.deepEqual(
    (await call(nova, "GET", `/servers?all_tenants=1&project_id=${projects.demo}`, { token: "stranger" })).body.servers,
    [],
  );
  const all = await call(nova, "GET", "/servers?all_tenants=1", { token: "admin" });
  assert.equal(all.body.servers.length, 1);
});

test("a reader sees and may not touch", async () => {
  const nova = await testNova();
  const id = await create(nova);
  assert.equal((await call(nova, "GET", `/servers/${id}`, { token: "reader" })).status, 200);
  assert.equal((await call(nova, "DELETE", `/servers/${id}`, { token: "reader" })).status, 403);
  assert.equal((await call(nova, "POST", "/servers", { token: "reader", body: request() })).status, 403);
});

test("fields come with their microversions, and hosts only for administrators", async () => {
  const nova = await testNova();
  const id = await create(nova);
  await built(nova, id);
  const at = async (version: string, token = "member") =>
    (await call(nova, "GET", `/servers/${id}`, { version, token })).body.server;
  const first = await at("2.1");
  assert.deepEqual(Object.keys(first["flavor"] as object), ["id", "links"]);
  for (const field of [
    "locked",
    "description",
    "tags",
    "locked_reason",
    "server_groups",
    "flavorReference",
    "adminHostname",
  ])
    assert.ok(!(field in first), field);
  const newest = await at("2.93");
  assert.equal((newest["flavor"] as Record<string, unknown>)["original_name"], "m1.tiny");
  assert.equal(newest["OS-EXT-SRV-ATTR:hostname"], "web");
  assert.ok(!("OS-EXT-SRV-ATTR:host" in newest));
  assert.match(String(newest["hostId"]), /^[0-9a-f]{56}$/);
  assert.match(String(newest["OS-SRV-USG:launched_at"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000$/);
  assert.equal((await at("2.93", "admin"))["OS-EXT-SRV-ATTR:host"], "host1");
  assert.equal((await at("2.3", "admin"))["OS-EXT-SRV-ATTR:hostname"], "web");
  assert.ok(!("OS-EXT-SRV-ATTR:hostname" in (await at("2.3"))));
});

test("an action that the state forbids is refused in Nova's words; one that may start is an operation", async () => {
  const nova = await testNova();
  const id = await create(nova);
  const early = await call(nova, "POST", `/servers/${id}/action`, { body: { "os-stop": null } });
  assert.equal(early.status, 409);
  assert.match(early.text, new RegExp(`Cannot 'stop' instance ${id} while it is in vm_state building`));
  await built(nova, id);
  const poked: string[] = [];
  await nova.parts.bus.serve(computeAddress("host1"), [
    on(runOperation, async ({ server_id }) => poked.push(server_id)),
  ]);
  assert.equal((await call(nova, "POST", `/servers/${id}/action`, { body: { "os-stop": null } })).status, 202);
  const operation = await nova.store.operations.findActive(id, "server.stop");
  assert.equal(operation?.owner, computeAddress("host1"));
  assert.equal((await nova.store.servers.find(id))?.task_state, "powering-off");
  await until(nova.parts.clock, async () => (poked.length > 0 ? true : undefined), {
    limit_ms: 2000,
    what: "the poke",
  });
  const twice = await call(nova, "POST", `/servers/${id}/action`, { body: { "os-stop": null } });
  assert.match(twice.text, /while it is in task_state powering-off/);
  assert.equal((await call(nova, "POST", `/servers/${id}/action`, { body: { nonsense: null } })).status, 400);
  assert.equal(
    (await call(nova, "POST", `/servers/${id}/action`, { body: { resize: { flavorRef: "1" } } })).status,
    501,
  );
});

test("a delete is allowed while the server is built: the create unwinds, and two deletions are one", async () => {
  const nova = await testNova();
  const id = await create(nova);
  const [one, two] = await Promise.all([
    call(nova, "DELETE", `/servers/${id}`),
    call(nova, "DELETE", `/servers/${id}`),
  ]);
  assert.deepEqual([one.status, two.status], [204, 204]);
  const active = await nova.store.operations.listActive();
  assert.deepEqual(active.map(({ kind, state, owner, error }) => [kind, state, owner, error]).sort(), [
    ["server.create", "undoing", schedulerAddress, "deleted"],
    ["server.delete", "running", conductorAddress, null],
  ]);
  assert.ok(await nova.store.servers.markDeleted(id));
  assert.equal((await call(nova, "GET", `/servers/${id}`)).status, 404);
  assert.equal((await call(nova, "DELETE", `/servers/${id}`)).status, 404);
  const log = await call(nova, "GET", `/servers/${id}/os-instance-actions`, { version: "2.21" });
  assert.equal(log.status, 200, log.text);
});

test("a locked server refuses its owner and not an administrator", async () => {
  const nova = await testNova();
  const id = await create(nova);
  await built(nova, id);
  assert.equal((await call(nova, "POST", `/servers/${id}/action`, { body: { lock: null } })).status, 202);
  const refused = await call(nova, "POST", `/servers/${id}/action`, { body: { "os-stop": null } });
  assert.match(refused.text, new RegExp(`Instance ${id} is locked`));
  assert.equal((await call(nova, "DELETE", `/servers/${id}`)).status, 409);
  assert.equal(
    (await call(nova, "POST", `/servers/${id}/action`, { body: { "os-stop": null }, token: "admin" })).status,
    202,
  );
});

test("lists filter, sort and page without overlap", async () => {
  const nova = await testNova();
  for (const name of ["one", "two", "three", "four"]) await create(nova, { name });
  const names = async (query: string, version = "2.1") =>
    (await call(nova, "GET", `/servers?${query}`, { version })).body.servers?.map((server) => server["name"]);
  assert.deepEqual(await names("name=t"), ["three", "two"]);
  assert.deepEqual(await names("name=^(t+)%2B$"), []);
  assert.deepEqual(await names("sort_key=display_name&sort_dir=asc"), ["four", "one", "three", "two"]);
  assert.deepEqual(await names("status=ACTIVE"), []);
  assert.equal((await names("status=BUILD"))?.length, 4);
  assert.equal((await call(nova, "GET", "/servers?marker=nope")).status, 400);
  assert.equal((await call(nova, "GET", "/servers?colour=red", { version: "2.75" })).status, 400);
  const seen: unknown[] = [];
  let path: string | undefined = "/servers?limit=1";
  while (path !== undefined) {
    const { body } = await call(nova, "GET", path);
    seen.push(...body.servers.map((server) => server["name"]));
    const [next] = (body as unknown as { servers_links?: { href: string }[] }).servers_links ?? [];
    path = next?.href.replace(/^.*\/v2\.1/, "");
  }
  assert.deepEqual(seen.toSorted(), ["four", "one", "three", "two"]);
});

test("a volume is attached: reserved, written and poked in one go; and detached", async () => {
  const nova = await testNova();
  const id = await create(nova);
  const path = `/servers/${id}/os-volume_attachments`;
  const body = { volumeAttachment: { volumeId: ids.volume } };
  assert.equal((await call(nova, "POST", path, { body })).status, 409);
  assert.equal(nova.known.attachments.size, 0);
  await built(nova, id);
  const attached = await call(nova, "POST", path, { body, version: "2.89" });
  assert.equal(attached.status, 200, attached.text);
  const view = (attached.body as unknown as { volumeAttachment: Record<string, unknown> }).volumeAttachment;
  assert.equal(view["device"], "/dev/vdb");
  assert.ok(!("id" in view));
  assert.equal(nova.known.attachments.get(String(view["attachment_id"]))?.server_id, id);
  assert.ok(await nova.store.operations.findActive(id, "server.attach_volume"));
  assert.equal((await call(nova, "POST", path, { body })).status, 400);
  assert.equal((await call(nova, "DELETE", `${path}/${ids.volume}`)).status, 202);
  assert.ok(await nova.store.operations.findActive(id, "server.detach_volume"));
  assert.equal((await call(nova, "DELETE", `${path}/${ids.image}`)).status, 404);
});

test("events go to the host of the server they are about", async () => {
  const nova = await testNova();
  const id = await create(nova);
  const body = { events: [{ name: "network-vif-plugged", server_uuid: id, tag: ids.port, status: "completed" }] };
  assert.equal((await call(nova, "POST", "/os-server-external-events", { body })).status, 403);
  assert.equal(
    (await call(nova, "POST", "/os-server-external-events", { body, token: people.service.token })).status,
    207,
  );
  await built(nova, id);
  const told = await call(nova, "POST", "/os-server-external-events", { body, token: people.service.token });
  assert.equal(told.status, 200, told.text);
});
