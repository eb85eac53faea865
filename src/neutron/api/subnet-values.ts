/** A subnet's attributes: checked, and as columns. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import type { SubnetCreate } from "#contracts/neutron/subnet.ts";
import { contains, formatIp, isReserved, parseIp, type Cidr } from "../plan/ip.ts";
import { cidrOf, ipOf } from "./values.ts";

export type SubnetBody = Static<typeof SubnetCreate>;
export type Pool = { start: string; end: string };
type Range = { first: bigint; last: bigint; pool: Pool };

/** The first address unless the user names one or says null. */
export function gatewayOf(cidr: Cidr, given: string | null | undefined): string | null {
  if (given === null) return null;
  if (given === undefined) {
    const first = cidr.version === 4 && cidr.prefix >= 31 ? cidr.base : cidr.base + 1n;
    return first < cidr.base + cidr.size ? formatIp({ version: cidr.version, value: first }) : null;
  }
  const ip = ipOf("gateway_ip", given);
  const linkLocal = cidr.version === 6 && ip.version === 6 && ip.text.startsWith("fe80:");
  if (linkLocal) return ip.text;
  if (!contains(cidr, ip) || isReserved(cidr, ip)) {
    throw errors.invalidInput({ error_message: "Gateway is not valid on subnet" });
  }
  return ip.text;
}

/** All usable addresses but the gateway, in one or two ranges. */
export function defaultPools(cidr: Cidr, gateway: string | null): Pool[] {
  const reserved = cidr.version === 4 && cidr.prefix < 31;
  let first = cidr.base + (reserved || (cidr.version === 6 && cidr.prefix < 127) ? 1n : 0n);
  let last = cidr.base + cidr.size - (reserved ? 2n : 1n);
  const held = gateway === null ? undefined : parseIp(gateway)?.value;
  const ranges: [bigint, bigint][] = [];
  if (held === undefined || held < first || held > last) ranges.push([first, last]);
  else ranges.push([first, held - 1n], [held + 1n, last]);
  return ranges
    .filter(([start, end]) => start <= end)
    .map(([start, end]) => ({
      start: formatIp({ version: cidr.version, value: start }),
      end: formatIp({ version: cidr.version, value: end }),
    }));
}

/** The user's pools, in order of address. */
export function poolsOf(cidr: Cidr & { text: string }, pools: readonly Pool[], gateway: string | null): Pool[] {
  const ranges = pools.map((pool) => rangeOf(cidr, pool)).sort((a, b) => (a.first < b.first ? -1 : 1));
  const held = gateway === null ? undefined : parseIp(gateway);
  for (const [at, range] of ranges.entries()) {
    const next = ranges[at + 1];
    if (next && next.first <= range.last) {
      const names = { pool_1: named(range.pool), pool_2: named(next.pool) };
      throw errors.overlappingPools({ ...names, subnet_cidr: cidr.text });
    }
    if (held && held.version === cidr.version && held.value >= range.first && held.value <= range.last) {
      throw errors.gatewayConflict({ ip_address: gateway, pool: named(range.pool) });
    }
  }
  return ranges.map((range) => range.pool);
}

function rangeOf(cidr: Cidr & { text: string }, given: Pool): Range {
  const start = ipOf("allocation_pools", given.start);
  const end = ipOf("allocation_pools", given.end);
  const pool = { start: start.text, end: end.text };
  if (start.version !== cidr.version || end.version !== cidr.version || end.value < start.value) {
    throw errors.invalidPool({ pool: named(pool) });
  }
  for (const ip of [start, end]) {
    if (!contains(cidr, ip) || isReserved(cidr, ip))
      throw errors.outOfBoundsPool({ pool: named(pool), subnet_cidr: cidr.text });
  }
  return { first: start.value, last: end.value, pool };
}

function named(pool: Pool): string {
  return `${pool.start}-${pool.end}`;
}

export function nameserversOf(given: readonly string[] | null | undefined): string[] {
  const servers = (given ?? []).map((server) => ipOf("dns_nameservers", server).text);
  if (new Set(servers).size < servers.length) {
    throw errors.invalidAttribute({ attribute: "dns_nameservers", reason: "Duplicate nameserver" });
  }
  return servers;
}

export function hostRoutesOf(
  version: number,
  given: readonly { destination: string; nexthop: string }[] | null | undefined,
): { destination: string; nexthop: string }[] {
  return (given ?? []).map((route) => {
    const destination = cidrOf("host_routes", route.destination);
    const nexthop = ipOf("host_routes", route.nexthop);
    if (destination.version !== version || nexthop.version !== version) {
      throw errors.invalidInput({
        error_message: `Invalid host route: ${route.destination} via ${route.nexthop} does not fit IPv${version}`,
      });
    }
    return { destination: destination.text, nexthop: nexthop.text };
  });
}

/** The IPv6 modes; both absent on IPv4. */
export function modesOf(
  body: SubnetBody,
  version: number,
  cidr: Cidr,
): { ipv6_ra_mode: string | null; ipv6_address_mode: string | null } {
  const modes = { ipv6_ra_mode: body.ipv6_ra_mode ?? null, ipv6_address_mode: body.ipv6_address_mode ?? null };
  const { ipv6_ra_mode: ra, ipv6_address_mode: address } = modes;
  if (ra === null && address === null) return modes;
  if (version !== 6) {
    throw errors.invalidInput({
      error_message: "ipv6_ra_mode or ipv6_address_mode cannot be set when ip_version is not 6",
    });
  }
  if (ra !== null && address !== null && ra !== address) {
    const error_message = `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${address}' is not valid. If both attributes are set, they must be the same value`;
    throw errors.invalidInput({ error_message });
  }
  if ((ra ?? address) !== "dhcpv6-stateful" && cidr.prefix !== 64) {
    throw errors.invalidInput({
      error_message: `Invalid CIDR for IPv6 address mode: ${address ?? ra} needs a prefix of 64`,
    });
  }
  return modes;
}
