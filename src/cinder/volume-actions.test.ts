import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#tests/support/parts.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { reconcileVolumes } from "./flows/supervise.ts";
import { call, create, image_id, made, start, waitFor, type Body } from "./test-cloud.ts";

test("actions: extend, bootable, read-only, image metadata, reset and force delete", async () => {
  const cloud = await start();
  const { id } = await made(cloud);
  const act = (name: string, argument: unknown, token = "member") =>
    call(cloud, "POST", `/volumes/${String(id)}/action`, { token, body: { [name]: argument } });
  assert.equal((await act("os-extend", { new_size: 1 })).status, 400);
  assert.equal((await act("os-extend", { new_size: 3 })).status, 202);
  assert.equal((await waitFor(cloud, id, "available"))["size"], 3);
  assert.equal((await act("os-set_bootable", { bootable: true })).status, 200);
  assert.equal((await act("os-update_readonly_flag", { readonly: true })).status, 202);
  assert.equal((await act("os-set_image_metadata", { metadata: { os: "linux" } })).status, 200);
  const volume = await waitFor(cloud, id, "available");
  assert.deepEqual(
    [volume["bootable"], volume["metadata"], volume["volume_image_metadata"]],
    ["true", { readonly: "True" }, { os: "linux" }],
  );
  assert.equal((await act("os-reset_status", { status: "error" })).status, 403);
  assert.equal((await act("os-reset_status", { status: "maintenance" }, "admin")).status, 202);
  assert.equal((await call(cloud, "DELETE", `/volumes/${String(id)}`)).status, 400);
  assert.equal((await act("os-retype", { new_type: "x" })).status, 501);
  assert.equal((await act("os-force_delete", {}, "admin")).status, 202);
  await until(
    systemClock(),
    async () => ((await call(cloud, "GET", `/volumes/${String(id)}`)).status === 404 ? true : undefined),
    { limit_ms: 3000, what: "404" },
  );
});

test("metadata, types, lists and pages", async () => {
  const cloud = await start();
  for (const name of ["b", "a", "c"]) await made(cloud, { name, metadata: { letter: name } });
  const names = async (query: string): Promise<unknown[]> => {
    const { status, body } = await call(cloud, "GET", `/volumes/detail${query}`, { version: "3.60" });
    assert.equal(status, 200, JSON.stringify(body));
    return (body as { volumes: Body[] }).volumes.map((one) => one["name"]);
  };
  assert.deepEqual(await names("?sort=name:asc"), ["a", "b", "c"]);
  assert.deepEqual(await names("?name=b"), ["b"]);
  assert.deepEqual(await names("?metadata=%7B'letter':'c'%7D"), ["c"]);
  const page = await call(cloud, "GET", "/volumes?limit=2&sort=name:asc&with_count=true", { version: "3.45" });
  const { volumes, volumes_links, count } = page.body as {
    volumes: Body[];
    volumes_links: { href: string }[];
    count: number;
  };
  assert.deepEqual([volumes.length, count], [2, 3]);
  const next = new URL(volumes_links[0]?.href ?? "");
  assert.deepEqual(
    (
      (await ask(cloud.api.fetch, "GET", next.pathname + next.search, { token: "member" })).body as { volumes: Body[] }
    ).volumes.map((one) => one["name"]),
    ["c"],
  );
  assert.equal((await call(cloud, "GET", "/volumes?marker=00000000-0000-4000-8000-000000000000")).status, 404);
  const id = String(volumes[0]?.["id"]);
  assert.equal((await call(cloud, "PUT", `/volumes/${id}/metadata/x`, { body: { meta: { x: "1" } } })).status, 200);
  assert.deepEqual((await call(cloud, "GET", `/volumes/${id}/metadata`)).body, { metadata: { letter: "a", x: "1" } });
  assert.equal((await call(cloud, "DELETE", `/volumes/${id}/metadata/y`)).status, 404);
  const { body } = await call(cloud, "GET", "/types/default");
  assert.equal((body as { volume_type: Body }).volume_type["name"], "__DEFAULT__");
  assert.equal(
    (
      await call(cloud, "POST", "/types", {
        token: "admin",
        body: { volume_type: { name: "fast", extra_specs: { a: "b" } } },
      })
    ).status,
    200,
  );
  assert.equal(
    (await call(cloud, "POST", "/types", { token: "admin", body: { volume_type: { name: "fast" } } })).status,
    409,
  );
  assert.equal((await call(cloud, "POST", "/types", { body: { volume_type: { name: "mine" } } })).status, 403);
  assert.equal((await create(cloud, { volume_type: "fast" }))["volume_type"], "fast");
  assert.equal(
    (await call(cloud, "POST", "/volumes", { body: { volume: { size: 1, volume_type: "none" } } })).status,
    404,
  );
});

