import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { ask, projects, testParts } from "#tests/support/parts.ts";
import { startPlacement } from "./service.ts";

const parts = testParts("placement");
const placement = await startPlacement(parts);
const fetch = placement.fetch ?? assert.fail("Placement has an API");
after(() => placement.stop());

// Answers are compared with what is expected field by field; their type says nothing more.
type Json = Record<string, unknown>;
async function send(method: string, path: string, body?: unknown, version = "1.39", token = "service") {
  const headers = { "openstack-api-version": `placement ${version}` };
  const answer = await ask(fetch, method, `/placement${path}`, {
    token,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { ...answer, body: answer.body as Json };
}
const uuid = () => parts.ids.uuid();

async function makeHost(inventories: Json, parent?: string) {
  const id = uuid();
  const given = { name: `host-${id}`, uuid: id, ...(parent ? { parent_provider_uuid: parent } : {}) };
  assert.equal((await send("POST", "/resource_providers", given)).status, 200);
  const set = await send("PUT", `/resource_providers/${id}/inventories`, {
    resource_provider_generation: 0,
    inventories,
  });
  assert.equal(set.status, 200, JSON.stringify(set.body));
  return id;
}
const claim = (allocations: Json, consumer_generation: number | null = null) => ({
  allocations,
  project_id: projects.demo,
  user_id: "u",
  consumer_generation,
  consumer_type: "INSTANCE",
});
const usages = async (host: string) =>
  (await send("GET", `/resource_providers/${host}/usages`)).body["usages"] as Record<string, number>;
const codeOf = ({ body }: { body: Json }) => (body["errors"] as { code: string }[])[0]?.code;

test("the version document needs no token and its self link is empty", async () => {
  for (const path of ["/placement", "/placement/"]) {
    const { status, body } = await ask(fetch, "GET", path);
    const [version] = (body as { versions: Json[] }).versions;
    assert.equal(status, 200);
    assert.deepEqual(version, {
      id: "v1.0",
      status: "CURRENT",
      min_version: "1.0",
      max_version: "1.39",
      links: [{ rel: "self", href: "" }],
    });
  }
});

test("plain users are refused; readers of a project see its usage and no other's", async () => {
  assert.equal((await send("GET", "/resource_providers", undefined, "1.39", "member")).status, 403);
  assert.equal((await send("GET", `/usages?project_id=${projects.demo}`, undefined, "1.39", "reader")).status, 200);
  assert.equal((await send("GET", `/usages?project_id=${projects.other}`, undefined, "1.39", "reader")).status, 403);
});

test("bodies have the fields and statuses of the version that is asked", async () => {
  const created = await send("POST", "/resource_providers", { name: `old-${uuid()}` }, "1.0");
  assert.equal(created.status, 201);
  assert.equal(created.body, undefined);
  const path = new URL(created.headers.get("location") ?? "").pathname.replace("/placement", "");
  const shown = async (version: string) => (await send("GET", path, undefined, version)).body;
  const rels = (body: Json) => (body["links"] as { rel: string }[]).map(({ rel }) => rel);
  assert.deepEqual(Object.keys(await shown("1.0")).sort(), ["generation", "links", "name", "uuid"]);
  assert.deepEqual(rels(await shown("1.0")), ["self", "inventories", "usages"]);
  assert.deepEqual(rels(await shown("1.39")), ["self", "inventories", "usages", "aggregates", "traits", "allocations"]);
  assert.ok("root_provider_uuid" in (await shown("1.14")));
  assert.equal((await send("GET", "/traits", undefined, "1.5")).status, 404);
  assert.equal((await send("DELETE", `${path}/inventories`, undefined, "1.4")).status, 405);
  assert.equal((await send("GET", path, undefined, "1.14")).headers.get("last-modified"), null);
  assert.ok((await send("GET", path, undefined, "1.15")).headers.get("last-modified"));
});

test("an unknown version is 406 and says which there are", async () => {
  const { status, body } = await send("GET", "/resource_providers", undefined, "1.40");
  assert.equal(status, 406);
  const [error] = body["errors"] as Json[];
  assert.equal(error?.["min_version"], "1.0");
  assert.equal(error?.["max_version"], "1.39");
});

test("a write that saw an older generation loses", async () => {
  const host = await makeHost({ VCPU: { total: 4 } });
  const stale = { resource_provider_generation: 0, inventories: { VCPU: { total: 8 } } };
  const answer = await send("PUT", `/resource_providers/${host}/inventories`, stale);
  assert.equal(answer.status, 409);
  assert.equal(codeOf(answer), "placement.concurrent_update");
  const traits = { resource_provider_generation: 0, traits: ["HW_CPU_X86_AVX"] };
  assert.equal((await send("PUT", `/resource_providers/${host}/traits`, traits)).status, 409);
});

test("a consumer's generation guards its allocations", async () => {
  const host = await makeHost({ VCPU: { total: 4 } });
  const path = `/allocations/${uuid()}`;
  const one = { [host]: { resources: { VCPU: 1 } } };
  assert.equal((await send("PUT", path, claim(one, 1))).status, 409);
  assert.equal((await send("PUT", path, claim(one))).status, 204);
  assert.equal(codeOf(await send("PUT", path, claim(one))), "placement.concurrent_update");
  const shown = (await send("GET", path)).body;
  assert.equal(shown["consumer_generation"], 1);
  assert.equal(shown["consumer_type"], "INSTANCE");
  assert.equal((await send("PUT", path, claim({}, 1))).status, 204);
  assert.deepEqual((await send("GET", path)).body, { allocations: {} });
});

test("allocations are written in the form of each version", async () => {
  const host = await makeHost({ VCPU: { total: 100 } });
  const list = [{ resource_provider: { uuid: host }, resources: { VCPU: 1 } }];
  const dict = { [host]: { resources: { VCPU: 1 } } };
  const owner = { project_id: "p", user_id: "u" };
  const tries: [version: string, body: Json, status: number][] = [
    ["1.0", { allocations: list }, 204],
    ["1.7", { allocations: list, ...owner }, 400],
    ["1.8", { allocations: list, ...owner }, 204],
    ["1.8", { allocations: list }, 400],
    ["1.11", { allocations: dict, ...owner }, 400],
    ["1.12", { allocations: dict, ...owner }, 204],
    ["1.12", { allocations: {}, ...owner }, 400],
    ["1.27", { allocations: list, ...owner }, 400],
    ["1.28", { allocations: dict, ...owner }, 400],
    ["1.28", { allocations: dict, ...owner, consumer_generation: null }, 204],
    ["1.38", { allocations: dict, ...owner, consumer_generation: null }, 400],
    [
      "1.38",
      { allocations: { nope: { resources: { VCPU: 1 } } }, ...owner, consumer_generation: null, consumer_type: "X" },
      400,
    ],
  ];
  for (const [version, body, status] of tries) {
    assert.equal(
      (await send("PUT", `/allocations/${uuid()}`, body, version)).status,
      status,
      `${version} ${JSON.stringify(body)}`,
    );
  }
});

test("units and capacity are kept: reserved, ratio, steps, minimum and maximum", async () => {
  const host = await makeHost({
    VCPU: { total: 4, reserved: 1, allocation_ratio: 2 },
    DISK_GB: { total: 100, min_unit: 10, max_unit: 50, step_size: 5 },
  });
  const put = async (resources: Json) =>
    (await send("PUT", `/allocations/${uuid()}`, claim({ [host]: { resources } }))).status;
  assert.equal(await put({ VCPU: 7 }), 409);
  assert.equal(await put({ VCPU: 6 }), 204);
  assert.equal(await put({ VCPU: 1 }), 409);
  for (const amount of [5, 12, 55]) assert.equal(await put({ DISK_GB: amount }), 409, String(amount));
  assert.equal(await put({ MEMORY_MB: 1 }), 409);
  assert.equal(await put({ CUSTOM_NONE: 1 }), 400);
  assert.equal(
    (await send("PUT", `/allocations/${uuid()}`, claim({ [uuid()]: { resources: { VCPU: 1 } } }))).status,
    400,
  );
});

test("what is used cannot be taken away", async () => {
  const host = await makeHost({ VCPU: { total: 4 }, DISK_GB: { total: 4 } });
  await send("PUT", `/allocations/${uuid()}`, claim({ [host]: { resources: { VCPU: 1 } } }));
  const without = { resource_provider_generation: 2, inventories: { DISK_GB: { total: 4 } } };
  assert.equal(
    codeOf(await send("PUT", `/resource_providers/${host}/inventories`, without)),
    "placement.inventory.inuse",
  );
  assert.equal((await send("DELETE", `/resource_providers/${host}/inventories/VCPU`)).status, 409);
  assert.equal((await send("DELETE", `/resource_providers/${host}/inventories/DISK_GB`)).status, 204);
  assert.equal(codeOf(await send("DELETE", `/resource_providers/${host}`)), "placement.resource_provider.inuse");
});

test("several consumers are written together or not at all", async () => {
  const host = await makeHost({ VCPU: { total: 3 } });
  const body = {
    [uuid()]: claim({ [host]: { resources: { VCPU: 2 } } }),
    [uuid()]: claim({ [host]: { resources: { VCPU: 2 } } }),
  };
  assert.equal((await send("POST", "/allocations", body)).status, 409);
  assert.deepEqual(await usages(host), { VCPU: 0 });
});

test("however many claim at once, nothing is given away twice", async () => {
  const wish = fc.record(
    { VCPU: fc.integer({ min: 1, max: 4 }), MEMORY_MB: fc.integer({ min: 1, max: 4 }) },
    { noNullPrototype: true },
  );
  const property = fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 12 }), async (wishes) => {
    const host = await makeHost({ VCPU: { total: 8 }, MEMORY_MB: { total: 4, allocation_ratio: 1.5 } });
    const answers = await Promise.all(
      wishes.map((resources) => send("PUT", `/allocations/${uuid()}`, claim({ [host]: { resources } }))),
    );
    const given = wishes.filter((_wish, at) => answers[at]?.status === 204);
    const sum = (name: "VCPU" | "MEMORY_MB") => given.reduce((total, one) => total + one[name], 0);
    assert.deepEqual(await usages(host), { VCPU: sum("VCPU"), MEMORY_MB: sum("MEMORY_MB") });
    assert.ok(sum("VCPU") <= 8 && sum("MEMORY_MB") <= 6);
    const refused = wishes.filter((_wish, at) => answers[at]?.status === 409);
    assert.equal(refused.length + given.length, wishes.length);
    for (const one of refused)
      assert.ok(sum("VCPU") + one.VCPU > 8 || sum("MEMORY_MB") + one.MEMORY_MB > 6, "refused without need");
  });
  await fc.assert(property, { numRuns: 25 });
});

