/** Addresses as numbers, for both versions. Pure. */
import { isIPv4, isIPv6 } from "node:net";

export interface IpNumber {
  version: 4 | 6;
  value: bigint;
}

export interface Cidr {
  version: 4 | 6;
  /** The network's first address. */
  base: bigint;
  prefix: number;
  /** How many addresses. */
  size: bigint;
  /** False when the text named a host inside the network: `10.0.0.5/24`. */
  exact: boolean;
}

/** Undefined when the text is no address. */
export function parseIp(text: string): IpNumber | undefined {
  if (isIPv4(text)) {
    return { version: 4, value: text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  if (!isIPv6(text) || text.includes("%")) return undefined;
  return { version: 6, value: groupsOf(text).reduce((sum, group) => sum * 65_536n + BigInt(group), 0n) };
}

function groupsOf(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const front = groups(head);
  if (tail === undefined) return front;
  const back = groups(tail);
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** The address as it is written: IPv6 compressed as RFC 5952 says. */
export function formatIp({ version, value }: IpNumber): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 255n)).join(".");
  const parts = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - at * 16)) & 0xffffn));
  return compress(parts);
}

function compress(parts: number[]): string {
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (at + length < 8 && parts[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
  }
  const hex = parts.map((part) => part.toString(16));
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}

/** The address in the one way that this house writes it; undefined when it is none. */
export function normalIp(text: string): string | undefined {
  const ip = parseIp(text);
  return ip && formatIp(ip);
}

/** `10.0.0.0/24`; a bare address is a network of one. Undefined when it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const ip = parseIp(address);
  if (!ip || rest.length > 0) return undefined;
  const width = ip.version === 4 ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const prefix = bits === undefined ? width : Number(bits);
  if (prefix > width) return undefined;
  const size = 1n << BigInt(width - prefix);
  const base = (ip.value / size) * size;
  return { version: ip.version, base, prefix, size, exact: base === ip.value };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp({ version: cidr.version, value: cidr.base })}/${cidr.prefix}`;
}

export function contains(cidr: Cidr, ip: IpNumber): boolean {
  return cidr.version === ip.version && ip.value >= cidr.base && ip.value < cidr.base + cidr.size;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.version === b.version && a.base < b.base + b.size && b.base < a.base + a.size;
}

/** Addresses that no device may have: the network's own and, in IPv4, the broadcast address (not in /31 and /32). */
export function isReserved(cidr: Cidr, ip: IpNumber): boolean {
  if (cidr.version === 4) {
    if (cidr.prefix >= 31) return false;
    return ip.value === cidr.base || ip.value === cidr.base + cidr.size - 1n;
  }
  return cidr.prefix < 127 && ip.value === cidr.base;
}

/** The address that a host makes of its MAC in a /64 (EUI-64). */
export function eui64(cidr: Cidr, mac: string): string {
  const bytes = mac.split(":").map((part) => Number.parseInt(part, 16));
  const [first = 0, ...rest] = bytes;
  const all = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const low = all.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return formatIp({ version: 6, value: cidr.base + low });
}
