import assert from "node:assert/strict";
import { test } from "node:test";
import { projects, testNeutron } from "#tests/support/neutron.ts";

test("many ports made at once get different addresses, and the one too many is refused", async () => {
  const neutron = await testNeutron();
  const { network } = await neutron.network("member", "10.0.0.0/27");
  // 30 usable addresses less the gateway and DHCP: 28.
  const made = await Promise.all(Array.from({ length: 28 }, () => neutron.port("member", { network_id: network.id })));
  const addresses = made.map((port) => port.fixed_ips[0].ip_address);
  assert.equal(new Set(addresses).size, 28);
  assert.equal(new Set(made.map((port) => port.mac_address)).size, 28);
  const body = { port: { network_id: network.id } };
  assert.equal(await neutron.refused("member", "POST", "/ports", body, 409), "IpAddressGenerationFailure");
  await neutron.call("member", "DELETE", `/ports/${made[7]?.id}`);
  const again = await neutron.port("member", { network_id: network.id });
  assert.equal(again.fixed_ips[0].ip_address, addresses[7]);
  await neutron.role.stop();
});

test("an address that is named is checked and given once", async () => {
  const neutron = await testNeutron();
  const { network, subnet } = await neutron.network("member");
  const want = (fixed_ips: unknown) => ({ port: { network_id: network.id, fixed_ips } });
  const types: string[] = [];
  for (const [ips, status] of [
    [[{ ip_address: "10.0.0.2" }], 409],
    [[{ subnet_id: subnet.id, ip_address: "10.0.1.2" }], 400],
    [[{ ip_address: "10.0.1.2" }], 400],
    [[{ subnet_id: subnet.id, ip_address: "10.0.0.255" }], 400],
    [[{ subnet_id: network.id }], 400],
    [[{ ip_address: "ten" }], 400],
    [[{ ip_address: "10.0.0.9" }, { ip_address: "10.0.0.9" }], 400],
  ] as const) {
    types.push(await neutron.refused("member", "POST", "/ports", want(ips), status));
  }
  assert.deepEqual(types, [
    "IpAddressAlreadyAllocated",
    "InvalidIpForSubnet",
    "InvalidIpForNetwork",
    "InvalidIpForSubnet",
    "InvalidInput",
    "HTTPBadRequest",
    "HTTPBadRequest",
  ]);
  const race = await Promise.allSettled(
    [1, 2, 3].map(() => neutron.port("member", want([{ ip_address: "10.0.0.9" }]).port)),
  );
  assert.equal(race.filter((one) => one.status === "fulfilled").length, 1);
  await neutron.role.stop();
});

test("several at once are made all or not at all", async () => {
  const neutron = await testNeutron();
  const { network } = await neutron.network("member");
  const before = (await neutron.call("member", "GET", "/ports"))["ports"].length;
  const bad = {
    ports: [{ network_id: network.id }, { network_id: network.id, fixed_ips: [{ ip_address: "10.0.0.2" }] }],
  };
  await neutron.refused("member", "POST", "/ports", bad, 409);
  assert.equal((await neutron.call("member", "GET", "/ports"))["ports"].length, before);
  const good = await neutron.call("member", "POST", "/ports", {
    ports: [{ network_id: network.id }, { network_id: network.id, name: "b" }],
  });
  assert.deepEqual(
    good["ports"].map((port: { name: string }) => port.name),
    ["", "b"],
  );
  await neutron.role.stop();
});

test("only the cloud and administrators bind; what others see has no bindings", async () => {
  const neutron = await testNeutron();
  const { network } = await neutron.network("member");
  const port = await neutron.port("member", { network_id: network.id });
  const binding = { port: { "binding:host_id": "host1", device_id: "d", device_owner: "compute:nova" } };
  assert.equal(await neutron.refused("member", "PUT", `/ports/${port.id}`, binding, 403), "PolicyNotAuthorized");
  const bound = (await neutron.call("service", "PUT", `/ports/${port.id}`, binding))["port"];
  assert.equal(bound["binding:vif_type"], "bridge");
  assert.equal(bound.status, "DOWN");
  const seen = (await neutron.call("member", "GET", `/ports/${port.id}`))["port"];
  assert.equal(seen["binding:host_id"], undefined);
  assert.equal(seen["binding:vnic_type"], "normal");
  const made = (
    await neutron.call("service", "POST", "/ports", { port: { network_id: network.id, project_id: projects.demo } })
  )["port"];
  assert.equal(made.project_id, projects.demo);
  // An administrator's server may be on any network: Nova has asked with its user's token, and acts for that project.
  const foreign = { port: { network_id: network.id, project_id: projects.other } };
  assert.equal((await neutron.call("service", "POST", "/ports", foreign))["port"].project_id, projects.other);
  const strange = { port: { network_id: network.id } };
  assert.equal(await neutron.refused("stranger", "POST", "/ports", strange, 404), "NetworkNotFound");
  await neutron.role.stop();
});

