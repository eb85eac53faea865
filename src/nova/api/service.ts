/** nova-api put together: every resource, its policies, and the older forms of its paths. */
import { errors } from "#contracts/nova/errors.ts";
import { gone, notBuilt } from "#contracts/nova/not-built.ts";
import { baseRules, extraRules } from "#contracts/nova/rules.ts";
import { defaultRules } from "#contracts/kit/resource.ts";
import { implement, notImplemented, type Implementation } from "#platform/http/call.ts";
import { makeService, type Fetcher, type ServiceOptions } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import { aggregateHandlers } from "./aggregates.ts";
import type { ApiDeps } from "./deps.ts";
import { discoveryHandlers, extensionHandlers } from "./discovery.ts";
import { externalEventHandlers } from "./external-events.ts";
import { extraSpecHandlers, flavorHandlers } from "./flavors.ts";
import { hypervisorHandlers } from "./hypervisors.ts";
import { instanceActionHandlers, serverPasswordHandlers } from "./instance-actions.ts";
import { keypairHandlers } from "./keypairs.ts";
import { limitsHandlers, quotaClassHandlers, quotaSetHandlers } from "./limits.ts";
import { securityGroupProxyHandlers } from "./security-group-proxy.ts";
import { serverActionHandlers } from "./server-actions.ts";
import { serverGroupHandlers } from "./server-groups.ts";
import { serverInterfaceHandlers, serverIpsHandlers, serverSecurityGroupHandlers } from "./server-interfaces.ts";
import { serverMetadataHandlers, serverTagHandlers } from "./server-metadata.ts";
import { volumeAttachmentHandlers } from "./server-volumes.ts";
import { serverHandlers } from "./servers.ts";
import { availabilityZoneHandlers, serviceHandlers } from "./services.ts";
import { usageHandlers } from "./usage.ts";
import { novaFeatures, novaVersions } from "./versions.ts";

export function implementations(deps: ApiDeps): Implementation[] {
  return [
    discoveryHandlers(),
    extensionHandlers(),
    serverHandlers(deps),
    serverActionHandlers(deps),
    serverMetadataHandlers(deps),
    serverTagHandlers(deps),
    serverIpsHandlers(deps),
    serverInterfaceHandlers(deps),
    serverSecurityGroupHandlers(deps),
    volumeAttachmentHandlers(deps),
    instanceActionHandlers(deps),
    serverPasswordHandlers(deps),
    flavorHandlers(deps),
    extraSpecHandlers(deps),
    keypairHandlers(deps),
    serverGroupHandlers(deps),
    serviceHandlers(deps),
    availabilityZoneHandlers(deps),
    hypervisorHandlers(deps),
    aggregateHandlers(deps),
    securityGroupProxyHandlers(deps.upstream),
    limitsHandlers(deps),
    quotaSetHandlers(deps),
    quotaClassHandlers(deps),
    usageHandlers(deps),
    externalEventHandlers(deps),
    implement(notBuilt, Object.fromEntries(Object.keys(notBuilt.operations).map((name) => [name, notImplemented]))),
    implement(gone, Object.fromEntries(Object.keys(gone.operations).map((name) => [name, () => refuseGone()]))),
  ];
}

function refuseGone(): never {
  throw errors.gone();
}

export function makeNovaApi(
  deps: ApiDeps,
  shared: Pick<ServiceOptions, "verifier" | "public_url" | "auth_url" | "followedBy" | "tracer" | "ids" | "log">,
): Fetcher {
  const all = implementations(deps);
  const rules = { ...baseRules, ...extraRules, ...defaultRules(all.map(({ resource }) => resource)) };
  const fetch = makeService({
    name: "nova-api",
    prefix: "/compute",
    errorStyle: "nova",
    microversions: novaVersions,
    features: novaFeatures,
    implementations: all,
    policy: makePolicy(rules),
    ...shared,
  });
  return (request) => fetch(withPlainPath(request));
}

const older = /^(\/compute)\/v2(?:\.1)?(?:\/[0-9a-f]{32})?(\/.*)?$/;

/** `/v2/…` and `/v2.1/{project_id}/…` are older forms of `/v2.1/…`. */
function withPlainPath(request: Request): Request {
  const url = new URL(request.url);
  const match = older.exec(url.pathname);
  const plain = match ? `${match[1]}/v2.1${match[2] ?? ""}` : url.pathname;
  if (plain === url.pathname) return request;
  url.pathname = plain;
  return new Request(url, request);
}
