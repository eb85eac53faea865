import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlannedDhcp, PlannedNetwork } from "#contracts/neutron/host-plan.ts";
import { dnsmasqFiles, mayReload, withoutStaleLeases } from "./dnsmasq-files.ts";

const subnet = {
  id: "s1",
  cidr: "10.0.0.0/22",
  ip_version: 4 as const,
  gateway_ip: "10.0.0.1",
  dns_nameservers: [],
  host_routes: [{ destination: "10.9.0.0/16", nexthop: "10.0.0.9" }],
  routed: false,
};
const host = { port_id: "p1", mac: "fa:16:3e:00:00:01", ip: "10.0.0.11", hostname: "vm1", options: [] };
const dhcp: PlannedDhcp = {
  port_id: "44444444-4444-4444-8444-444444444444",
  mac: "fa:16:3e:00:00:02",
  address_cidrs: ["10.0.0.2/22"],
  subnets: [subnet],
  hosts: [host],
  domain: "cloud.example",
  upstream_dns: ["9.9.9.9"],
};
const network: PlannedNetwork = { id: "n1", mtu: 1450, external: false, bridge_address_cidrs: [], dhcp };
const files = (change: Partial<PlannedDhcp> = {}, metadata = true) =>
  dnsmasqFiles(network, { ...dhcp, ...change }, "/run/x", "nobody", metadata);

test("classless routes carry metadata and, once there are any, the default route", () => {
  assert.match(
    files().options,
    /tag:subnet-s1,option:classless-static-route,10\.9\.0\.0\/16,10\.0\.0\.9,169\.254\.169\.254\/32,10\.0\.0\.2,0\.0\.0\.0\/0,10\.0\.0\.1\n/,
  );
  const routed = files({ subnets: [{ ...subnet, host_routes: [], routed: true }] });
  assert.ok(!routed.options.includes("classless"));
  assert.ok(!files({ subnets: [{ ...subnet, host_routes: [] }] }, false).options.includes("classless"));
  assert.match(files({ subnets: [{ ...subnet, gateway_ip: null }] }).options, /tag:subnet-s1,option:router\n/);
});

test("only the hosts of the plan get addresses, and queries are never logged", () => {
  const { conf, hosts, names } = files();
  assert.match(conf, /dhcp-range=set:subnet-s1,10\.0\.0\.0,static,255\.255\.252\.0,86400s/);
  assert.match(conf, /server=9\.9\.9\.9/);
  assert.ok(!conf.includes("log-queries"));
  assert.equal(hosts, "fa:16:3e:00:00:01,10.0.0.11,vm1\n");
  assert.equal(names, "10.0.0.11 vm1.cloud.example vm1\n");
});

test("a name that is no DNS name stays out of the files; the lease stays", () => {
  for (const hostname of ["a b", "x\naddress=/evil/", "", "-a", "a,set:b", "a".repeat(64)]) {
    const { hosts, names } = files({ hosts: [{ ...host, hostname }] });
    assert.equal(hosts, "fa:16:3e:00:00:01,10.0.0.11\n");
    assert.equal(names, "");
  }
});

test("options of one port; unknown names and line breaks are left out", () => {
  const options = [
    { name: "bootfile-name", value: "pxelinux.0", ip_version: 4 as const },
    { name: "150", value: "10.0.0.3", ip_version: 4 as const },
    { name: "no-such", value: "x", ip_version: 4 as const },
    { name: "66", value: "a\nb", ip_version: 4 as const },
  ];
  const made = files({ hosts: [{ ...host, options }] });
  assert.match(made.options, /tag:port-p1,option:bootfile-name,pxelinux\.0\ntag:port-p1,150,10\.0\.0\.3\n$/);
  assert.equal(mayReload(made.hosts), false);
  assert.equal(mayReload(files().hosts), true);
});

test("a lease of an address that has a new owner is dropped", () => {
  const leases = "1 fa:16:3e:00:00:01 10.0.0.11 vm1 *\n1 fa:16:3e:00:00:09 10.0.0.12 * *\n";
  assert.equal(withoutStaleLeases(leases, dhcp.hosts), undefined);
  assert.equal(withoutStaleLeases(leases, [{ ...host, mac: "fa:16:3e:00:00:77" }]), "1 fa:16:3e:00:00:09 10.0.0.12 * *\n"); // prettier-ignore
});
