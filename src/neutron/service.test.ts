import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostPlan } from "#contracts/neutron/host-plan.ts";
import { agentReportMessage, hostPlanMessage, neutronServerAddress } from "#contracts/neutron/messages.ts";
import { until } from "#platform/clock/until.ts";
import { projects, testNeutron, type Json, type TestNeutron } from "#tests/support/neutron.ts";

const contents = {
  external_cidr: "172.24.4.0/24",
  private_cidr: "10.0.0.0/24",
  dns_nameservers: [],
  project_id: projects.demo,
};

async function planOf(neutron: TestNeutron, host = "host1"): Promise<HostPlan> {
  return neutron.parts.bus.call(neutronServerAddress, hostPlanMessage, { host });
}

async function report(neutron: TestNeutron, plan: HostPlan, status: "ACTIVE" | "DOWN" = "ACTIVE"): Promise<void> {
  const said = (items: readonly { id: string }[]) => items.map(({ id }) => ({ id, status }));
  await neutron.parts.bus.call(neutronServerAddress, agentReportMessage, {
    host: plan.host,
    revision: plan.revision,
    ports: said(plan.ports),
    networks: said(plan.networks),
    routers: said(plan.routers),
  });
}

async function boundPort(neutron: TestNeutron, server_id: string, host = "host1"): Promise<Json> {
  const [network] = (await neutron.call("member", "GET", "/networks?name=private"))["networks"];
  const port = await neutron.port("member", { network_id: network.id, dns_name: "web" });
  const binding = { "binding:host_id": host, device_id: server_id, device_owner: "compute:nova" };
  return (await neutron.call("service", "PUT", `/ports/${port.id}`, { port: binding }))["port"];
}

async function statusOf(neutron: TestNeutron, id: string): Promise<string> {
  return (await neutron.call("admin", "GET", `/ports/${id}`))["port"].status;
}

const server = "11111111-1111-4111-8111-111111111111";

test("the first contents are made once, and the plan of the host has them", async () => {
  const neutron = await testNeutron();
  await neutron.role.bootstrap(contents);
  const before = await planOf(neutron);
  await neutron.role.bootstrap(contents);
  const plan = await planOf(neutron);
  assert.equal(plan.revision, before.revision);
  assert.equal(plan.networks.length, 2);
  const [router] = plan.routers;
  assert.deepEqual(
    router?.interfaces.map((one) => one.address_cidrs),
    [["10.0.0.1/24"]],
  );
  assert.deepEqual([router?.gateway?.next_hop, router?.gateway?.address_cidrs], ["172.24.4.1", ["172.24.4.2/24"]]);
  const outside = plan.networks.find((network) => network.external);
  assert.deepEqual(outside?.bridge_address_cidrs, ["172.24.4.1/24"]);
  const inside = plan.networks.find((network) => !network.external);
  assert.deepEqual(
    inside?.dhcp?.subnets.map((subnet) => [subnet.cidr, subnet.routed]),
    [["10.0.0.0/24", true]],
  );
  assert.deepEqual(await planOf(neutron, "elsewhere"), {
    ...plan,
    host: "elsewhere",
    networks: [],
    ports: [],
    routers: [],
  });
  await neutron.role.stop();
});

test("a wired port becomes ACTIVE and Nova hears of it", async () => {
  const neutron = await testNeutron();
  await neutron.role.bootstrap(contents);
  const port = await boundPort(neutron, server);
  const plan = await planOf(neutron);
  assert.deepEqual(
    plan.ports.map((one) => [one.id, one.addresses]),
    [[port.id, [port.fixed_ips[0].ip_address]]],
  );
  const dhcp = plan.networks.find((network) => !network.external)?.dhcp;
  assert.deepEqual(
    dhcp?.hosts.map((host) => [host.ip, host.hostname]),
    [[port.fixed_ips[0].ip_address, "web"]],
  );
  await report(neutron, plan);
  assert.equal(await statusOf(neutron, port.id), "ACTIVE");
  await until(neutron.parts.clock, async () => (neutron.heard.length > 0 ? true : undefined), {
    limit_ms: 2000,
    what: "Nova to hear",
  });
  await neutron.call("member", "DELETE", `/ports/${port.id}`);
  await until(neutron.parts.clock, async () => neutron.heard[1], { limit_ms: 2000, what: "Nova to hear again" });
  assert.deepEqual(neutron.heard, [`network-vif-plugged ${server}`, `network-vif-deleted ${server}`]);
  await neutron.role.stop();
});

test("a late report does no harm, nor one of a host that the port left", async () => {
  const neutron = await testNeutron();
  await neutron.role.bootstrap(contents);
  const port = await boundPort(neutron, server);
  const old = await planOf(neutron);
  await neutron.call("service", "PUT", `/ports/${port.id}`, { port: { "binding:host_id": "host2" } });
  await report(neutron, old);
  assert.equal(await statusOf(neutron, port.id), "DOWN");
  const fresh = await planOf(neutron, "host2");
  await report(neutron, fresh);
  assert.equal(await statusOf(neutron, port.id), "ACTIVE");
  await neutron.call("member", "PUT", `/ports/${port.id}`, { port: { admin_state_up: false } });
  await report(neutron, fresh, "DOWN");
  assert.equal(await statusOf(neutron, port.id), "ACTIVE");
  await report(neutron, await planOf(neutron, "host2"), "DOWN");
  assert.equal(await statusOf(neutron, port.id), "DOWN");
  await neutron.role.stop();
});

test("a Nova that is away hears later, and nobody waits for it", async () => {
  const neutron = await testNeutron();
  await neutron.role.bootstrap(contents);
  neutron.nova.status = 503;
  const port = await boundPort(neutron, server);
  await report(neutron, await planOf(neutron));
  assert.equal(await statusOf(neutron, port.id), "ACTIVE");
  neutron.nova.status = 200;
  const other = "22222222-2222-4222-8222-222222222222";
  await boundPort(neutron, other);
  await report(neutron, await planOf(neutron));
  await until(neutron.parts.clock, async () => (neutron.heard.length >= 2 ? true : undefined), {
    limit_ms: 8000,
    what: "Nova to hear all",
  });
  assert.deepEqual(neutron.heard.toSorted(), [`network-vif-plugged ${server}`, `network-vif-plugged ${other}`]);
  await neutron.role.stop();
});

test("a rule for a group lets in the addresses of its members, wherever they are", async () => {
  const neutron = await testNeutron();
  await neutron.role.bootstrap(contents);
  const here = await boundPort(neutron, server);
  const there = await boundPort(neutron, "22222222-2222-4222-8222-222222222222", "host2");
  const cidrs = (plan: HostPlan): unknown =>
    plan.ports[0]?.rules.find((rule) => rule.direction === "ingress" && rule.ethertype === "IPv4")?.remote_cidrs;
  const both = [here, there].map((port) => `${port.fixed_ips[0].ip_address}/32`).sort();
  assert.deepEqual(cidrs(await planOf(neutron)), both);
  assert.deepEqual(cidrs(await planOf(neutron, "host2")), both);
  assert.equal((await planOf(neutron, "host2")).networks[0]?.dhcp, undefined);
  await neutron.role.stop();
});
