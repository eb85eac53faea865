import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { ask, projects, testParts } from "#tests/support/parts.ts";
import { qcow2 } from "./formats/samples.ts";
import { startGlance, type GlanceOptions, type RunningGlance } from "./service.ts";
import { openFileStore } from "./stores/file/file-store.ts";
import type { ImageStore } from "./stores/store.ts";

const endings: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of endings) await end();
});

async function start(
  options: Partial<GlanceOptions> = {},
): Promise<RunningGlance & { store: ImageStore; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "cumulet-glance-"));
  const store =
    options.store ??
    (await openFileStore({ folder: path.join(folder, "images"), clock: systemClock(), ids: systemIds() }));
  const role = await startGlance(testParts("glance-api"), { ...options, store });
  endings.push(async () => {
    await role.stop();
    await rm(folder, { recursive: true });
  });
  return { ...role, store, folder };
}

type Glance = Awaited<ReturnType<typeof start>>;
type Body = Record<string, unknown>;

async function create(glance: Glance, body: Body = {}, token = "member"): Promise<Body> {
  const answer = await ask(glance.fetch, "POST", "/image/v2/images", {
    token,
    body: { disk_format: "raw", container_format: "bare", name: "a", ...body },
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as Body;
}

function put(
  glance: Glance,
  id: unknown,
  data: Uint8Array | ReadableStream,
  token = "member",
  headers: Record<string, string> = {},
): Promise<Response> {
  return glance.fetch(
    new Request(`http://127.0.0.1:8774/image/v2/images/${String(id)}/file`, {
      method: "PUT",
      headers: {
        "x-auth-token": token,
        "content-type": "application/octet-stream",
        accept: "application/json",
        ...headers,
      },
      body: data,
      duplex: "half",
    } as RequestInit),
  );
}

const get = (glance: Glance, id: unknown, token = "member") =>
  ask(glance.fetch, "GET", `/image/v2/images/${String(id)}`, { token });
const patch = (glance: Glance, id: unknown, body: unknown, token = "member") =>
  ask(glance.fetch, "PATCH", `/image/v2/images/${String(id)}`, {
    token,
    body,
    headers: { "content-type": "application/openstack-images-v2.1-json-patch" },
  });
const list = async (glance: Glance, query: string, token = "member"): Promise<string[]> => {
  const answer = await ask(glance.fetch, "GET", `/image/v2/images${query}`, { token });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return (answer.body as { images: { name: string }[] }).images.map((one) => one.name);
};

test("an image is made, filled, read back whole and by range, and deleted", async () => {
  const glance = await start();
  const made = await create(glance, { hw_disk_bus: "virtio" });
  assert.deepEqual(
    [made["status"], made["visibility"], made["owner"], made["hw_disk_bus"]],
    ["queued", "shared", projects.demo, "virtio"],
  );
  const file = `/image/v2/images/${String(made["id"])}/file`;
  assert.equal((await ask(glance.fetch, "GET", file, { token: "member" })).status, 204);
  const bytes = Buffer.alloc(3_000_000, "0123456789");
  assert.equal((await put(glance, made["id"], bytes)).status, 204);
  const { body } = await get(glance, made["id"]);
  const facts = body as Body;
  assert.deepEqual(
    [facts["status"], facts["size"], facts["virtual_size"], facts["os_hash_algo"]],
    ["active", 3_000_000, 3_000_000, "sha512"],
  );
  const read = (headers: Record<string, string>) =>
    glance.fetch(new Request(`http://127.0.0.1:8774${file}`, { headers: { "x-auth-token": "member", ...headers } }));
  const whole = await read({});
  assert.deepEqual(
    [whole.status, whole.headers.get("content-md5"), whole.headers.get("content-length")],
    [200, facts["checksum"], "3000000"],
  );
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
  const part = await read({ range: "bytes=10-14" });
  assert.deepEqual(
    [part.status, part.headers.get("content-range"), await part.text()],
    [206, "bytes 10-14/3000000", "01234"],
  );
  assert.equal((await read({ range: "bytes=3000000-" })).status, 416);
  assert.equal((await put(glance, made["id"], Buffer.from("again"))).status, 409);
  assert.equal(
    (await ask(glance.fetch, "DELETE", `/image/v2/images/${String(made["id"])}`, { token: "member" })).status,
    204,
  );
  assert.equal((await get(glance, made["id"])).status, 404);
  await assert.rejects(glance.store.size(String(made["id"])), { code: "not_found" });
  const again = await ask(glance.fetch, "POST", "/image/v2/images", { token: "member", body: { id: made["id"] } });
  assert.equal(again.status, 409);
});

test("content that is not what was declared is refused, nothing is kept, and the image is queued again", async () => {
  const glance = await start({ limits: { image_size: 1_000_000 } });
  const cases: [Body, Buffer, number, RegExp, Record<string, string>?][] = [
    [{ disk_format: "raw" }, qcow2(), 415, /declared as raw, but its content is qcow2/],
    [{ disk_format: "qcow2" }, qcow2({ backing: "/etc/shadow" }), 415, /backing/],
    [{ disk_format: "qcow2" }, qcow2({ dataFileName: "/etc/shadow", features: 4n }), 415, /data in another file/],
    [{ disk_format: "raw" }, Buffer.alloc(1_000_001), 413, /too large/],
    [{ disk_format: "raw" }, Buffer.alloc(10), 400, /announced with 11 bytes/, { "x-openstack-image-size": "11" }],
    [{ disk_format: null }, Buffer.alloc(10), 400, /must be set/],
  ];
  for (const [body, bytes, status, sentence, headers] of cases) {
    const made = await create(glance, body);
    const answer = await put(glance, made["id"], bytes, "member", headers);
    assert.equal(answer.status, status);
    assert.match(((await answer.json()) as { message: string }).message, sentence);
    assert.equal(((await get(glance, made["id"])).body as Body)["status"], "queued");
    await assert.rejects(glance.store.size(String(made["id"])), { code: "not_found" });
    if (body["disk_format"] !== "raw") continue;
    assert.equal((await put(glance, made["id"], Buffer.from("good"))).status, 204, "a second try may be right");
  }
});

test("two uploads at once: one wins; deleted while uploading: gone, and no bytes stay", async () => {
  const glance = await start();
  const made = await create(glance);
  const both = await Promise.all([
    put(glance, made["id"], Buffer.alloc(500_000, 1)),
    put(glance, made["id"], Buffer.alloc(500_000, 2)),
  ]);
  assert.deepEqual(both.map((one) => one.status).sort(), [204, 409]);

  const second = await create(glance);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let first = true;
  const slow = new ReadableStream({
    async pull(controller) {
      if (first) controller.enqueue(new Uint8Array(100));
      else {
        await held;
        controller.close();
      }
      first = false;
    },
  });
  const uploading = put(glance, second["id"], slow);
  while (((await get(glance, second["id"])).body as Body)["status"] !== "saving") await systemClock().sleep(5);
  assert.equal(
    (await ask(glance.fetch, "DELETE", `/image/v2/images/${String(second["id"])}`, { token: "member" })).status,
    204,
  );
  release();
  assert.equal((await uploading).status, 410);
  await assert.rejects(glance.store.size(String(second["id"])), { code: "not_found" });
});

test("an upload whose sender breaks off leaves a queued image", async () => {
  const glance = await start();
  const made = await create(glance);
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(100));
    },
    pull(controller) {
      controller.error(new Error("connection reset"));
    },
  });
  assert.equal((await put(glance, made["id"], broken)).status, 400);
  assert.equal(((await get(glance, made["id"])).body as Body)["status"], "queued");
});

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

test("the reconciler ends cut uploads, removes bytes of deleted images, and leaves unknown files alone", async () => {
  const glance = await start();
  const deleted = await create(glance);
  await put(glance, deleted["id"], Buffer.from("data"));
  await ask(glance.fetch, "DELETE", `/image/v2/images/${String(deleted["id"])}`, { token: "member" });
  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from("left behind");
  }
  await glance.store.write(String(deleted["id"]), bytes());
  await glance.store.write("unknown", bytes());
  const kept = await create(glance);
  await put(glance, kept["id"], Buffer.from("data"));
  await glance.reconciler.poke();
  await assert.rejects(glance.store.size(String(deleted["id"])), { code: "not_found" });
  assert.equal(await glance.store.size("unknown"), 11);
  assert.equal(await glance.store.size(String(kept["id"])), 4);
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
