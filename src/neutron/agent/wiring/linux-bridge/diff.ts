/** The difference between what is wanted and what is there, as `ip` commands. Pure. */
import { canonicalCidr, parseCidr } from "../addresses.ts";
import type { ObservedLink, ObservedNamespace } from "./observe.ts";
import type { Failure, Line } from "../programs.ts";
import type { Item, WantedDevice, WantedLink, WantedNamespace } from "../want.ts";

export interface Present {
  readonly links: ReadonlyMap<string, ObservedLink>;
  readonly namespaces: ReadonlyMap<string, ObservedNamespace>;
}

export interface LinkChanges {
  /** Devices of ours that nobody wants any more, and those that must be made anew. Done first. */
  readonly remove: Line[];
  readonly add: Line[];
  /** Names taken by somebody else. */
  readonly refused: Failure[];
}

/** `alias` marks our devices; what carries another cloud's mark is never touched. */
export function linkChanges(
  wanted: readonly WantedLink[],
  present: Present,
  alias: string,
  tapUser?: string,
): LinkChanges {
  const names = new Set(wanted.map((link) => link.name));
  const remove = [...present.links.values()]
    .filter((link) => link.alias === alias && !names.has(link.name))
    .map((link) => line({ kind: "leftover", id: link.name }, `link del dev ${link.name}`));
  const add: Line[] = [];
  const refused: Failure[] = [];
  for (const link of wanted) {
    const there = present.links.get(link.name);
    const stranger = there === undefined ? undefined : foreign(link, there, alias);
    if (stranger !== undefined) {
      refused.push({ item: link.item, reason: stranger });
      continue;
    }
    const broken = there !== undefined && !farEndThere(link, present);
    if (broken) remove.push(line(link.item, `link del dev ${link.name}`));
    const current = broken ? undefined : there;
    if (current === undefined) add.push(line(link.item, creation(link, tapUser)));
    add.push(...settings(link, current, alias).map((command) => line(link.item, command)));
  }
  return { remove, add, refused };
}

/**
 * A device with our name and no mark is a creation that was interrupted, or a tap that somebody made for us (its kind
 * does not matter then); one with another mark is not ours.
 */
function foreign(wanted: WantedLink, there: ObservedLink, alias: string): string | undefined {
  if (there.alias !== "" && there.alias !== alias) return `${there.name} belongs to ${there.alias}`;
  if (wanted.kind === "bridge" && there.kind !== "bridge") return `${there.name} is there and is no bridge`;
  if (wanted.kind === "veth" && there.kind !== "veth") return `${there.name} is there and is no veth`;
  return undefined;
}

function farEndThere(link: WantedLink, present: Present): boolean {
  if (link.peer === undefined) return true;
  return present.namespaces.get(link.peer.namespace)?.links.has(link.peer.name) ?? false;
}

function creation(link: WantedLink, tapUser: string | undefined): string {
  if (link.kind === "bridge") {
    const options = "stp_state 0 forward_delay 0 mcast_snooping 0";
    return `link add name ${link.name} address ${link.mac} type bridge ${options}`;
  }
  if (link.kind === "tap")
    return `tuntap add dev ${link.name} mode tap${tapUser === undefined ? "" : ` user ${tapUser}`}`;
  return `link add name ${link.name} type veth peer name ${link.peer?.name} netns ${link.peer?.namespace}`;
}

function settings(link: WantedLink, there: ObservedLink | undefined, alias: string): string[] {
  const commands: string[] = [];
  const set: string[] = [];
  if (there?.alias !== alias) commands.push(`link set dev ${link.name} alias ${alias}`);
  // The host itself shall have no IPv6 address on a guest's wire; an address the plan gives is still possible.
  if (there === undefined || there.alias !== alias) set.push("addrgenmode none");
  if (there?.mtu !== link.mtu) set.push(`mtu ${link.mtu}`);
  if (link.mac !== undefined && there !== undefined && there.mac !== link.mac) set.push(`address ${link.mac}`);
  if (link.master !== undefined && there?.master !== link.master) set.push(`master ${link.master}`);
  if ((there?.up ?? false) !== link.up) set.push(link.up ? "up" : "down");
  if (set.length > 0) commands.push(`link set dev ${link.name} ${set.join(" ")}`);
  if (link.kind !== "bridge") return commands;
  return [...commands, ...addressChanges(link.name, link.address_cidrs, there?.address_cidrs ?? [])];
}

