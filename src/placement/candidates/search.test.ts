import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseCandidateQuery, type CandidateDialect } from "./parse.ts";
import { QueryError, type CandidateRequest } from "./request.ts";
import { findCandidates, sharingTrait, type Candidate, type ProviderFacts } from "./search.ts";

const newest: CandidateDialect = {
  limit: true,
  required: true,
  memberOf: true,
  forbiddenTraits: true,
  repeatedMemberOf: true,
  numberedGroups: true,
  inTree: true,
  forbiddenAggregates: true,
  freeSuffixes: true,
  rootRequired: true,
  sameSubtree: true,
  anyTraits: true,
};

const parse = (query: string, dialect = newest): CandidateRequest =>
  parseCandidateQuery(new URLSearchParams(query), dialect);

interface Sketch {
  parent?: string;
  root?: string;
  traits?: string[];
  aggregates?: string[];
  free?: Record<string, number>;
}

function provider(uuid: string, sketch: Sketch = {}): ProviderFacts {
  const stocks = Object.entries(sketch.free ?? {}).map(
    ([name, free]) => [name, { free, min_unit: 1, max_unit: 1000, step_size: 1 }] as const,
  );
  return {
    uuid,
    parent_uuid: sketch.parent ?? null,
    root_uuid: sketch.root ?? uuid,
    traits: new Set(sketch.traits),
    aggregates: new Set(sketch.aggregates),
    stocks: new Map(stocks),
  };
}

const said = ({ allocations }: Candidate): string =>
  [...allocations]
    .map(
      ([uuid, amounts]) =>
        `${uuid}(${[...amounts]
          .map(([name, amount]) => `${name}:${amount}`)
          .sort()
          .join()})`,
    )
    .sort()
    .join(" ");
const find = (query: string, world: ProviderFacts[]): string[] =>
  [...findCandidates(parse(query), world)].map(said).sort();

const numaHost = (name: string): ProviderFacts[] => [
  provider(name, { free: { DISK_GB: 100 }, traits: ["HOST"], aggregates: [`agg-${name}`] }),
  provider(`${name}-n0`, { parent: name, root: name, free: { VCPU: 4, MEMORY_MB: 100 }, traits: ["N0"] }),
  provider(`${name}-n1`, { parent: name, root: name, free: { VCPU: 4, MEMORY_MB: 100 }, traits: ["N1"] }),
  provider(`${name}-n0-nic`, { parent: `${name}-n0`, root: name, free: { VF: 2 } }),
];

test("the group without suffix may be spread over a tree, a group with suffix may not", () => {
  assert.equal(find("resources=VCPU:1,MEMORY_MB:1", numaHost("a")).length, 4);
  assert.equal(find("resources1=VCPU:1,MEMORY_MB:1", numaHost("a")).length, 2);
  assert.deepEqual(find("resources1=VCPU:1,DISK_GB:1", numaHost("a")), []);
});

test("no candidate mixes trees", () => {
  const world = [...numaHost("a"), ...numaHost("b")];
  for (const { root_uuid, allocations } of findCandidates(parse("resources=VCPU:1,DISK_GB:1"), world)) {
    for (const uuid of allocations.keys()) assert.ok(uuid.startsWith(root_uuid));
  }
});

test("isolate keeps groups apart; without it they may share, within what is there", () => {
  const apart = "a-n0(VCPU:2) a-n1(VCPU:2)"; // twice: each node may serve each group
  const query = "resources1=VCPU:2&resources2=VCPU:2";
  assert.deepEqual(find(`${query}&group_policy=isolate`, numaHost("a")), [apart, apart]);
  assert.deepEqual(find(`${query}&group_policy=none`, numaHost("a")), [apart, apart, "a-n0(VCPU:4)", "a-n1(VCPU:4)"]);
  assert.ok(!find("resources1=VCPU:3&resources2=VCPU:3&group_policy=none", numaHost("a")).includes("a-n0(VCPU:6)"));
});

test("same_subtree keeps a device beside its node", () => {
  const query = "resources_cpu=VCPU:1&resources_nic=VF:1&group_policy=none";
  assert.equal(find(query, numaHost("a")).length, 2);
  assert.deepEqual(find(`${query}&same_subtree=_cpu,_nic`, numaHost("a")), ["a-n0(VCPU:1) a-n0-nic(VF:1)"]);
});

test("traits: required, any of, forbidden, of the root", () => {
  const world = numaHost("a");
  assert.deepEqual(find("resources=VCPU:1&required=N0", world), ["a-n0(VCPU:1)"]);
  assert.equal(find("resources=VCPU:1&required=in:N0,N1", world).length, 2);
  assert.deepEqual(find("resources=VCPU:1&required=!N0", world), ["a-n1(VCPU:1)"]);
  assert.equal(find("resources=VCPU:1&root_required=HOST", world).length, 2);
  assert.deepEqual(find("resources=VCPU:1&root_required=!HOST", world), []);
});

