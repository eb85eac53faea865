/**
 * Filters: pure functions that say why a host cannot take a server, or undefined when it can. They run in this order,
 * the cheap and telling ones first; the order changes who is named as the reason, never who is left.
 */
import type { HostState, Request } from "./hosts.ts";

export interface Filter {
  /** Nova's name for it. */
  name: string;
  /** A reason against the host, for people; undefined lets it pass. */
  against(host: HostState, request: Request): string | undefined;
}

const compute: Filter = {
  name: "ComputeFilter",
  against(host) {
    if (host.disabled) return `disabled: ${host.disabled_reason ?? "no reason given"}`;
    return host.up ? undefined : "its nova-compute is not heard of";
  },
};

const retry: Filter = {
  name: "RetryFilter",
  against: (host, request) =>
    request.excluded_hosts.includes(host.host) ? "the server could not be built there before" : undefined,
};

const zone: Filter = {
  name: "AvailabilityZoneFilter",
  against: (host, request) =>
    request.zone === null || request.zone === host.zone ? undefined : `in zone ${host.zone}, wanted is ${request.zone}`,
};

const requestedDestination: Filter = {
  name: "RequestedDestination",
  against(host, request) {
    if (request.forced_host !== null && request.forced_host !== host.host)
      return `the host ${request.forced_host} was asked for`;
    if (request.forced_node !== null && request.forced_node !== host.hypervisor_hostname)
      return `the node ${request.forced_node} was asked for`;
    return undefined;
  },
};

const imageProperties: Filter = {
  name: "ImagePropertiesFilter",
  against(host, request) {
    const wanted = request.image_properties["img_hv_type"] ?? request.image_properties["hypervisor_type"];
    if (wanted === undefined) return undefined;
    const same = String(wanted).toLowerCase() === host.hypervisor_type.toLowerCase();
    return same ? undefined : `the image wants the hypervisor ${String(wanted)}`;
  },
};

const antiAffinity: Filter = {
  name: "ServerGroupAntiAffinityFilter",
  against(host, { group }) {
    if (group?.policy !== "anti-affinity") return undefined;
    const here = group.members_on[host.host] ?? 0;
    return here < group.max_per_host ? undefined : `${here} of the server group are there`;
  },
};

const affinity: Filter = {
  name: "ServerGroupAffinityFilter",
  against(host, { group }) {
    if (group?.policy !== "affinity" || Object.keys(group.members_on).length === 0) return undefined;
    return group.members_on[host.host] ? undefined : "the server group is elsewhere";
  },
};

const asList = (hint: unknown): string[] =>
  Array.isArray(hint) ? hint.map(String) : hint === undefined ? [] : [String(hint)];

const sameHost: Filter = {
  name: "SameHostFilter",
  against(host, { hints }) {
    const wanted = asList(hints["same_host"]);
    return wanted.length === 0 || wanted.some((id) => host.servers.includes(id))
      ? undefined
      : "none of the hinted servers is there";
  },
};

const differentHost: Filter = {
  name: "DifferentHostFilter",
  against: (host, { hints }) =>
    asList(hints["different_host"]).some((id) => host.servers.includes(id)) ? "a hinted server is there" : undefined,
};

export const filters: readonly Filter[] = [
  compute,
  retry,
  requestedDestination,
  zone,
  imageProperties,
  antiAffinity,
  affinity,
  sameHost,
  differentHost,
];
