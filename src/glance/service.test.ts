import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { ask, projects } from "#tests/support/parts.ts";
import { qcow2 } from "./formats/samples.ts";
import { create, get, list, patch, put, start, type Body } from "./test-glance.ts";

test("who may what: other projects' images are 404, public ones 403, making public is for admins", async () => {
  const glance = await start();
  const mine = await create(glance);
  await put(glance, mine["id"], Buffer.from("secret"));
  assert.equal((await get(glance, mine["id"], "stranger")).status, 404);
  assert.equal((await put(glance, mine["id"], Buffer.from("x"), "stranger")).status, 404);
  assert.equal((await get(glance, mine["id"], "service")).status, 200);
  assert.equal((await get(glance, mine["id"], "reader")).status, 200);
  assert.equal((await patch(glance, mine["id"], [{ op: "replace", path: "/name", value: "b" }], "reader")).status, 403);
  assert.equal(
    (await patch(glance, mine["id"], [{ op: "replace", path: "/visibility", value: "public" }])).status,
    403,
  );
  assert.equal(
    (await ask(glance.fetch, "POST", "/image/v2/images", { token: "member", body: { visibility: "public" } })).status,
    403,
  );
  assert.equal(
    (await ask(glance.fetch, "POST", "/image/v2/images", { token: "member", body: { owner: projects.other } })).status,
    403,
  );
  assert.equal((await ask(glance.fetch, "POST", "/image/v2/images", { token: "reader", body: {} })).status, 403);
  assert.equal(
    (await patch(glance, mine["id"], [{ op: "replace", path: "/visibility", value: "public" }], "admin")).status,
    200,
  );
  assert.equal((await get(glance, mine["id"], "stranger")).status, 200);
  assert.equal(
    (await ask(glance.fetch, "DELETE", `/image/v2/images/${String(mine["id"])}`, { token: "stranger" })).status,
    403,
  );
  await patch(glance, mine["id"], [{ op: "replace", path: "/protected", value: true }]);
  assert.equal(
    (await ask(glance.fetch, "DELETE", `/image/v2/images/${String(mine["id"])}`, { token: "member" })).status,
    403,
  );
});

test("sharing: pending is not listed, accepted is; only the other project answers", async () => {
  const glance = await start();
  const mine = await create(glance, { name: "shared one" });
  const members = `/image/v2/images/${String(mine["id"])}/members`;
  assert.equal((await get(glance, mine["id"], "stranger")).status, 404);
  const shared = await ask(glance.fetch, "POST", members, { token: "member", body: { member: projects.other } });
  assert.deepEqual([shared.status, (shared.body as Body)["status"]], [200, "pending"]);
  assert.equal(
    (await ask(glance.fetch, "POST", members, { token: "member", body: { member: projects.other } })).status,
    409,
  );
  assert.equal((await get(glance, mine["id"], "stranger")).status, 200);
  assert.deepEqual(await list(glance, "", "stranger"), []);
  assert.deepEqual(await list(glance, "?member_status=pending&visibility=shared", "stranger"), ["shared one"]);
  const one = `${members}/${projects.other}`;
  assert.equal((await ask(glance.fetch, "PUT", one, { token: "member", body: { status: "accepted" } })).status, 403);
  assert.equal((await ask(glance.fetch, "PUT", one, { token: "stranger", body: { status: "accepted" } })).status, 200);
  assert.deepEqual(await list(glance, "", "stranger"), ["shared one"]);
  assert.equal((await ask(glance.fetch, "DELETE", one, { token: "stranger" })).status, 403);
  assert.equal((await ask(glance.fetch, "DELETE", one, { token: "member" })).status, 204);
  assert.equal((await get(glance, mine["id"], "stranger")).status, 404);
});

test("patch: add, replace, remove, and what may not be changed", async () => {
  const glance = await start();
  const { id } = await create(glance);
  const done = await patch(glance, id, [
    { op: "add", path: "/os~1type", value: "linux" },
    { op: "replace", path: "/tags", value: ["b", "a"] },
    { op: "replace", path: "/min_ram", value: 64 },
  ]);
  const facts = done.body as Body;
  assert.deepEqual([done.status, facts["os/type"], facts["tags"], facts["min_ram"]], [200, "linux", ["a", "b"], 64]);
  const refusals: [unknown, number][] = [
    [{ op: "replace", path: "/status", value: "active" }, 403],
    [{ op: "replace", path: "/id", value: "x" }, 403],
    [{ op: "remove", path: "/name" }, 403],
    [{ op: "remove", path: "/nothing" }, 409],
    [{ op: "replace", path: "/nothing", value: "x" }, 409],
    [{ op: "add", path: "/os_glance_x", value: "x" }, 403],
    [{ op: "add", path: "/number", value: 5 }, 400],
    [{ op: "add", path: "/a/b", value: "x" }, 400],
    [{ op: "move", path: "/a", value: "x" }, 400],
    [{ op: "replace", path: "/min_disk", value: -1 }, 400],
    [{ op: "replace", path: "/owner", value: projects.other }, 403],
    [{ op: "add", path: "/locations/-", value: {} }, 403],
  ];
  for (const [op, status] of refusals) assert.equal((await patch(glance, id, [op])).status, status, JSON.stringify(op));
  assert.equal(
    (await ask(glance.fetch, "PATCH", `/image/v2/images/${String(id)}`, { token: "member", body: [] })).status,
    415,
  );
  await put(glance, id, Buffer.from("data"));
  assert.equal((await patch(glance, id, [{ op: "replace", path: "/disk_format", value: "qcow2" }])).status, 403);
  const tag = `/image/v2/images/${String(id)}/tags/c`;
  assert.equal((await ask(glance.fetch, "PUT", tag, { token: "member" })).status, 204);
  assert.deepEqual(((await get(glance, id)).body as Body)["tags"], ["a", "b", "c"]);
  assert.equal((await ask(glance.fetch, "DELETE", tag, { token: "member" })).status, 204);
  assert.equal((await ask(glance.fetch, "DELETE", tag, { token: "member" })).status, 404);
});

