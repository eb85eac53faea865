/** Addresses of ports. The table's key (subnet, address) is what makes sure that none is given twice. */
import { errors } from "#contracts/neutron/errors.ts";
import { contains, eui64, formatIp, isReserved, parseCidr, parseIp, type Cidr } from "../plan/ip.ts";
import type { Trx } from "./change.ts";
import type { AllocationRow, SubnetRow } from "./tables.ts";

/** What a port asks for: a subnet, an address, or both. */
export interface WantedIp {
  subnet_id?: string | null | undefined;
  ip_address?: string | null | undefined;
}

/** Who gets the addresses. */
export interface Taker {
  id: string;
  network_id: string;
  mac_address: string;
  device_owner: string;
}

export function cidrOfSubnet(subnet: Pick<SubnetRow, "cidr">): Cidr {
  const cidr = parseCidr(subnet.cidr);
  if (!cidr) throw new Error(`the subnet's cidr ${subnet.cidr} cannot be read`);
  return cidr;
}

/** Hosts make their own address from router advertisements. */
export function isAutomatic(subnet: Pick<SubnetRow, "ip_version" | "ipv6_address_mode">): boolean {
  return (
    subnet.ip_version === 6 && (subnet.ipv6_address_mode === "slaac" || subnet.ipv6_address_mode === "dhcpv6-stateless")
  );
}

export async function subnetsOf(trx: Trx, network_id: string): Promise<SubnetRow[]> {
  return trx
    .selectFrom("subnets")
    .selectAll()
    .where("network_id", "=", network_id)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

/** The subnets that may serve a device: those for its kind if there are any, else those for no kind. */
export function subnetsFor(subnets: readonly SubnetRow[], device_owner: string): SubnetRow[] {
  const typesOf = (subnet: SubnetRow): string[] => JSON.parse(subnet.service_types) as string[]; // our own column
  const special = subnets.filter(
    (subnet) => device_owner !== "" && typesOf(subnet).some((type) => device_owner.startsWith(type)),
  );
  return special.length > 0 ? special : subnets.filter((subnet) => typesOf(subnet).length === 0);
}

/** Inserts one address; false when somebody has it. */
async function insert(trx: Trx, subnet: SubnetRow, taker: Taker, ip: string, position: number): Promise<boolean> {
  const cidr = cidrOfSubnet(subnet);
  const distance = (parseIp(ip)?.value ?? cidr.base) - cidr.base;
  const offset = distance <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(distance) : -1;
  const row: AllocationRow = {
    subnet_id: subnet.id,
    ip_address: ip,
    port_id: taker.id,
    network_id: taker.network_id,
    offset,
    position,
  };
  const result = await trx
    .insertInto("allocations")
    .values(row)
    .onConflict((conflict) => conflict.columns(["subnet_id", "ip_address"]).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** Takes the named address. */
export async function takeNamed(
  trx: Trx,
  subnet: SubnetRow,
  taker: Taker,
  ip: string,
  position: number,
): Promise<string> {
  const cidr = cidrOfSubnet(subnet);
  const parsed = parseIp(ip);
  if (!parsed || !contains(cidr, parsed) || isReserved(cidr, parsed))
    throw errors.invalidIpForSubnet({ ip_address: ip });
  const normal = formatIp(parsed);
  if (isAutomatic(subnet) && !taker.device_owner.startsWith("network:") && normal !== eui64(cidr, taker.mac_address)) {
    const error_message = `IPv6 address ${normal} can not be directly assigned to a port on subnet ${subnet.id} as the subnet is configured for automatic addresses`;
    throw errors.invalidInput({ error_message });
  }
  if (await insert(trx, subnet, taker, normal, position)) return normal;
  throw errors.ipAddressInUse({ ip: normal, subnet_id: subnet.id });
}

/** Takes any free address of the subnet's pools; undefined when there is none. */
export async function takeAny(
  trx: Trx,
  subnet: SubnetRow,
  taker: Taker,
  position: number,
): Promise<string | undefined> {
  const cidr = cidrOfSubnet(subnet);
  if (isAutomatic(subnet)) {
    const ip = eui64(cidr, taker.mac_address);
    return (await insert(trx, subnet, taker, ip, position)) ? ip : undefined;
  }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const offset = await freeOffset(trx, subnet, cidr);
    if (offset === undefined) return undefined;
    const ip = formatIp({ version: cidr.version, value: cidr.base + BigInt(offset) });
    if (!(await insert(trx, subnet, taker, ip, position))) continue;
    await trx
      .updateTable("subnets")
      .set({ cursor: offset + 1 })
      .where("id", "=", subnet.id)
      .execute();
    subnet.cursor = offset + 1;
    return ip;
  }
  return undefined;
}

/** The next free place in the pools from the subnet's cursor on, else from the start. */
async function freeOffset(trx: Trx, subnet: SubnetRow, cidr: Cidr): Promise<number | undefined> {
  const pools = (JSON.parse(subnet.allocation_pools) as { start: string; end: string }[]).map((pool) => ({
    first: placeOf(cidr, pool.start),
    last: placeOf(cidr, pool.end),
  }));
  const later = pools.map((pool) => ({ ...pool, first: Math.max(pool.first, subnet.cursor) }));
  for (const { first, last } of [...later, ...pools]) {
    const found = await gapIn(trx, subnet.id, first, last);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeOf(cidr: Cidr, ip: string): number {
  const distance = (parseIp(ip)?.value ?? cidr.base) - cidr.base;
  return distance > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(distance);
}

const batch = 256;

async function gapIn(trx: Trx, subnet_id: string, first: number, last: number): Promise<number | undefined> {
  let at = first;
  while (at <= last) {
    const rows = await trx
      .selectFrom("allocations")
      .select("offset")
      .where("subnet_id", "=", subnet_id)
      .where("offset", ">=", at)
      .where("offset", "<=", last)
      .orderBy("offset")
      .limit(batch)
      .execute();
    for (const row of rows) {
      if (Number(row.offset) > at) return at;
      at = Number(row.offset) + 1;
    }
    if (rows.length < batch) return at <= last ? at : undefined;
  }
  return undefined;
}
