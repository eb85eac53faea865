import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalCidr, contains, isAddress, minimalCidrs, parseCidr } from "./addresses.ts";

test("what is no address does not pass", () => {
  for (const text of [
    "",
    "10.0.0",
    "10.0.0.1/33",
    "10.0.0.1/",
    "10.0.0.1/8/8",
    "fe80::1%eth0",
    "::/129",
    "1.2.3.4; drop",
  ]) {
    assert.equal(parseCidr(text), undefined, text);
  }
  assert.equal(isAddress("10.0.0.1/32"), false);
  assert.equal(isAddress("fd00::1"), true);
});

test("equal networks have equal names", () => {
  assert.equal(canonicalCidr("10.0.0.7/24"), "10.0.0.0/24");
  assert.equal(canonicalCidr("10.0.0.7/32"), "10.0.0.7");
  assert.equal(canonicalCidr("0.0.0.0/0"), "0.0.0.0/0");
  assert.equal(canonicalCidr("FD00:0:0:0:0:0:0:1"), "fd00::1");
  assert.equal(canonicalCidr("2001:db8:0:1:0:0:0:1/64"), "2001:db8:0:1::/64");
  assert.equal(canonicalCidr("::/0"), "::/0");
  assert.equal(canonicalCidr("::ffff:1.2.3.4"), "::ffff:102:304");
});

test("sets of networks hold no overlaps", () => {
  assert.deepEqual(minimalCidrs(["10.0.0.5/32", "10.0.0.0/24", "10.0.0.0/24", "10.0.1.1", "fd00::/8"], 4), ["10.0.0.0/24", "10.0.1.1"]); // prettier-ignore
  assert.deepEqual(minimalCidrs(["fd00::1", "fd00::/8", "10.0.0.1"], 6), ["fd00::/8"]);
  assert.throws(() => minimalCidrs(["me"], 4), /not an address or CIDR/);
});

test("an address lies in a network of its own version", () => {
  assert.equal(contains("10.0.0.0/24", "10.0.0.255"), true);
  assert.equal(contains("10.0.0.0/24", "10.0.1.0"), false);
  assert.equal(contains("::/0", "10.0.0.1"), false);
});
