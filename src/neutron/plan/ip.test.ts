import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as check, bigInt, boolean, property } from "fast-check";
import { contains, eui64, formatCidr, formatIp, isReserved, overlaps, parseCidr, parseIp, type Cidr } from "./ip.ts";

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  assert.ok(parsed, text);
  return parsed;
}

test("what is written is read again, in both versions", () => {
  check(
    property(boolean(), bigInt({ min: 0n, max: (1n << 128n) - 1n }), (four, value) => {
      const ip = four ? { version: 4 as const, value: value >> 96n } : { version: 6 as const, value };
      assert.deepEqual(parseIp(formatIp(ip)), ip);
    }),
  );
});

test("IPv6 is written short", () => {
  for (const [long, short] of [
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["fe80:0:0:1:0:0:0:1", "fe80:0:0:1::1"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
  ] as const) {
    const ip = parseIp(long);
    assert.equal(ip && formatIp(ip), short);
  }
});

test("what is no address or network is refused", () => {
  for (const text of ["", "10.0.0", "10.0.0.256", "fe80::1%eth0", "10.0.0.01"])
    assert.equal(parseIp(text), undefined, text);
  for (const text of ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "x/8"]) {
    assert.equal(parseCidr(text), undefined, text);
  }
});

test("networks know their addresses and one another", () => {
  const net = cidr("10.0.0.5/24");
  assert.equal(net.exact, false);
  assert.equal(formatCidr(net), "10.0.0.0/24");
  assert.ok(contains(net, { version: 4, value: net.base + 255n }));
  assert.ok(!contains(net, { version: 4, value: net.base + 256n }));
  assert.ok(isReserved(net, { version: 4, value: net.base }));
  assert.ok(isReserved(net, { version: 4, value: net.base + 255n }));
  assert.ok(overlaps(cidr("10.0.0.0/8"), net));
  assert.ok(!overlaps(cidr("10.0.1.0/24"), net));
  assert.equal(eui64(cidr("2001:db8::/64"), "fa:16:3e:01:02:03"), "2001:db8::f816:3eff:fe01:203");
});