test("refusals of new volumes", async () => {
  const cloud = await start();
  const cases: [Body, number][] = [
    [{ size: 0 }, 400],
    [{ size: "x" }, 400],
    [{ size: 1.5 }, 400],
    [{}, 400],
    [{ size: 1, snapshot_id: image_id }, 501],
    [{ size: 1, multiattach: true }, 400],
    [{ size: 1, availability_zone: "moon" }, 400],
    [{ size: 1, source_volid: image_id }, 404],
    [{ size: 1, name: "x".repeat(256) }, 400],
  ];
  for (const [volume, status] of cases)
    assert.equal((await call(cloud, "POST", "/volumes", { body: { volume } })).status, status, JSON.stringify(volume));
  assert.equal((await call(cloud, "POST", "/volumes", { body: { volume: { size: "2" } } })).status, 202);
});

test("discovery, services and zones", async () => {
  const cloud = await start();
  const root = await ask(cloud.api.fetch, "GET", "/volume/");
  assert.deepEqual([root.status, (root.body as { versions: Body[] }).versions[0]?.["version"]], [300, "3.70"]);
  const v3 = await ask(cloud.api.fetch, "GET", "/volume/v3/");
  assert.deepEqual([v3.status, (v3.body as { versions: Body[] }).versions.length], [200, 1]);
  const redirect = await ask(cloud.api.fetch, "GET", "/volume/v3");
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, "http://127.0.0.1:8774/volume/v3/"]);
  assert.equal((await call(cloud, "GET", "/volumes", { version: "3.71" })).status, 406);
  const { body } = await call(cloud, "GET", "/os-services", { token: "admin" });
  assert.deepEqual(
    (body as { services: Body[] }).services.map((one) => [one["binary"], one["state"], one["host"]]).at(-1),
    ["cinder-volume", "up", "h1@fake"],
  );
  assert.equal((await call(cloud, "GET", "/os-services")).status, 403);
  const zones = await call(cloud, "GET", "/os-availability-zone");
  assert.deepEqual(zones.body, { availabilityZoneInfo: [{ zoneName: "nova", zoneState: { available: true } }] });
  assert.equal(
    (
      await call(cloud, "PUT", "/os-services/disable", {
        token: "admin",
        body: { host: "h1@fake", binary: "cinder-volume" },
      })
    ).status,
    200,
  );
  await waitFor(cloud, (await create(cloud))["id"], "error");
  assert.equal((await call(cloud, "POST", "/backups")).status, 501);
});

test("the reconcilers: attached without an attachment, creating without an operation, data of deleted volumes", async () => {
  const cloud = await start();
  const { id } = await made(cloud);
  const other = await made(cloud);
  await cloud.store.db
    .updateTable("volumes")
    .set({ status: "in-use", updated_at: 0 })
    .where("id", "=", String(id))
    .execute();
  await cloud.store.db
    .updateTable("volumes")
    .set({ status: "creating", updated_at: 0 })
    .where("id", "=", String(other["id"]))
    .execute();
  const { bus, clock, ids } = cloud.parts;
  assert.equal((await reconcileVolumes({ store: cloud.store, bus, clock, ids })).length, 2);
  await waitFor(cloud, id, "available");
  await waitFor(cloud, other["id"], "error");
  assert.deepEqual(await cloud.store.volumes.deletedAmong([String(id)]), []);
});
