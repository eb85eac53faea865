/** Neutron's API: all contracts with their handlers, as one service. */
import { notBuilt } from "#contracts/neutron/not-built.ts";
import { attributeRules, baseRules } from "#contracts/neutron/rules.ts";
import { defaultRules } from "#contracts/kit/resource.ts";
import { implement, notImplemented, type Implementation } from "#platform/http/call.ts";
import { makeService, type Fetcher } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import type { Parts } from "#platform/role/role.ts";
import { neutronRefusal } from "./breach.ts";
import { agentHandlers, availabilityZoneHandlers } from "./agents.ts";
import type { Neutron } from "./context.ts";
import { discoveryHandlers } from "./discovery.ts";
import { floatingIpHandlers } from "./floatingips.ts";
import { ipAvailabilityHandlers } from "./ip-availability.ts";
import { networkHandlers } from "./networks.ts";
import { portHandlers } from "./ports.ts";
import { quotaHandlers } from "./quotas.ts";
import { routerHandlers } from "./routers.ts";
import { securityGroupRuleHandlers } from "./security-group-rules.ts";
import { securityGroupHandlers } from "./security-groups.ts";
import { subnetHandlers } from "./subnets.ts";
import { tagHandlers } from "./tags.ts";

export const networkMount = "/network";

function unbuilt(): Implementation {
  return implement(
    notBuilt,
    Object.fromEntries(Object.keys(notBuilt.operations).map((name) => [name, notImplemented])),
  );
}

export function implementations(neutron: Neutron): Implementation[] {
  return [
    discoveryHandlers(),
    networkHandlers(neutron),
    subnetHandlers(neutron),
    portHandlers(neutron),
    routerHandlers(neutron),
    floatingIpHandlers(neutron),
    securityGroupHandlers(neutron),
    securityGroupRuleHandlers(neutron),
    quotaHandlers(neutron),
    agentHandlers(neutron),
    availabilityZoneHandlers(neutron),
    ipAvailabilityHandlers(neutron),
    ...tagHandlers(neutron),
    unbuilt(),
  ];
}

/** `service` is what every API is given alike. */
export function makeNeutronApi(neutron: Neutron, service: Parts["service"]): Fetcher {
  const built = implementations(neutron);
  const rules = defaultRules(built.map((one) => one.resource));
  const api = makeService({
    name: "neutron-server",
    prefix: networkMount,
    errorStyle: "neutron",
    implementations: built,
    policy: makePolicy({ ...baseRules, ...rules, ...attributeRules }),
    forbidden: "rule:{rule} is disallowed by policy",
    refusal: neutronRefusal,
    ...service,
  });
  return (request) => api(withoutSuffix(request));
}

/** Neutron takes `.json` at the end of every path. */
function withoutSuffix(request: Request): Request {
  if (!request.url.includes(".json")) return request;
  const url = new URL(request.url);
  if (!url.pathname.endsWith(".json")) return request;
  url.pathname = url.pathname.slice(0, -".json".length);
  return new Request(url, request);
}