function addressChanges(device: string, wanted: readonly string[], there: readonly string[]): string[] {
  const asHost = new Map(wanted.map((cidr) => [withPrefix(cidr), cidr]));
  const stale = there.filter((cidr) => !asHost.has(withPrefix(cidr)));
  const known = new Set(there.map(withPrefix));
  const missing = [...asHost].filter(([key]) => !known.has(key)).map(([, cidr]) => cidr);
  return [
    ...stale.map((cidr) => `addr del ${cidr} dev ${device}`),
    ...missing.map((cidr) => `addr add ${cidr} dev ${device}${cidr.includes(":") ? " nodad" : ""}`),
  ];
}

/** Equal for equal interface addresses, however the IPv6 address is written. */
function withPrefix(cidr: string): string {
  const [address = "", prefix = ""] = cidr.split("/");
  return `${canonicalCidr(address)}/${prefix}`;
}

/** What `ip -n NAME` must do; `there` is undefined for a namespace that was made just now. */
export function namespaceChanges(
  wanted: WantedNamespace,
  there: ObservedNamespace | undefined,
  alias: string,
  metadataAddress: string,
): Line[] {
  const lo = there?.links.get("lo");
  const answered = wanted.metadata ? [`${metadataAddress}/32`] : [];
  const loAddresses = (lo?.address_cidrs ?? []).filter((cidr) => !cidr.startsWith("127.") && cidr !== "::1/128");
  const commands = [
    ...(ownsNamespace(lo?.alias ?? "", alias) ? [] : [`link set dev lo alias ${alias}`]),
    ...(lo?.up === true ? [] : ["link set dev lo up"]),
    ...addressChanges("lo", answered, loAddresses),
    ...wanted.devices.flatMap((device) => deviceChanges(device, there?.links.get(device.name))),
    ...routeChanges(wanted, there),
  ];
  return commands.map((command) => line(wanted.item, command));
}

/** The alias of a namespace's `lo` is the owner's, with the digest of its settings once these are complete. */
export function ownsNamespace(loAlias: string, alias: string): boolean {
  return loAlias === alias || loAlias.startsWith(`${alias}:`);
}

function deviceChanges(device: WantedDevice, there: ObservedLink | undefined): string[] {
  const set: string[] = [];
  if (there?.mac !== device.mac) set.push(`address ${device.mac}`);
  if (there?.mtu !== device.mtu) set.push(`mtu ${device.mtu}`);
  if (there?.up !== true) set.push("up");
  const addresses = addressChanges(device.name, device.address_cidrs, there?.address_cidrs ?? []);
  const arrived = addresses.some((command) => command.startsWith("addr add"));
  return [
    ...(set.length === 0 ? [] : [`link set dev ${device.name} ${set.join(" ")}`]),
    ...addresses,
    // Setting the MAC again makes the kernel announce all addresses (arp_notify): neighbours learn of moved ones.
    ...(device.announce && arrived ? [`link set dev ${device.name} address ${device.mac}`] : []),
  ];
}

function routeChanges(wanted: WantedNamespace, there: ObservedNamespace | undefined): string[] {
  const key = (route: { destination: string; via: string }): string =>
    `${parseCidr(route.destination) ? canonicalCidr(route.destination) : route.destination} via ${route.via}`;
  const goal = new Set(wanted.routes.map(key));
  const known = new Set((there?.routes ?? []).map(key));
  return [
    ...[...known].filter((route) => !goal.has(route)).map((route) => `route del ${route} proto static`),
    ...[...goal].filter((route) => !known.has(route)).map((route) => `route replace ${route} proto static`),
  ];
}

function line(item: Item, command: string): Line {
  return { item, command };
}
