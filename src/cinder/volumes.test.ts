import assert from "node:assert/strict";
import { test } from "node:test";
import { projects } from "#tests/support/parts.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { superviseOperations } from "./flows/supervise.ts";
import type { VolumeBackend } from "./volume/backends/backend.ts";
import { makeFakeBackend } from "./volume/backends/fake/fake-backend.ts";
import { call, create, endings, image_id, made, start, text, waitFor, type Body } from "./test-cloud.ts";

test("a volume is made, shown by version, changed and deleted; its data comes and goes with it", async () => {
  const cloud = await start();
  const volume = await create(cloud, { name: "data", metadata: { a: "b" } });
  assert.deepEqual(
    [volume["status"], volume["size"], volume["bootable"], volume["volume_type"]],
    ["creating", 1, "false", "__DEFAULT__"],
  );
  assert.match(String(volume["created_at"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  assert.ok(!("os-vol-host-attr:host" in volume) && !("group_id" in volume));
  const ready = await waitFor(cloud, volume["id"], "available");
  assert.equal(ready["os-vol-host-attr:host"], "h1@fake#fake");
  assert.deepEqual(await cloud.backend.list(), [volume["id"]]);
  const newest = await call(cloud, "GET", `/${projects.demo}/volumes/${String(volume["id"])}`, { version: "3.70" });
  const body = (newest.body as { volume: Body }).volume;
  assert.deepEqual(
    [body["consumes_quota"], body["shared_targets"], body["metadata"], body["group_id"]],
    [true, false, { a: "b" }, null],
  );
  const changed = await call(cloud, "PUT", `/volumes/${String(volume["id"])}`, {
    body: { volume: { name: "x", description: "y" } },
  });
  assert.deepEqual([changed.status, (changed.body as { volume: Body }).volume["name"]], [200, "x"]);
  assert.equal((await call(cloud, "DELETE", `/volumes/${String(volume["id"])}`)).status, 202);
  await until(systemClock(), async () => ((await cloud.backend.list()).length === 0 ? true : undefined), {
    limit_ms: 3000,
    what: "no data",
  });
  await until(
    systemClock(),
    async () => ((await call(cloud, "GET", `/volumes/${String(volume["id"])}`)).status === 404 ? true : undefined),
    {
      limit_ms: 3000,
      what: "404",
    },
  );
});

test("a volume of an image: checked against its size, bootable, with the image's properties", async () => {
  const cloud = await start();
  const small = await call(cloud, "POST", "/volumes", { body: { volume: { size: 1, imageRef: image_id } } });
  assert.deepEqual([small.status, /minDisk size 2GB/.test(text(small))], [400, true]);
  const unknown = await call(cloud, "POST", "/volumes", { body: { volume: { size: 1, imageRef: "nothing" } } });
  assert.deepEqual([unknown.status, /Invalid image identifier/.test(text(unknown))], [400, true]);
  const volume = await made(cloud, { size: 2, imageRef: image_id });
  assert.equal(volume["bootable"], "true");
  const image = volume["volume_image_metadata"] as Body;
  assert.deepEqual(
    [image["image_id"], image["image_name"], image["hw_disk_bus"], image["size"]],
    [image_id, "cirros", "virtio", "100000"],
  );
  const copy = await made(cloud, { source_volid: volume["id"], size: undefined });
  assert.deepEqual([copy["size"], copy["source_volid"], copy["bootable"]], [2, volume["id"], "true"]);
});

test("work that fails is undone and leaves an error with a reason; the next volume is made all the same", async () => {
  const good = makeFakeBackend();
  let failures = 1;
  const undone: string[] = [];
  const backend: VolumeBackend = {
    ...good,
    create: async (id, size) => {
      if (failures-- > 0) throw new Error("the disc fell out");
      await good.create(id, size);
    },
    delete: async (id) => {
      undone.push(id);
      return good.delete(id);
    },
  };
  const cloud = await start({ backend });
  const { id } = await create(cloud);
  await waitFor(cloud, id, "error");
  assert.deepEqual(undone, [id]);
  const row = await cloud.store.volumes.find(String(id));
  assert.equal(row?.error, "the disc fell out");
  const { body } = await call(cloud, "GET", "/messages", { version: "3.5" });
  const [message] = (body as { messages: Body[] }).messages;
  assert.deepEqual(
    [message?.["resource_uuid"], message?.["user_message"]],
    [id, "create volume:An unknown error occurred."],
  );
  assert.equal(
    (await call(cloud, "DELETE", `/messages/${String(message?.["id"])}`, { version: "3.5", token: "stranger" })).status,
    404,
  );
  assert.equal((await call(cloud, "DELETE", `/messages/${String(message?.["id"])}`, { version: "3.5" })).status, 204);
  await made(cloud);
  assert.equal((await call(cloud, "DELETE", `/volumes/${String(id)}`)).status, 202);
});

test("no backend: the volume ends in error; a crash of the agent is survived by poking again", async () => {
  const cloud = await start({ agent: false, supervise_period_ms: 20 });
  const { id } = await create(cloud);
  await waitFor(cloud, id, "error");
  assert.match((await cloud.store.volumes.find(String(id)))?.error ?? "", /No valid backend/);

  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const real = cloud.backend.create;
  let calls = 0;
  cloud.backend.create = async (volume_id, size) => {
    calls += 1;
    if (calls === 1) await held;
    else await real(volume_id, size);
  };
  const stop = await cloud.startAgent();
  const second = await create(cloud);
  await until(systemClock(), async () => (calls === 1 ? true : undefined), {
    limit_ms: 2000,
    period_ms: 2,
    what: "the agent to begin",
  });
  const stopping = stop();
  release();
  await stopping;
  assert.deepEqual([(await cloud.store.operations.findActive(String(second["id"])))?.state, calls], ["running", 1]);
  endings.push(await cloud.startAgent());
  const { bus, clock, ids } = cloud.parts;
  await superviseOperations({ store: cloud.store, bus, clock, ids }, true);
  await waitFor(cloud, second["id"], "available");
});

test("an operation past its deadline is undone", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const good = makeFakeBackend();
  const cloud = await start({ backend: { ...good, create: () => held } });
  const { id } = await create(cloud);
  const { bus, clock, ids } = cloud.parts;
  const later = { ...clock, now: () => clock.now() + 7_200_000 };
  await until(clock, async () => ((await cloud.store.volumes.find(String(id)))?.host ? true : undefined), {
    limit_ms: 2000,
    what: "a host",
  });
  const findings = await superviseOperations({ store: cloud.store, bus, clock: later, ids }, false);
  assert.match(findings[0] ?? "", /passed its deadline/);
  release();
  await waitFor(cloud, id, "error");
});

test("attaching: reserve, connect, complete, and delete by the service only; two who reserve at once", async () => {
  const cloud = await start();
  const { id } = await made(cloud);
  const server = "12345678-1234-4234-8234-123456789012";
  const version = "3.44";
  const want = { attachment: { volume_uuid: id, instance_uuid: server } };
  const both = await Promise.all([1, 2].map(() => call(cloud, "POST", "/attachments", { body: want, version })));
  assert.deepEqual(both.map((one) => one.status).sort(), [200, 400]);
  assert.match(
    text(both.find((one) => one.status === 400) ?? { body: "" }),
    /must be available or downloading to reserve, but the current status is reserved/,
  );
  const winner = both.find((one) => one.status === 200) ?? { body: { attachment: {} } };
  const { attachment } = winner.body as { attachment: Body };
  assert.deepEqual([attachment["status"], attachment["connection_info"]], ["reserved", {}]);
  const path = `/attachments/${String(attachment["id"])}`;
  const connector = { attachment: { connector: { host: "h1", mountpoint: "/dev/vdb" } } };
  const connected = await call(cloud, "PUT", path, { token: "service", body: connector, version });
  const info = (connected.body as { attachment: { connection_info: Body } }).attachment.connection_info;
  assert.deepEqual(
    [connected.status, info["driver_volume_type"], info["access_mode"], info["format"]],
    [200, "fake", "rw", "raw"],
  );
  assert.deepEqual((await waitFor(cloud, id, "attaching"))["attachments"], []);
  assert.equal(
    (await call(cloud, "POST", `${path}/action`, { token: "service", body: { "os-complete": null }, version })).status,
    204,
  );
  const volume = await waitFor(cloud, id, "in-use");
  const [shown] = volume["attachments"] as Body[];
  assert.deepEqual(
    [shown?.["server_id"], shown?.["device"], shown?.["attachment_id"]],
    [server, "/dev/vdb", attachment["id"]],
  );
  const deleting = await call(cloud, "DELETE", `/volumes/${String(id)}`);
  assert.deepEqual([deleting.status, /Volume status must be available or error/.test(text(deleting))], [400, true]);
  const refused = await call(cloud, "DELETE", path, { version });
  assert.deepEqual([refused.status, /using the Compute API/.test(text(refused))], [409, true]);
  const listed = await call(cloud, "GET", `/${projects.demo}/attachments/detail?instance_id=${server}`, {
    token: "service",
    version,
  });
  assert.equal((listed.body as { attachments: Body[] }).attachments.length, 1);
  const gone = await call(cloud, "DELETE", path, { token: "service", version });
  assert.deepEqual([gone.status, gone.body], [200, { attachments: [] }]);
  await waitFor(cloud, id, "available");
  assert.equal(
    (await call(cloud, "GET", "/attachments", { version: "3.26" })).status,
    404,
    "attachments came with 3.27",
  );
});

test("a connect that fails leads back to reserved, and a repeated connect is the same", async () => {
  const good = makeFakeBackend();
  let broken = true;
  const backend: VolumeBackend = {
    ...good,
    connect: async (id, attaching) => {
      if (broken) throw new Error("no way there");
      return good.connect(id, attaching);
    },
  };
  const cloud = await start({ backend });
  const { id } = await made(cloud);
  const version = "3.44";
  const reserved = await call(cloud, "POST", "/attachments", { version, body: { attachment: { volume_uuid: id } } });
  const path = `/attachments/${String((reserved.body as { attachment: Body }).attachment["id"])}`;
  const body = { attachment: { connector: { host: "h1" } } };
  assert.equal((await call(cloud, "PUT", path, { version, body })).status, 500);
  await waitFor(cloud, id, "reserved");
  broken = false;
  const first = await call(cloud, "PUT", path, { version, body });
  const second = await call(cloud, "PUT", path, { version, body });
  assert.deepEqual([first.status, second.status], [200, 200]);
  assert.deepEqual(first.body, second.body);
});

test("projects: other projects' volumes are 404, another project in the path is 400, services may name any", async () => {
  const cloud = await start();
  const { id } = await made(cloud);
  assert.equal((await call(cloud, "GET", `/volumes/${String(id)}`, { token: "stranger" })).status, 404);
  assert.equal((await call(cloud, "DELETE", `/volumes/${String(id)}`, { token: "stranger" })).status, 404);
  assert.equal((await call(cloud, "DELETE", `/volumes/${String(id)}`, { token: "reader" })).status, 403);
  assert.equal((await call(cloud, "GET", `/${projects.other}/volumes`)).status, 400);
  assert.equal((await call(cloud, "GET", `/${projects.demo}/volumes`, { token: "admin" })).status, 400);
  const served = await call(cloud, "GET", `/${projects.demo}/volumes/detail`, { token: "service" });
  assert.deepEqual([served.status, (served.body as { volumes: Body[] }).volumes.length], [200, 1]);
  const all = await call(cloud, "GET", "/volumes?all_tenants=1", { token: "admin" });
  assert.equal((all.body as { volumes: Body[] }).volumes.length, 1);
  const deaf = await call(cloud, "GET", "/volumes?all_tenants=1", { token: "stranger" });
  assert.equal((deaf.body as { volumes: Body[] }).volumes.length, 0);
});

test("quotas: the one too many is 413, also when asked at once, and limits say what is used", async () => {
  const cloud = await start();
  const set = await call(cloud, "PUT", `/os-quota-sets/${projects.demo}`, {
    token: "admin",
    body: { quota_set: { volumes: 2, gigabytes: 5 } },
  });
  assert.equal(set.status, 200);
  const asked = await Promise.all(
    [1, 2, 3, 4].map(() => call(cloud, "POST", "/volumes", { body: { volume: { size: 1 } } })),
  );
  assert.deepEqual(asked.map((one) => one.status).sort(), [202, 202, 413, 413]);
  assert.match(
    text(asked.find((one) => one.status === 413) ?? { body: "" }),
    /overLimit.*VolumeLimitExceeded.*retryAfter/,
  );
  const big = await call(cloud, "POST", "/volumes", { body: { volume: { size: 9 } } });
  assert.match(text(big), /Requested 9G, quota is 5G and 2G has been consumed/);
  const { body } = await call(cloud, "GET", "/limits");
  const { absolute } = (body as { limits: { absolute: Body } }).limits;
  assert.deepEqual([absolute["totalVolumesUsed"], absolute["maxTotalVolumes"]], [2, 2]);
  const usage = await call(cloud, "GET", `/os-quota-sets/${projects.demo}?usage=True`);
  assert.deepEqual((usage.body as { quota_set: Body }).quota_set["volumes"], { limit: 2, in_use: 2, reserved: 0 });
  assert.equal((await call(cloud, "GET", `/os-quota-sets/${projects.other}`)).status, 403);
});
