import assert from "node:assert/strict";
import { test } from "node:test";
import { linkChanges, namespaceChanges, ownsNamespace } from "./diff.ts";
import type { ObservedLink, ObservedNamespace } from "./observe.ts";
import { batchFailures } from "../programs.ts";
import type { WantedLink, WantedNamespace } from "../want.ts";

const alias = "cumulet:c1";
const item = { kind: "network", id: "n" } as const;
const bridge: WantedLink = {
  name: "brq1",
  item,
  kind: "bridge",
  mtu: 1450,
  mac: "02:00:00:00:00:01",
  up: true,
  address_cidrs: ["172.24.4.1/24"],
};
const bridgeThere: ObservedLink = {
  name: "brq1",
  kind: "bridge",
  mtu: 1450,
  mac: "02:00:00:00:00:01",
  up: true,
  alias,
  address_cidrs: ["172.24.4.1/24"],
};
const veth: WantedLink = {
  name: "tap1",
  item,
  kind: "veth",
  mtu: 1450,
  up: true,
  master: "brq1",
  address_cidrs: [],
  peer: { namespace: "q1", name: "ns-1" },
};
const vethThere: ObservedLink = { ...bridgeThere, name: "tap1", kind: "veth", master: "brq1", address_cidrs: [] };
const present = (links: ObservedLink[], inner: string[] = []) => ({
  links: new Map(links.map((link) => [link.name, link])),
  namespaces: new Map([["q1", space(inner.map((name) => ({ ...vethThere, name })))]]),
});
function space(links: ObservedLink[]): ObservedNamespace {
  return { name: "q1", inode: 1, links: new Map(links.map((link) => [link.name, link])), routes: [] };
}
const commands = (lines: { command: string }[]): string[] => lines.map((line) => line.command);

test("what is there as wanted is left alone", () => {
  const changes = linkChanges([bridge, veth], present([bridgeThere, vethThere], ["ns-1"]), alias);
  assert.deepEqual(changes, { remove: [], add: [], refused: [] });
});

test("only what differs is done", () => {
  const changes = linkChanges(
    [bridge],
    present([{ ...bridgeThere, mtu: 1500, address_cidrs: ["172.24.4.9/24"] }]),
    alias,
  );
  assert.deepEqual(commands(changes.add), [
    "link set dev brq1 mtu 1450",
    "addr del 172.24.4.9/24 dev brq1",
    "addr add 172.24.4.1/24 dev brq1",
  ]);
});

test("our leftovers go; what carries no mark or another's stays", () => {
  const others = [{ ...bridgeThere, name: "old" }, { ...bridgeThere, name: "a", alias: "" }, { ...bridgeThere, name: "b", alias: "cumulet:c2" }, { ...bridgeThere, name: "c", alias: "cumulet:c11" }]; // prettier-ignore
  assert.deepEqual(commands(linkChanges([], present(others), alias).remove), ["link del dev old"]);
});

test("a wanted name that belongs to another cloud or kind is refused", () => {
  assert.match(linkChanges([bridge], present([{ ...bridgeThere, alias: "cumulet:c2" }]), alias).refused[0]?.reason ?? "", /belongs to cumulet:c2/); // prettier-ignore
  assert.match(linkChanges([bridge], present([{ ...bridgeThere, alias: "", kind: "veth" }]), alias).refused[0]?.reason ?? "", /no bridge/); // prettier-ignore
});

test("a veth without its far end is made anew", () => {
  const changes = linkChanges([veth], present([vethThere], []), alias);
  assert.deepEqual(commands(changes.remove), ["link del dev tap1"]);
  assert.equal(changes.add[0]?.command, "link add name tap1 type veth peer name ns-1 netns q1");
});

test("a namespace is filled, then left alone", () => {
  const wanted: WantedNamespace = {
    name: "q1",
    item,
    devices: [
      {
        name: "qg-1",
        outer: "tap1",
        mac: "fa:16:3e:00:00:01",
        mtu: 1500,
        address_cidrs: ["172.24.4.10/24"],
        announce: true,
      },
    ],
    routes: [{ destination: "default", via: "172.24.4.1" }],
    metadata: true,
    sysctls: [],
    nft: "",
  };
  assert.deepEqual(commands(namespaceChanges(wanted, undefined, alias, "169.254.169.254")), [
    "link set dev lo alias cumulet:c1",
    "link set dev lo up",
    "addr add 169.254.169.254/32 dev lo",
    "link set dev qg-1 address fa:16:3e:00:00:01 mtu 1500 up",
    "addr add 172.24.4.10/24 dev qg-1",
    "link set dev qg-1 address fa:16:3e:00:00:01",
    "route replace default via 172.24.4.1 proto static",
  ]);
  const lo = { ...vethThere, name: "lo", alias: `${alias}:abc`, address_cidrs: ["127.0.0.1/8", "169.254.169.254/32"] };
  const qg = { ...vethThere, name: "qg-1", mac: "fa:16:3e:00:00:01", mtu: 1500, address_cidrs: ["172.24.4.10/24"] };
  const there = { ...space([lo, qg]), routes: [{ destination: "default", via: "172.24.4.1" }] };
  assert.deepEqual(namespaceChanges(wanted, there, alias, "169.254.169.254"), []);
  const moved = { ...there, routes: [{ destination: "10.0.0.0/8", via: "172.24.4.9" }] };
  assert.deepEqual(commands(namespaceChanges(wanted, moved, alias, "169.254.169.254")), [
    "route del 10.0.0.0/8 via 172.24.4.9 proto static",
    "route replace default via 172.24.4.1 proto static",
  ]);
});

test("a cloud whose id begins like ours is another cloud", () => {
  assert.equal(ownsNamespace("cumulet:c1:abc", alias), true);
  assert.equal(ownsNamespace("cumulet:c11:abc", alias), false);
});

test("a failed line of a batch is told apart from the others", () => {
  const lines = ["a", "link del dev x", "c"].map((command, index) => ({ item: { ...item, id: `${index}` }, command }));
  const stderr = 'Object unknown\nCommand failed -:1\nCannot find device "x"\nCommand failed -:2\n';
  assert.deepEqual(batchFailures({ code: 1, stderr }, lines), [
    { item: lines[0]?.item, reason: "ip a: Object unknown" },
  ]);
  assert.equal(batchFailures({ code: 255, stderr: "no rights" }, lines).length, 3);
});