test("the root's aggregates span its tree for the group without suffix only", () => {
  const aggregate = "11111111-1111-4111-8111-111111111111";
  const world = [
    provider("a", { aggregates: [aggregate] }),
    provider("a-n0", { parent: "a", root: "a", free: { VCPU: 1 } }),
  ];
  assert.equal(find(`resources=VCPU:1&member_of=${aggregate}`, world).length, 1);
  assert.equal(find(`resources1=VCPU:1&member_of1=${aggregate}`, world).length, 0);
  assert.equal(find(`resources=VCPU:1&member_of=!${aggregate}`, world).length, 0);
});

test("a sharing provider gives to the trees of its aggregate", () => {
  const world = [
    provider("a", { aggregates: ["x"], free: { VCPU: 4 } }),
    provider("b", { aggregates: ["y"], free: { VCPU: 4 } }),
    provider("nfs", { aggregates: ["x"], traits: [sharingTrait], free: { DISK_GB: 10 } }),
  ];
  assert.deepEqual(find("resources=VCPU:1,DISK_GB:5", world), ["a(VCPU:1) nfs(DISK_GB:5)"]);
});

test("a limit ends the search", () => {
  const world = Array.from({ length: 1000 }, (_none, at) => provider(`h${at}`, { free: { VCPU: 4 } }));
  assert.equal(find("resources=VCPU:1&limit=7", world).length, 7);
});

const amounts = fc.record({ VCPU: fc.nat({ max: 3 }), MEMORY_MB: fc.nat({ max: 3 }) }, { noNullPrototype: true });
const traits = fc.subarray(["A", "B", "C"]);
const flatWorld = fc.array(fc.record({ free: amounts, traits }, { noNullPrototype: true }), { maxLength: 6 });

test("among single providers exactly those are found that have enough and are right", () => {
  const wish = fc.record({
    vcpu: fc.integer({ min: 1, max: 3 }),
    ram: fc.integer({ min: 1, max: 3 }),
    required: traits,
    forbidden: traits,
  });
  fc.assert(
    fc.property(flatWorld, wish, (sketches, { vcpu, ram, required, forbidden }) => {
      const wanted = required.filter((name) => !forbidden.includes(name));
      const list = [...wanted, ...forbidden.map((name) => `!${name}`)].join();
      const world = sketches.map((sketch, at) => provider(`p${at}`, sketch));
      const expected = sketches.flatMap((sketch, at) => {
        const enough = sketch.free.VCPU >= vcpu && sketch.free.MEMORY_MB >= ram;
        const right =
          wanted.every((name) => sketch.traits.includes(name)) &&
          !forbidden.some((name) => sketch.traits.includes(name));
        return enough && right ? [`p${at}(MEMORY_MB:${ram},VCPU:${vcpu})`] : [];
      });
      assert.deepEqual(
        find(`resources=VCPU:${vcpu},MEMORY_MB:${ram}${list ? `&required=${list}` : ""}`, world),
        expected.sort(),
      );
    }),
  );
});

test("no candidate takes more than is free, whatever groups ask", () => {
  const tree = fc.array(amounts, { minLength: 1, maxLength: 4 });
  const groups = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(tree, groups, (free, wishes) => {
      const world = free.map((one, at) =>
        provider(`p${at}`, { free: one, ...(at ? { parent: "p0", root: "p0" } : {}) }),
      );
      const query = wishes.map((amount, at) => `resources${at || ""}=VCPU:${amount}`).join("&");
      for (const { allocations } of findCandidates(parse(`${query}&group_policy=none`), world)) {
        let given = 0;
        for (const [uuid, taken] of allocations) {
          const amount = taken.get("VCPU") ?? 0;
          assert.ok(amount <= (free[Number(uuid.slice(1))]?.VCPU ?? 0));
          given += amount;
        }
        assert.equal(
          given,
          wishes.reduce((sum, amount) => sum + amount, 0),
        );
      }
    }),
  );
});

test("a query that cannot be understood is refused", () => {
  const older = { ...newest, freeSuffixes: false, anyTraits: false, sameSubtree: false };
  const wrong: [string, CandidateDialect?][] = [
    [""],
    ["resources="],
    ["resources=VCPU"],
    ["resources=VCPU:0"],
    ["resources=VCPU:-1"],
    ["resources=VCPU:1&required=A,!A"],
    ["resources=VCPU:1&required=lower"],
    ["resources=VCPU:1&member_of=nope"],
    ["resources=VCPU:1&limit=0"],
    ["resources=VCPU:1&colour=red"],
    ["resources1=VCPU:1&resources2=VCPU:1"],
    ["resources1=VCPU:1&resources2=VCPU:1&group_policy=maybe"],
    ["resources=VCPU:1&required1=A"],
    ["resources1=VCPU:1&same_subtree=1,2"],
    ["resources_x=VCPU:1", older],
    ["resources=VCPU:1&required=in:A,B", older],
    ["resources1=VCPU:1&same_subtree=1", older],
  ];
  for (const [query, dialect] of wrong) assert.throws(() => parse(query, dialect ?? newest), QueryError, query);
});