test("each candidate can be claimed as it is written", async () => {
  const host = await makeHost({ DISK_GB: { total: 100 } });
  const nodes = [await makeHost({ VCPU: { total: 4 } }, host), await makeHost({ VCPU: { total: 2 } }, host)];
  const { status, body } = await send(
    "GET",
    `/allocation_candidates?resources=DISK_GB:10&resources1=VCPU:2&in_tree=${host}`,
  );
  assert.equal(status, 200);
  const requests = body["allocation_requests"] as { allocations: Json; mappings: Record<string, string[]> }[];
  assert.equal(requests.length, 2);
  for (const { allocations, mappings } of requests) {
    assert.deepEqual(mappings[""], [host]);
    const given = { ...claim(allocations), mappings };
    assert.equal((await send("PUT", `/allocations/${uuid()}`, given)).status, 204);
  }
  const summaries = body["provider_summaries"] as Record<string, Json>;
  assert.deepEqual(Object.keys(summaries).sort(), [host, ...nodes].sort());
  assert.equal(summaries[nodes[0] ?? ""]?.["root_provider_uuid"], host);
});

test("candidates are written in the form of each version", async () => {
  const host = await makeHost({ CUSTOM_ONLY_HERE: { total: 1 } }).catch(() => undefined);
  assert.equal(host, undefined, "an unknown class is refused");
  assert.equal((await send("PUT", "/resource_classes/CUSTOM_ONLY_HERE")).status, 201);
  assert.equal((await send("PUT", "/resource_classes/CUSTOM_ONLY_HERE")).status, 204);
  const made = await makeHost({ CUSTOM_ONLY_HERE: { total: 1 }, VCPU: { total: 1 } });
  const at = async (version: string) =>
    (await send("GET", "/allocation_candidates?resources=CUSTOM_ONLY_HERE:1", undefined, version)).body;
  const resources = { CUSTOM_ONLY_HERE: 1 };
  assert.deepEqual((await at("1.10"))["allocation_requests"], [
    { allocations: [{ resource_provider: { uuid: made }, resources }] },
  ]);
  assert.deepEqual((await at("1.12"))["allocation_requests"], [{ allocations: { [made]: { resources } } }]);
  const summary = async (version: string) =>
    ((await at(version))["provider_summaries"] as Record<string, Json>)[made] ?? {};
  assert.deepEqual(Object.keys(await summary("1.16")), ["resources"]);
  assert.deepEqual(Object.keys((await summary("1.26"))["resources"] as Json), ["CUSTOM_ONLY_HERE"]);
  assert.deepEqual(Object.keys((await summary("1.27"))["resources"] as Json).sort(), ["CUSTOM_ONLY_HERE", "VCPU"]);
  assert.ok("parent_provider_uuid" in (await summary("1.29")));
});

