import assert from "node:assert/strict";
import { test } from "node:test";
import { projects, testNeutron, type Json, type TestNeutron } from "#tests/support/neutron.ts";

async function outside(neutron: TestNeutron): Promise<Json> {
  const { network } = await neutron.network("admin", "172.24.4.0/28", { name: "out", "router:external": true });
  return network;
}

test("a router joins subnets, and nothing that it needs can be taken away under it", async () => {
  const neutron = await testNeutron();
  const out = await outside(neutron);
  const { network, subnet } = await neutron.network("member");
  const { router } = await neutron.call("member", "POST", "/routers", {
    router: { external_gateway_info: { network_id: out.id } },
  });
  assert.equal(router.external_gateway_info.enable_snat, true);
  const path = `/routers/${router.id}`;
  const added = await neutron.call("member", "PUT", `${path}/add_router_interface`, { subnet_id: subnet.id });
  assert.equal(added["subnet_id"], subnet.id);
  const { port: held } = await neutron.call("member", "GET", `/ports/${added["port_id"]}`);
  assert.equal(held.fixed_ips[0].ip_address, "10.0.0.1");
  assert.equal(held.device_owner, "network:router_interface");

  const refused = (method: string, where: string, body: unknown, status: number) =>
    neutron.refused("member", method, where, body, status);
  assert.equal(await refused("PUT", `${path}/add_router_interface`, { subnet_id: subnet.id }, 400), "BadRequest");
  assert.equal(await refused("DELETE", `/ports/${held.id}`, undefined, 409), "ServicePortInUse");
  assert.equal(await refused("DELETE", path, undefined, 409), "RouterInUse");
  assert.equal(await refused("DELETE", `/subnets/${subnet.id}`, undefined, 409), "SubnetInUse");
  assert.equal(await refused("PUT", `/subnets/${subnet.id}`, { subnet: { gateway_ip: null } }, 409), "GatewayIpInUse");
  assert.equal(await neutron.refused("admin", "DELETE", `/networks/${out.id}`, undefined, 409), "NetworkInUse");
  const twin = await neutron.network("member", "10.0.0.0/25");
  assert.equal(await refused("PUT", `${path}/add_router_interface`, { subnet_id: twin.subnet.id }, 400), "BadRequest");
  const routes = (nexthop: string) => ({ router: { routes: [{ destination: "192.168.9.0/24", nexthop }] } });
  assert.equal(await refused("PUT", path, routes("192.168.1.1"), 400), "InvalidRoutes");
  await neutron.call("member", "PUT", path, routes("10.0.0.77"));
  assert.equal(
    await refused("PUT", `${path}/remove_router_interface`, { subnet_id: subnet.id }, 409),
    "RouterInterfaceInUseByRoute",
  );
  await neutron.call("member", "PUT", path, { router: { routes: [] } });
  await neutron.call("member", "PUT", `${path}/remove_router_interface`, { port_id: held.id });
  await neutron.call("member", "DELETE", path);
  await neutron.call("member", "DELETE", `/networks/${network.id}`);
  const left = (await neutron.call("admin", "GET", `/ports?network_id=${out.id}&device_owner=network:router_gateway`))[
    "ports"
  ];
  assert.deepEqual(left, []);
  await neutron.role.stop();
});

