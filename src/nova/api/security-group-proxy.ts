/** Neutron's security groups in Nova's old form, with the user's own token. What Neutron refuses is refused in its words. */
import { errors } from "#contracts/nova/errors.ts";
import { securityGroupProxy } from "#contracts/nova/security-group-proxy.ts";
import { securityGroup, securityGroupRule } from "#contracts/neutron/security-group.ts";
import type { ReplyOf } from "#contracts/kit/resource.ts";
import { makeClient, UpstreamError, type Upstream } from "#platform/http/client.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";

type Group = ReplyOf<typeof securityGroup.operations.list>["security_groups"][number];
type Rule = Group["security_group_rules"][number];

export function securityGroupProxyHandlers(upstream: Upstream): Implementation {
  const client = makeClient(upstream, "network");
  const groups = securityGroup.operations;
  const rules = securityGroupRule.operations;
  const all = async (call: Call): Promise<Group[]> => {
    const query = { project_id: call.identity.project_id ?? "" };
    return (await told(client.call(groups.list, { token: call.identity.token, query }))).security_groups;
  };
  const auth = (call: Call) => ({ token: call.identity.token, params: { id: call.params["group_id"] ?? "" } });
  return implement(securityGroupProxy, {
    async list(call) {
      const known = await all(call);
      const { offset = 0, limit = known.length } = call.query;
      return { security_groups: known.slice(offset, offset + limit).map((one) => viewGroup(one, known)) };
    },
    async show(call) {
      const { security_group } = await told(client.call(groups.show, auth(call)));
      return { security_group: viewGroup(security_group, await all(call)) };
    },
    async create(call) {
      const { name, description } = call.body.security_group;
      const { security_group } = await told(
        client.call(groups.create, { ...auth(call), body: { security_group: { name, description } } }),
      );
      return { security_group: viewGroup(security_group, []) };
    },
    async update(call) {
      const { name, description } = call.body.security_group;
      const { security_group } = await told(
        client.call(groups.update, { ...auth(call), body: { security_group: { name, description } } }),
      );
      return { security_group: viewGroup(security_group, await all(call)) };
    },
    async delete(call) {
      await told(client.call(groups.remove, auth(call)));
      return undefined;
    },
    async createRule(call) {
      const body = { security_group_rule: ruleBody(call.body.security_group_rule) };
      const { security_group_rule } = await told(client.call(rules.create, { token: call.identity.token, body }));
      return { security_group_rule: viewRule(security_group_rule, await all(call)) };
    },
    async deleteRule(call) {
      const params = { id: call.params["rule_id"] ?? "" };
      await told(client.call(rules.remove, { token: call.identity.token, params }));
      return undefined;
    },
  });
}

interface AskedRule {
  parent_group_id: string;
  ip_protocol?: string | null;
  from_port?: number | string | null;
  to_port?: number | string | null;
  cidr?: string | null;
  group_id?: string | null;
}

/** Rules of this form let in; a range of ports of -1 means all. */
function ruleBody(asked: AskedRule) {
  const port = (value: AskedRule["from_port"]) =>
    value === undefined || value === null || Number(value) < 0 ? null : Number(value);
  const ethertype = asked.cidr?.includes(":") ? "IPv6" : "IPv4";
  return {
    security_group_id: asked.parent_group_id,
    direction: "ingress" as const,
    ethertype,
    protocol: asked.ip_protocol?.toLowerCase() ?? null,
    port_range_min: port(asked.from_port),
    port_range_max: port(asked.to_port),
    ...(asked.group_id ? { remote_group_id: asked.group_id } : { remote_ip_prefix: asked.cidr ?? "0.0.0.0/0" }),
  };
}

function viewGroup(one: Group, known: readonly Group[]) {
  const inward = one.security_group_rules.filter((rule) => rule.direction === "ingress");
  const { id, name, description, tenant_id } = one;
  return { id, name, description, tenant_id, rules: inward.map((rule) => viewRule(rule, known)) };
}

function viewRule(rule: Rule, known: readonly Group[]) {
  const remote = known.find((group) => group.id === rule.remote_group_id);
  const icmpAll = rule.protocol === "icmp" && rule.port_range_min === null;
  const anywhere = rule.ethertype === "IPv6" ? "::/0" : "0.0.0.0/0";
  return {
    id: rule.id,
    parent_group_id: rule.security_group_id,
    ip_protocol: rule.protocol,
    from_port: icmpAll ? -1 : rule.port_range_min,
    to_port: icmpAll ? -1 : rule.port_range_max,
    group: remote ? { name: remote.name, tenant_id: remote.tenant_id } : {},
    ip_range: rule.remote_group_id === null ? { cidr: rule.remote_ip_prefix ?? anywhere } : {},
  };
}

async function told<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const facts = { reason: error.message };
    if (error.status === 404) throw errors.notFound(facts, { cause: error });
    if (error.status === 403) throw errors.forbidden(facts, { cause: error });
    if (error.status === 409) throw error.type === "OverQuota" ? errors.forbidden(facts) : errors.badRequest(facts);
    if (error.status === 400) throw errors.badRequest(facts, { cause: error });
    throw error;
  }
}
