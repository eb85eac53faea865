/** Names of devices, namespaces and tables. As Neutron's Linux bridge agent names them, so that operators find them. */
import { createHash } from "node:crypto";

/** Linux allows 15 characters for a device. */
const short = (id: string): string => id.slice(0, 11);

export const tapName = (portId: string): string => `tap${short(portId)}`;
export const bridgeName = (networkId: string): string => `brq${short(networkId)}`;
export const routerPortName = (portId: string): string => `qr-${short(portId)}`;
export const gatewayPortName = (portId: string): string => `qg-${short(portId)}`;
export const dhcpPortName = (portId: string): string => `ns-${short(portId)}`;
export const dhcpNamespace = (networkId: string): string => `qdhcp-${networkId}`;
export const routerNamespace = (routerId: string): string => `qrouter-${routerId}`;

/** A namespace name of ours or of another cloud's; ownership is told by the alias of its `lo`. */
export const namespaceShape = /^q(dhcp|router)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const cloudIdShape = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Throws unless the id can stand in device aliases and table names. */
export function checkCloudId(cloudId: string): void {
  if (!cloudIdShape.test(cloudId)) throw new Error(`a cloud id is 1 to 32 of a-z, 0-9 and "-": ${cloudId}`);
}

/** The alias that says whose a device is. */
export const ownerAlias = (cloudId: string): string => `cumulet:${cloudId}`;

/** nft tables of the host's own namespace carry the cloud id; `-` is no letter of an nft name. */
export const tableName = (cloudId: string): string => `cumulet_${cloudId.replaceAll("-", "_")}`;

/** 16 hex digits that change when the text does. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A locally administered unicast MAC that stays the same for the same text: a bridge must not change its MAC. */
export function macOf(text: string): string {
  const digits = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return `02:${digits.match(/../g)?.join(":") ?? ""}`;
}

/**
 * Numbers 1..65535 for ids, the same in each run as far as possible: the hash of the id, and the next free one where
 * two fall together. Conntrack zones and packet marks are 16 bits wide.
 */
export function stableNumbers(ids: readonly string[]): Map<string, number> {
  const taken = new Set<number>();
  const numbers = new Map<string, number>();
  for (const id of [...new Set(ids)].sort()) {
    let number = (Number.parseInt(digestOf(id).slice(0, 8), 16) % 65_535) + 1;
    while (taken.has(number)) number = (number % 65_535) + 1;
    taken.add(number);
    numbers.set(id, number);
  }
  return numbers;
}
