/** What `ip -j` and `nft -j` say is on the host. Parsing is pure; asking is the few lines at the end. */
import { readdir, stat } from "node:fs/promises";
import { namespaceShape } from "../names.ts";
import type { Programs } from "../programs.ts";

export interface ObservedLink {
  readonly name: string;
  /** Kernel's word: `bridge`, `tun`, `veth`, …; empty for a plain device. */
  readonly kind: string;
  readonly mtu: number;
  readonly mac: string;
  readonly master?: string;
  readonly up: boolean;
  readonly alias: string;
  /** Without IPv6 link-local ones, which the kernel makes by itself. */
  readonly address_cidrs: readonly string[];
}

export interface ObservedRoute {
  readonly destination: string;
  readonly via: string;
}

export interface ObservedNamespace {
  readonly name: string;
  /** Changes when a namespace of the same name is made anew. */
  readonly inode: number;
  readonly links: ReadonlyMap<string, ObservedLink>;
  /** IPv4 routes of protocol `static`: those the agent makes. */
  readonly routes: readonly ObservedRoute[];
}

interface RawLink {
  ifname: string;
  flags?: string[];
  mtu?: number;
  address?: string;
  master?: string;
  ifalias?: string;
  linkinfo?: { info_kind?: string };
  addr_info?: { local?: string; prefixlen?: number; scope?: string; family?: string }[];
}

interface RawRoute {
  dst?: string;
  gateway?: string;
  protocol?: string;
}

/** Of `ip -j -d addr show`. */
export function parseLinks(json: string): Map<string, ObservedLink> {
  // `ip` answers with this shape; fields it leaves out are optional in RawLink.
  const raw = JSON.parse(json.trim() === "" ? "[]" : json) as RawLink[];
  return new Map(raw.filter((link) => link.ifname !== undefined).map((link) => [link.ifname, parseLink(link)]));
}

function parseLink(link: RawLink): ObservedLink {
  const own = (link.addr_info ?? []).filter((entry) => !(entry.family === "inet6" && entry.scope === "link"));
  return {
    name: link.ifname,
    kind: link.linkinfo?.info_kind ?? "",
    mtu: link.mtu ?? 0,
    mac: link.address ?? "",
    ...(link.master === undefined ? {} : { master: link.master }),
    up: (link.flags ?? []).includes("UP"),
    alias: link.ifalias ?? "",
    address_cidrs: own.flatMap((entry) => (entry.local === undefined ? [] : [`${entry.local}/${entry.prefixlen}`])),
  };
}

/** Of `ip -j route show`. */
export function parseRoutes(json: string): ObservedRoute[] {
  // As above: the shape of iproute2's JSON.
  const raw = JSON.parse(json.trim() === "" ? "[]" : json) as RawRoute[];
  return raw
    .filter((route) => route.protocol === "static")
    .map((route) => ({ destination: route.dst ?? "", via: route.gateway ?? "" }));
}

/** The number of rules and the digest chain of one table in `nft -j list table`. */
export function parseTable(json: string): { digest: string; rules: number } {
  // The shape of libnftables-json(5): a list of one-key objects.
  const list = (JSON.parse(json) as { nftables: { chain?: { name: string }; rule?: unknown }[] }).nftables;
  const digest = list.find((entry) => entry.chain?.name.startsWith("d_"))?.chain?.name.slice(2) ?? "";
  return { digest, rules: list.filter((entry) => entry.rule !== undefined).length };
}

/** The devices of the host's own namespace. */
export async function observeLinks(programs: Programs): Promise<Map<string, ObservedLink>> {
  return parseLinks((await programs.run(["ip", "-j", "-d", "addr", "show"])).stdout);
}

/** Names and inodes of the namespaces that have one of Neutron's names, whosoever they are. */
export async function listNamespaces(folder = "/run/netns"): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((entry) => namespaceShape.test(entry))) {
    const entry = await stat(`${folder}/${name}`).catch(() => undefined);
    if (entry !== undefined) found.set(name, entry.ino);
  }
  return found;
}

/** What is in one namespace; undefined when it cannot be entered (a half-made name, or gone meanwhile). */
export async function observeNamespace(
  programs: Programs,
  name: string,
  inode: number,
): Promise<ObservedNamespace | undefined> {
  const asked = await programs
    .run(["ip", "-n", name, "-j", "-d", "-batch", "-"], { input: "addr show\nroute show\n" })
    .catch(() => undefined);
  if (asked === undefined) return undefined;
  const [links = "[]", routes = "[]"] = splitArrays(asked.stdout);
  return { name, inode, links: parseLinks(links), routes: parseRoutes(routes) };
}

/** `ip -j -batch` prints one JSON array for each command, one after the other. */
export function splitArrays(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("["));
}
