import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostPlan, PlannedPort, PlannedRule } from "#contracts/neutron/host-plan.ts";
import { generation, linkLocal, ruleMatch, spoofGuards } from "./firewall-rules.ts";
import { renderFirewall } from "./firewall.ts";

const network = "11111111-1111-4111-8111-111111111111";
const rule: PlannedRule = {
  direction: "ingress",
  ethertype: "IPv4",
  protocol: "tcp",
  port_min: 22,
  port_max: 80,
  remote_cidrs: ["10.0.0.0/24"],
};
const port: PlannedPort = {
  id: "22222222-2222-4222-8222-222222222222",
  network_id: network,
  mac: "fa:16:3e:00:00:01",
  addresses: ["10.0.0.5", "fd00::5"],
  mtu: 1450,
  admin_state_up: true,
  port_security: true,
  allowed_address_pairs: [],
  rules: [rule],
  device_id: "33333333-3333-4333-8333-333333333333",
  project_id: "p",
};
const host = (ports: PlannedPort[]): HostPlan => ({
  host: "h",
  revision: 1,
  networks: [{ id: network, mtu: 1450, external: false, bridge_address_cidrs: [] }],
  ports,
  routers: [],
  metadata: { enabled: true },
});

test("a rule becomes matches, and mirrored matches for the answers", () => {
  const cases: [Partial<PlannedRule>, string | undefined, string | undefined][] = [
    [{}, "meta nfproto ipv4 meta l4proto 6 th dport 22-80 ip saddr 10.0.0.0/24", "meta nfproto ipv4 meta l4proto 6 th sport 22-80 ip daddr 10.0.0.0/24"],
    [{ direction: "egress", port_max: 22, remote_cidrs: null }, "meta nfproto ipv4 meta l4proto 6 th dport 22", "meta nfproto ipv4 meta l4proto 6 th sport 22"],
    [{ protocol: "icmp", port_min: 8, port_max: 0, remote_cidrs: null }, "meta nfproto ipv4 meta l4proto 1 icmp type 8 icmp code 0", "meta nfproto ipv4 meta l4proto 1"],
    [{ ethertype: "IPv6", protocol: "icmp", port_min: null, port_max: null, remote_cidrs: null }, "meta nfproto ipv6 meta l4proto 58", "meta nfproto ipv6 meta l4proto 58"],
    [{ protocol: "112", remote_cidrs: ["0.0.0.0/0"] }, "meta nfproto ipv4 meta l4proto 112", "meta nfproto ipv4 meta l4proto 112"],
    [{ protocol: null, remote_cidrs: ["0.0.0.0/0"] }, "meta nfproto ipv4", "meta nfproto ipv4"],
    [{ remote_cidrs: [] }, undefined, undefined],
    [{ ethertype: "IPv6", remote_cidrs: ["10.0.0.1"] }, undefined, undefined],
  ]; // prettier-ignore
  for (const [change, match, mirrored] of cases) {
    assert.equal(ruleMatch({ ...rule, ...change }, false, new Map()), match);
    assert.equal(ruleMatch({ ...rule, ...change }, true, new Map()), mirrored);
  }
});

test("several remotes become one shared set", () => {
  const sets = new Map();
  const many = { ...rule, remote_cidrs: ["10.0.0.1", "10.0.0.2"] };
  assert.equal(
    ruleMatch(many, false, sets),
    ruleMatch({ ...many, remote_cidrs: ["10.0.0.2", "10.0.0.1"] }, false, sets),
  );
  assert.equal(sets.size, 1);
});

test("nonsense in a rule is refused", () => {
  for (const change of [
    { protocol: "tcp; drop" },
    { protocol: "256" },
    { port_min: -1 },
    { port_min: 90 },
    { remote_cidrs: ["x"] },
  ]) {
    assert.throws(() => ruleMatch({ ...rule, ...change }, false, new Map()), JSON.stringify(change));
  }
});

test("a guest may send only as itself", () => {
  const guards = spoofGuards({ ...port, allowed_address_pairs: [{ ip: "10.0.9.0/24", mac: "fa:16:3e:00:00:02" }] });
  assert.equal(guards[0], "ether saddr != { fa:16:3e:00:00:01, fa:16:3e:00:00:02 } drop");
  assert.ok(guards.includes("ether type ip udp sport 67 udp dport 68 drop"));
  assert.ok(guards.includes("ether saddr fa:16:3e:00:00:01 ether type ip ip saddr { 10.0.0.5 } accept"));
  assert.ok(guards.includes("ether saddr fa:16:3e:00:00:02 ether type ip ip saddr { 10.0.9.0/24 } accept"));
  assert.equal(guards.at(-1), "drop");
  assert.equal(linkLocal("fa:16:3e:00:00:01"), "fe80::f816:3eff:fe00:1");
});

test("the generation changes with the rules of its direction only", () => {
  const more = { ...port, rules: [rule, { ...rule, port_min: 1 }] };
  assert.notEqual(generation(port, "ingress"), generation(more, "ingress"));
  assert.equal(generation(port, "egress"), generation(more, "egress"));
  assert.equal(generation({ ...more, rules: more.rules.toReversed() }, "ingress"), generation(more, "ingress"));
});

test("the same plan gives the same text; a refused port is shut and spoils nothing", () => {
  assert.equal(
    renderFirewall("c", host([port]), new Map()).digest,
    renderFirewall("c", host([port]), new Map()).digest,
  );
  const bad = { ...port, id: "44444444-4444-4444-8444-444444444444", rules: [{ ...rule, protocol: "no" }] };
  const { text, refused } = renderFirewall("c", host([port, bad]), new Map());
  assert.deepEqual([...refused.keys()], [bad.id]);
  assert.ok(text.includes(`"tap44444444-44" : drop`));
  assert.ok(text.includes("jump from_22222222_2222_4222_8222_222222222222"));
});

test("without port security nothing is filtered", () => {
  const { text } = renderFirewall("c", host([{ ...port, port_security: false }]), new Map());
  assert.ok(!text.includes("jump from_"));
});