test("trees: a loop is refused, a move takes everything below along", async () => {
  const [top, other] = [await makeHost({}), await makeHost({})];
  const middle = await makeHost({}, top);
  const leaf = await makeHost({}, middle);
  const move = (id: string, parent: string | null, version?: string) =>
    send("PUT", `/resource_providers/${id}`, { name: `n-${id}`, parent_provider_uuid: parent }, version);
  assert.equal((await move(top, leaf)).status, 400);
  assert.equal((await move(middle, other, "1.36")).status, 400);
  assert.equal((await move(middle, other)).status, 200);
  assert.equal((await send("GET", `/resource_providers/${leaf}`)).body["root_provider_uuid"], other);
  assert.equal((await move(middle, null)).status, 200);
  assert.equal((await send("GET", `/resource_providers/${leaf}`)).body["root_provider_uuid"], middle);
  assert.equal(
    codeOf(await send("DELETE", `/resource_providers/${middle}`)),
    "placement.resource_provider.cannot_delete_parent",
  );
});

test("the reshaper moves what is used to a child in one step", async () => {
  const host = await makeHost({ VCPU: { total: 4 }, DISK_GB: { total: 10 } });
  const child = await makeHost({}, host);
  const consumer = uuid();
  await send("PUT", `/allocations/${consumer}`, claim({ [host]: { resources: { VCPU: 2, DISK_GB: 5 } } }));
  const body = {
    inventories: {
      [host]: { resource_provider_generation: 2, inventories: { DISK_GB: { total: 10 } } },
      [child]: { resource_provider_generation: 1, inventories: { VCPU: { total: 4 } } },
    },
    allocations: {
      [consumer]: claim({ [host]: { resources: { DISK_GB: 5 } }, [child]: { resources: { VCPU: 2 } } }, 1),
    },
  };
  assert.equal((await send("POST", "/reshaper", body)).status, 204);
  assert.deepEqual(await usages(host), { DISK_GB: 5 });
  assert.deepEqual(await usages(child), { VCPU: 2 });
});
