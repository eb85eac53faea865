import assert from "node:assert/strict";
import { test } from "node:test";
import { testNeutron } from "#tests/support/neutron.ts";

test("each project has one default group with four rules, even when many ask at once", async () => {
  const neutron = await testNeutron();
  const answers = await Promise.all([1, 2, 3, 4].map(() => neutron.call("member", "GET", "/security-groups")));
  for (const answer of answers) assert.equal(answer["security_groups"].length, 1);
  const [group] = answers[0]?.["security_groups"] ?? [];
  assert.equal(group.name, "default");
  assert.deepEqual(group.security_group_rules.map((rule: { direction: string }) => rule.direction).sort(), [
    "egress",
    "egress",
    "ingress",
    "ingress",
  ]);
  assert.equal(
    await neutron.refused("member", "DELETE", `/security-groups/${group.id}`, undefined, 409),
    "SecurityGroupCannotRemoveDefault",
  );
  const twin = { security_group: { name: "default" } };
  assert.equal(
    await neutron.refused("member", "POST", "/security-groups", twin, 409),
    "SecurityGroupDefaultAlreadyExists",
  );
  await neutron.role.stop();
});

test("rules that make no sense are refused before any host hears of them", async () => {
  const neutron = await testNeutron();
  const { security_group: group } = await neutron.call("member", "POST", "/security-groups", {
    security_group: { name: "web" },
  });
  const base = { security_group_id: group.id, direction: "ingress" };
  const refused: [object, number, string][] = [
    [{ protocol: "tcp", port_range_min: 90, port_range_max: 80 }, 400, "SecurityGroupInvalidPortRange"],
    [{ protocol: "tcp", port_range_min: 0, port_range_max: 80 }, 400, "SecurityGroupInvalidPortValue"],
    [{ protocol: "tcp", port_range_min: 80, port_range_max: 70_000 }, 400, "SecurityGroupInvalidPortValue"],
    [{ port_range_min: 80, port_range_max: 80 }, 400, "SecurityGroupProtocolRequiredWithPorts"],
    [{ protocol: "vrrp", port_range_min: 80, port_range_max: 80 }, 400, "SecurityGroupInvalidProtocolForPort"],
    [{ protocol: "nonsense" }, 400, "SecurityGroupRuleInvalidProtocol"],
    [{ protocol: 256 }, 400, "SecurityGroupRuleInvalidProtocol"],
    [{ protocol: "icmp", port_range_max: 3 }, 400, "SecurityGroupMissingIcmpType"],
    [{ protocol: "icmp", port_range_min: 300 }, 400, "SecurityGroupInvalidIcmpValue"],
    [{ remote_ip_prefix: "fe80::/64" }, 400, "SecurityGroupRuleParameterConflict"],
    [{ remote_ip_prefix: "10.0.0.0/8", remote_group_id: group.id }, 400, "SecurityGroupMultipleRemoteEntities"],
    [{ protocol: "ipv6-icmp" }, 400, "SecurityGroupEthertypeConflictWithProtocol"],
    [{ remote_group_id: "00000000-0000-4000-8000-000000000000" }, 404, "SecurityGroupNotFound"],
    [{ direction: "sideways" }, 400, "HTTPBadRequest"],
  ];
  for (const [more, status, type] of refused) {
    const body = { security_group_rule: { ...base, ...more } };
    assert.equal(
      await neutron.refused("member", "POST", "/security-group-rules", body, status),
      type,
      JSON.stringify(more),
    );
  }
  const rule = {
    security_group_rule: {
      ...base,
      protocol: "TCP",
      port_range_min: "22",
      port_range_max: 22,
      remote_ip_prefix: "10.0.0.5",
    },
  };
  const made = (await neutron.call("member", "POST", "/security-group-rules", rule))["security_group_rule"];
  assert.deepEqual([made.protocol, made.port_range_min, made.remote_ip_prefix], ["tcp", 22, "10.0.0.5/32"]);
  assert.equal(await neutron.refused("member", "POST", "/security-group-rules", rule, 409), "SecurityGroupRuleExists");
  await neutron.role.stop();
});

test("a group in use stays; quotas count what is there", async () => {
  const neutron = await testNeutron();
  const { network } = await neutron.network("member");
  const { security_group: group } = await neutron.call("member", "POST", "/security-groups", {
    security_group: { name: "web" },
  });
  await neutron.port("member", { network_id: network.id, security_groups: [group.id] });
  assert.equal(
    await neutron.refused("member", "DELETE", `/security-groups/${group.id}`, undefined, 409),
    "SecurityGroupInUse",
  );
  const project = group.project_id;
  await neutron.call("admin", "PUT", `/quotas/${project}`, { quota: { security_group: 2, port: -1 } });
  assert.equal(
    await neutron.refused("member", "POST", "/security-groups", { security_group: { name: "x" } }, 409),
    "OverQuota",
  );
  const { quota } = await neutron.call("member", "GET", `/quotas/${project}/details.json`);
  assert.deepEqual(quota.security_group, { limit: 2, used: 2, reserved: 0 });
  await neutron.refused("member", "PUT", `/quotas/${project}`, { quota: { port: 9 } }, 403);
  await neutron.refused("stranger", "GET", `/quotas/${project}`, undefined, 403);
  await neutron.refused("admin", "PUT", `/quotas/${project}`, { quota: { ports: 9 } }, 400);
  await neutron.call("admin", "DELETE", `/quotas/${project}`);
  await neutron.role.stop();
});