test("lists: filters, order, and pages that follow the next path without gaps", async () => {
  const glance = await start();
  for (const name of ["e", "a", "d", "b", "c"])
    await create(glance, { name, tags: [`t-${name}`], color: name < "c" ? "red" : "blue" });
  await create(glance, { name: "hidden", os_hidden: true });
  assert.deepEqual(await list(glance, "?sort=name:asc"), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(await list(glance, "?sort_key=name&sort_dir=desc&limit=2"), ["e", "d"]);
  assert.deepEqual(await list(glance, "?name=in:a,b&sort=name:asc"), ["a", "b"]);
  assert.deepEqual(await list(glance, "?color=red&sort=name:asc"), ["a", "b"]);
  assert.deepEqual(await list(glance, "?tag=t-d"), ["d"]);
  assert.deepEqual(await list(glance, "?os_hidden=true"), ["hidden"]);
  assert.deepEqual(await list(glance, "?status=active"), []);
  assert.deepEqual(await list(glance, "", "stranger"), []);
  const seen: string[] = [];
  let next: string | undefined = "/v2/images?limit=2&sort=name:asc";
  while (next) {
    const { body } = await ask(glance.fetch, "GET", `/image${next}`, { token: "member" });
    const page = body as { images: { name: string }[]; next?: string };
    seen.push(...page.images.map((one) => one.name));
    next = page.next;
  }
  assert.deepEqual(seen, ["a", "b", "c", "d", "e"]);
  for (const bad of [
    "?limit=-1",
    "?limit=x",
    "?sort=color:asc",
    "?visibility=none",
    "?marker=00000000-0000-4000-8000-000000000000",
  ]) {
    assert.equal((await ask(glance.fetch, "GET", `/image/v2/images${bad}`, { token: "member" })).status, 400, bad);
  }
});

test("deactivated images are not read by users", async () => {
  const glance = await start();
  const { id } = await create(glance);
  const act = (what: string) =>
    ask(glance.fetch, "POST", `/image/v2/images/${String(id)}/actions/${what}`, { token: "member" });
  assert.equal((await act("deactivate")).status, 403);
  await put(glance, id, Buffer.from("data"));
  assert.equal((await act("deactivate")).status, 204);
  assert.equal(
    (await ask(glance.fetch, "GET", `/image/v2/images/${String(id)}/file`, { token: "member" })).status,
    403,
  );
  assert.equal((await act("reactivate")).status, 204);
  assert.equal(((await get(glance, id)).body as Body)["status"], "active");
});

test("discovery needs no token and is 300 at the root; errors are HTML unless JSON is asked for", async () => {
  const glance = await start();
  for (const root of ["/image", "/image/"]) {
    const { status, body } = await ask(glance.fetch, "GET", root);
    const { versions } = body as { versions: Body[] };
    assert.deepEqual(
      [status, versions[0]?.["id"], versions[0]?.["status"], versions.length],
      [300, "v2.16", "CURRENT", 17],
    );
  }
  assert.equal((await ask(glance.fetch, "GET", "/image/versions")).status, 200);
  assert.equal((await ask(glance.fetch, "GET", "/image/v2/schemas/image", { token: "member" })).status, 200);
  assert.equal((await ask(glance.fetch, "GET", "/image/v2/info/stores", { token: "member" })).status, 404);
  assert.equal((await ask(glance.fetch, "GET", "/image/v2/metadefs/namespaces", { token: "member" })).status, 501);
  assert.equal((await ask(glance.fetch, "GET", "/image/v2/images")).status, 401);
  const url = "http://127.0.0.1:8774/image/v2/images/<name>";
  const html = await glance.fetch(new Request(url, { headers: { "x-auth-token": "member", accept: "*/*" } }));
  assert.equal(html.headers.get("content-type"), "text/html; charset=UTF-8");
  assert.match(await html.text(), /<h1>404 Not Found<\/h1>\s+No image found with ID &lt;name&gt;/);
});

test("the image that comes with the cloud is registered once, public", async () => {
  const glance = await start();
  const file = path.join(glance.folder, "guest.qcow2");
  await writeFile(file, qcow2());
  const local = { name: "guest", path: file, disk_format: "qcow2" as const, properties: { os_distro: "alpine" } };
  const id = await glance.bootstrap(local);
  assert.equal(await glance.bootstrap(local), id);
  const { body } = await get(glance, id, "stranger");
  const facts = body as Body;
  assert.deepEqual(
    [facts["status"], facts["visibility"], facts["virtual_size"], facts["os_distro"]],
    ["active", "public", 2 ** 30, "alpine"],
  );
});
