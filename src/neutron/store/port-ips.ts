/** Gives a port the addresses that it asks for, or those that its network has for it. */
import { errors } from "#contracts/neutron/errors.ts";
import { contains, normalIp, parseIp } from "../plan/ip.ts";
import {
  cidrOfSubnet,
  isAutomatic,
  subnetsFor,
  subnetsOf,
  takeAny,
  takeNamed,
  type Taker,
  type WantedIp,
} from "./allocations.ts";
import type { Trx } from "./change.ts";
import type { AllocationRow, SubnetRow } from "./tables.ts";

export interface GivenIp {
  subnet_id: string;
  ip_address: string;
}

/** Addresses for a new port. Left out: one of each IP version; an empty list: none. */
export async function giveIps(trx: Trx, taker: Taker, wanted: readonly WantedIp[] | undefined): Promise<GivenIp[]> {
  const subnets = await subnetsOf(trx, taker.network_id);
  return wanted === undefined ? giveAutomatic(trx, taker, subnets) : giveWanted(trx, taker, subnets, wanted, 0);
}

async function giveAutomatic(trx: Trx, taker: Taker, all: readonly SubnetRow[]): Promise<GivenIp[]> {
  const subnets = subnetsFor(all, taker.device_owner);
  const given: GivenIp[] = [];
  const plain = subnets.filter((subnet) => !isAutomatic(subnet));
  for (const version of [4, 6]) {
    const candidates = plain.filter((subnet) => subnet.ip_version === version);
    if (candidates.length > 0) given.push(await firstFree(trx, taker, candidates, given.length));
  }
  if (!taker.device_owner.startsWith("network:router")) {
    for (const subnet of subnets.filter(isAutomatic)) given.push(await firstFree(trx, taker, [subnet], given.length));
  }
  if (given.length === 0 && all.length > 0) throw errors.ipAddressGenerationFailure({ net_id: taker.network_id });
  return given;
}

async function firstFree(trx: Trx, taker: Taker, subnets: readonly SubnetRow[], position: number): Promise<GivenIp> {
  for (const subnet of subnets) {
    const ip = await takeAny(trx, subnet, taker, position);
    if (ip !== undefined) return { subnet_id: subnet.id, ip_address: ip };
  }
  throw errors.ipAddressGenerationFailure({ net_id: taker.network_id });
}

async function giveWanted(
  trx: Trx,
  taker: Taker,
  subnets: readonly SubnetRow[],
  wanted: readonly WantedIp[],
  start: number,
): Promise<GivenIp[]> {
  const given: GivenIp[] = [];
  // Named addresses first, so that an automatic one cannot take what the same request names.
  for (const one of wanted.toSorted((a, b) => Number(!a.ip_address) - Number(!b.ip_address))) {
    given.push(await giveOne(trx, taker, subnets, one, start + given.length));
  }
  return given;
}

async function giveOne(
  trx: Trx,
  taker: Taker,
  subnets: readonly SubnetRow[],
  wanted: WantedIp,
  position: number,
): Promise<GivenIp> {
  const subnet = subnetFor(taker, subnets, wanted);
  if (!wanted.ip_address) return firstFree(trx, taker, [subnet], position);
  return { subnet_id: subnet.id, ip_address: await takeNamed(trx, subnet, taker, wanted.ip_address, position) };
}

function subnetFor(taker: Taker, subnets: readonly SubnetRow[], wanted: WantedIp): SubnetRow {
  if (wanted.subnet_id) {
    const named = subnets.find((subnet) => subnet.id === wanted.subnet_id);
    if (named) return named;
    const error_message = `Failed to create port on network ${taker.network_id}, because fixed_ips included invalid subnet ${wanted.subnet_id}`;
    throw errors.invalidInput({ error_message });
  }
  if (!wanted.ip_address) {
    throw errors.invalidInput({ error_message: "IP allocation requires subnet_id or ip_address" });
  }
  const ip = parseIp(wanted.ip_address);
  if (!ip) {
    throw errors.invalidAttribute({
      attribute: "fixed_ips",
      reason: `'${wanted.ip_address}' is not a valid IP address`,
    });
  }
  const holder = subnets.find((subnet) => contains(cidrOfSubnet(subnet), ip));
  if (!holder) throw errors.invalidIpForNetwork({ ip_address: wanted.ip_address });
  return holder;
}

/** Changes a port's addresses to the wanted ones: what is still wanted stays as it is. True when something changed. */
export async function changeIps(trx: Trx, taker: Taker, wanted: readonly WantedIp[]): Promise<boolean> {
  const held = await heldBy(trx, taker.id);
  const left = [...wanted];
  const kept = keepNamed(held, left);
  for (const row of held) {
    if (kept.has(row)) continue;
    const at = left.findIndex((one) => !one.ip_address && one.subnet_id === row.subnet_id);
    if (at >= 0) {
      left.splice(at, 1);
      kept.add(row);
    }
  }
  const released = held.filter((row) => !kept.has(row));
  for (const row of released) {
    await trx
      .deleteFrom("allocations")
      .where("subnet_id", "=", row.subnet_id)
      .where("ip_address", "=", row.ip_address)
      .execute();
  }
  if (left.length === 0) return released.length > 0;
  const last = Math.max(-1, ...held.map((row) => row.position));
  await giveWanted(trx, taker, await subnetsOf(trx, taker.network_id), left, last + 1);
  return true;
}

function keepNamed(held: readonly AllocationRow[], left: WantedIp[]): Set<AllocationRow> {
  const kept = new Set<AllocationRow>();
  for (const row of held) {
    const at = left.findIndex(
      (one) =>
        one.ip_address &&
        normalIp(one.ip_address) === row.ip_address &&
        (!one.subnet_id || one.subnet_id === row.subnet_id),
    );
    if (at < 0) continue;
    left.splice(at, 1);
    kept.add(row);
  }
  return kept;
}

export async function heldBy(trx: Trx, port_id: string): Promise<AllocationRow[]> {
  return trx.selectFrom("allocations").selectAll().where("port_id", "=", port_id).orderBy("position").execute();
}
