/** Addresses as numbers: checking what comes in with a plan before any of it reaches a generated file. Pure. */
import { isIPv4, isIPv6 } from "node:net";

export interface AddressRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** `10.0.0.2/24` or `10.0.0.2` to the range of its network; undefined when it is neither. */
export function parseCidr(text: string): AddressRange | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : undefined;
  if (version === undefined || rest.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const host = (1n << BigInt(bits - prefix)) - 1n;
  const value = version === 4 ? number4(address) : number6(address);
  return { version, first: value & ~host, last: value | host };
}

export function isMac(text: string): boolean {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text);
}

/** `address/prefix` of an interface: both parts must be there. */
export function isInterfaceCidr(text: string): boolean {
  return text.includes("/") && parseCidr(text) !== undefined;
}

export function isAddress(text: string): boolean {
  return !text.includes("/") && parseCidr(text) !== undefined;
}

/** The address of `10.0.0.2/24`. */
export function addressOf(cidr: string): string {
  return cidr.split("/")[0] ?? cidr;
}

export function contains(cidr: string, address: string): boolean {
  const outer = parseCidr(cidr);
  const inner = parseCidr(address);
  return (
    outer !== undefined &&
    inner !== undefined &&
    outer.version === inner.version &&
    outer.first <= inner.first &&
    inner.last <= outer.last
  );
}

/** Text that is equal for equal networks: `10.0.0.7/24` and `10.0.0.0/24` give the same. */
export function canonicalCidr(text: string): string {
  const range = parseCidr(text);
  if (range === undefined) return text;
  const bits = range.version === 4 ? 32 : 128;
  const prefix = bits - (range.last - range.first).toString(2).replace(/^0$/, "").length;
  const address = range.version === 4 ? text4(range.first) : text6(range.first);
  return prefix === bits ? address : `${address}/${prefix}`;
}

/**
 * The CIDRs of one version, canonical, sorted, without those that another one contains: nft refuses overlapping
 * elements. Throws a plain sentence on what is no CIDR.
 */
export function minimalCidrs(cidrs: readonly string[], version: 4 | 6): string[] {
  const ranges = cidrs.map((cidr) => {
    const range = parseCidr(cidr);
    if (range === undefined) throw new Error(`not an address or CIDR: ${JSON.stringify(cidr)}`);
    return { range, text: canonicalCidr(cidr) };
  });
  const sorted = ranges
    .filter(({ range }) => range.version === version)
    .sort((a, b) => compare(a.range.first, b.range.first) || compare(b.range.last, a.range.last));
  const kept: string[] = [];
  let end = -1n;
  for (const { range, text } of sorted) {
    if (range.last <= end) continue;
    kept.push(text);
    end = range.last;
  }
  return kept;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function number4(address: string): bigint {
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function number6(address: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const plain = dotted ? `${dotted[1]}${hexPairs(number4(dotted[2] ?? "0.0.0.0"))}` : address;
  const [head = "", tail] = plain.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(zeros).fill("0"), ...back];
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function hexPairs(value: bigint): string {
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function text4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join(".");
}

function text6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const runs = groups.join(":").match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return groups.join(":");
  const [before, after] = splitOnce(groups.join(":"), longest);
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`;
}

/** Splits at the first place where `run` stands as whole groups. */
function splitOnce(text: string, run: string): [string, string] {
  const at = `:${text}:`.indexOf(`:${run}:`);
  return [text.slice(0, at), text.slice(at + run.length)];
}