test("a floating IP needs a router between, one port, and gives its address back", async () => {
  const neutron = await testNeutron();
  const out = await outside(neutron);
  const { network, subnet } = await neutron.network("member");
  const port = await neutron.port("member", { network_id: network.id });
  const create = { floatingip: { floating_network_id: out.id, port_id: port.id } };
  assert.equal(
    await neutron.refused("member", "POST", "/floatingips", create, 404),
    "ExternalGatewayForFloatingIPNotFound",
  );
  const inner = { floatingip: { floating_network_id: network.id } };
  assert.equal(await neutron.refused("member", "POST", "/floatingips", inner, 400), "BadRequest");

  const { router } = await neutron.call("member", "POST", "/routers", {
    router: { external_gateway_info: { network_id: out.id } },
  });
  await neutron.call("member", "PUT", `/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const { floatingip } = await neutron.call("member", "POST", "/floatingips", create);
  assert.equal(floatingip.router_id, router.id);
  assert.equal(floatingip.fixed_ip_address, port.fixed_ips[0].ip_address);
  assert.equal(await neutron.refused("member", "POST", "/floatingips", create, 409), "FloatingIPPortAlreadyAssociated");
  const gateway = { router: { external_gateway_info: null } };
  assert.equal(
    await neutron.refused("member", "PUT", `/routers/${router.id}`, gateway, 409),
    "RouterExternalGatewayInUseByFloatingIp",
  );
  const taken = { subnet_id: subnet.id };
  const type = await neutron.refused("member", "PUT", `/routers/${router.id}/remove_router_interface`, taken, 409);
  assert.equal(type, "RouterInterfaceInUseByFloatingIP");
  const named = { floatingip: { floating_network_id: out.id, floating_ip_address: "172.24.4.9" } };
  assert.equal(await neutron.refused("member", "POST", "/floatingips", named, 403), "PolicyNotAuthorized");

  await neutron.call("member", "DELETE", `/ports/${port.id}`);
  const after = (await neutron.call("member", "GET", `/floatingips/${floatingip.id}`))["floatingip"];
  assert.deepEqual([after.port_id, after.router_id, after.status], [null, null, "DOWN"]);
  await neutron.call("member", "DELETE", `/floatingips/${floatingip.id}`);
  assert.deepEqual((await neutron.call("admin", "GET", "/ports?device_owner=network:floatingip"))["ports"], []);
  await neutron.role.stop();
});

test("what one project has, another neither sees nor changes", async () => {
  const neutron = await testNeutron();
  const out = await outside(neutron);
  const { network, subnet } = await neutron.network("member");
  const { router } = await neutron.call("member", "POST", "/routers", { router: {} });
  const { floatingip } = await neutron.call("member", "POST", "/floatingips", {
    floatingip: { floating_network_id: out.id },
  });
  const port = await neutron.port("member", { network_id: network.id });
  const group = (await neutron.call("member", "GET", "/security-groups"))["security_groups"][0];
  const things = [
    ["networks", "network", network.id],
    ["subnets", "subnet", subnet.id],
    ["ports", "port", port.id],
    ["routers", "router", router.id],
    ["floatingips", "floatingip", floatingip.id],
    ["security-groups", "security_group", group.id],
  ] as const;
  for (const [path, name, id] of things) {
    for (const [method, where, body] of [
      ["GET", "", undefined],
      ["PUT", "", { [name]: { description: "mine" } }],
      ["DELETE", "", undefined],
      ["GET", "/tags", undefined],
      ["PUT", "/tags/mine", undefined],
      ["DELETE", "/tags", undefined],
    ] as const) {
      await neutron.refused("stranger", method, `/${path}/${id}${where}`, body, 404);
    }
    const list = (await neutron.call("stranger", "GET", `/${path}`))[path.replace("-", "_")] as Json[];
    assert.ok(
      list.every((thing) => thing["project_id"] !== projects.demo),
      path,
    );
    await neutron.refused("reader", "PUT", `/${path}/${id}`, { [name]: { description: "mine" } }, 403);
  }
  await neutron.refused("stranger", "PUT", `/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id }, 404);
  await neutron.refused("stranger", "POST", "/ports", { port: { network_id: network.id } }, 404);
  await neutron.refused("stranger", "POST", "/ports", { port: { network_id: out.id } }, 403);
  await neutron.refused("stranger", "PUT", `/networks/${out.id}/tags/x`, undefined, 403);
  await neutron.refused(
    "stranger",
    "DELETE",
    `/security-group-rules/${group.security_group_rules[0].id}`,
    undefined,
    404,
  );
  await neutron.role.stop();
});
