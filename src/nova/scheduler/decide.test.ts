import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide, noValidHost } from "./decide.ts";
import type { HostState, Request } from "./hosts.ts";

const host = (name: string, patch: Partial<HostState> = {}): HostState => ({
  host: name,
  node_uuid: `node-${name}`,
  hypervisor_hostname: name,
  hypervisor_type: "QEMU",
  hypervisor_version: 7002000,
  zone: "nova",
  up: true,
  disabled: false,
  disabled_reason: null,
  vcpus_free: 4,
  memory_mb_free: 4096,
  disk_gb_free: 50,
  busy: 0,
  servers: [],
  ...patch,
});

const request: Request = {
  server_id: "s",
  project_id: "p",
  vcpus: 1,
  memory_mb: 128,
  disk_gb: 1,
  zone: null,
  forced_host: null,
  forced_node: null,
  excluded_hosts: [],
  image_properties: {},
  extra_specs: {},
  group: null,
  hints: {},
};

const room = (...hosts: HostState[]) => new Set(hosts.map((one) => one.node_uuid));

test("the host with more free room comes first, equals by name", () => {
  const [small, large, twin] = [host("a"), host("b", { memory_mb_free: 8192 }), host("c")];
  const { chosen } = decide({ hosts: [twin, small, large], with_room: room(small, large, twin) }, request);
  assert.deepEqual(
    chosen.map((one) => one.host),
    ["b", "a", "c"],
  );
});

test("each removed host has its reason, and the user's sentence names it", () => {
  const hosts = [
    host("down", { up: false }),
    host("full"),
    host("off", { disabled: true, disabled_reason: "new disk" }),
  ];
  const decision = decide({ hosts, with_room: new Set() }, request);
  assert.deepEqual(decision.chosen, []);
  assert.deepEqual(
    decision.removed.map((one) => [one.host, one.filter]),
    [
      ["down", "ComputeFilter"],
      ["full", "Placement"],
      ["off", "ComputeFilter"],
    ],
  );
  assert.match(noValidHost(decision), /^No valid host was found\. There are not enough hosts available\..*new disk/);
});

test("affinity, hints, zones and excluded hosts", () => {
  const hosts = [host("a", { servers: ["x"] }), host("b", { zone: "other" })];
  const pick = (patch: Partial<Request>) =>
    decide({ hosts, with_room: room(...hosts) }, { ...request, ...patch }).chosen.map((one) => one.host);
  assert.deepEqual(pick({ zone: "other" }), ["b"]);
  assert.deepEqual(pick({ excluded_hosts: ["a"] }), ["b"]);
  assert.deepEqual(pick({ hints: { same_host: "x" } }), ["a"]);
  assert.deepEqual(pick({ hints: { different_host: ["x"] } }), ["b"]);
  assert.deepEqual(pick({ forced_host: "b" }), ["b"]);
  assert.deepEqual(pick({ group: { policy: "anti-affinity", max_per_host: 1, members_on: { a: 1 } } }), ["b"]);
  assert.deepEqual(pick({ group: { policy: "affinity", max_per_host: 1, members_on: { a: 1 } } }), ["a"]);
});

test("the order of hosts changes nothing, and nobody without room is chosen", () => {
  const anyHost = fc.record({
    name: fc.string({ minLength: 1 }),
    up: fc.boolean(),
    memory: fc.nat(10_000),
    room: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(anyHost, { selector: (one) => one.name }), (facts) => {
      const hosts = facts.map((one) => host(one.name, { up: one.up, memory_mb_free: one.memory }));
      const with_room = new Set(facts.filter((one) => one.room).map((one) => `node-${one.name}`));
      const forwards = decide({ hosts, with_room }, request);
      const backwards = decide({ hosts: [...hosts].reverse(), with_room }, request);
      assert.deepEqual(forwards.chosen, backwards.chosen);
      assert.equal(forwards.chosen.length + forwards.removed.length, hosts.length);
      for (const { host: name } of forwards.chosen) assert.ok(with_room.has(`node-${name}`));
    }),
  );
});