test("lists are filtered, cut, sorted and paged as asked", async () => {
  const neutron = await testNeutron();
  const { network, subnet } = await neutron.network("member");
  for (const name of ["a", "b", "c", "d"])
    await neutron.port("member", { network_id: network.id, name, device_id: `dev-${name}` });
  const names = async (query: string): Promise<string[]> =>
    (await neutron.call("member", "GET", `/ports?${query}`))["ports"].map((port: { name: string }) => port.name);
  assert.deepEqual(await names("device_id=dev-a&device_id=dev-c"), ["a", "c"]);
  assert.deepEqual(await names("device_owner=network:dhcp"), [""]);
  assert.deepEqual(await names("sort_key=name&sort_dir=desc&name=a&name=d"), ["d", "a"]);
  assert.deepEqual(await names(`fixed_ips=subnet_id=${subnet.id}&fixed_ips=ip_address=10.0.0.4`), ["b"]);
  const page = await neutron.call("member", "GET", "/ports?limit=2&sort_key=name&sort_dir=asc&fields=id&fields=name");
  assert.deepEqual(page["ports"].map(Object.keys), [
    ["id", "name"],
    ["id", "name"],
  ]);
  const next = new URL(page["ports_links"].find((link: { rel: string }) => link.rel === "next").href);
  const second = await neutron.call("member", "GET", next.pathname.replace("/network/v2.0", "") + next.search);
  assert.deepEqual(
    second["ports"].map((port: { name: string }) => port.name),
    ["b", "c"],
  );
  assert.equal(await neutron.refused("member", "GET", "/ports?colour=red", undefined, 400), "HTTPBadRequest");
  assert.equal(await neutron.refused("member", "GET", "/ports?constructor=1", undefined, 400), "HTTPBadRequest");
  await neutron.role.stop();
});

test("port security, groups and address pairs fit together", async () => {
  const neutron = await testNeutron();
  const { network } = await neutron.network("member");
  const port = await neutron.port("member", {
    network_id: network.id,
    allowed_address_pairs: [{ ip_address: "10.0.0.0/28" }],
  });
  assert.equal(port.security_groups.length, 1);
  assert.deepEqual(port.allowed_address_pairs, [{ ip_address: "10.0.0.0/28", mac_address: port.mac_address }]);
  const set = (body: unknown, status: number) =>
    neutron.refused("member", "PUT", `/ports/${port.id}`, { port: body }, status);
  assert.equal(await set({ port_security_enabled: false }, 409), "AddressPairAndPortSecurityRequired");
  assert.equal(
    await set({ port_security_enabled: false, allowed_address_pairs: [] }, 409),
    "PortSecurityPortHasSecurityGroup",
  );
  assert.equal(await set({ security_groups: ["00000000-0000-4000-8000-000000000000"] }, 404), "SecurityGroupNotFound");
  const open = { port_security_enabled: false, allowed_address_pairs: [], security_groups: [] };
  await neutron.call("member", "PUT", `/ports/${port.id}`, { port: open });
  await neutron.role.stop();
});

test("no line break reaches the configuration of DHCP", async () => {
  const neutron = await testNeutron();
  const { network } = await neutron.network("member");
  for (const option of [
    { opt_name: "mtu", opt_value: "1400\naddress=/x/10.0.0.1" },
    { opt_name: "a,b", opt_value: "1" },
    { opt_name: "a\nb", opt_value: "1" },
  ]) {
    const body = { port: { network_id: network.id, extra_dhcp_opts: [option] } };
    await neutron.refused("member", "POST", "/ports", body, 400);
  }
  const bad = { port: { network_id: network.id, dns_name: "a\nb" } };
  await neutron.refused("member", "POST", "/ports", bad, 400);
  await neutron.role.stop();
});
