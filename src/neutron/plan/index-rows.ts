/** The rows of a plan, found by what they hang on. */
import type { NetworkRow, PortRow, SubnetRow } from "../store/tables.ts";
import type { PlanRows } from "./rows.ts";

export interface Address {
  subnet_id: string;
  ip_address: string;
}

export interface RowIndex {
  networks: ReadonlyMap<string, NetworkRow>;
  subnets: ReadonlyMap<string, SubnetRow>;
  subnetsOf: ReadonlyMap<string, readonly SubnetRow[]>;
  addressesOf: ReadonlyMap<string, readonly Address[]>;
  /** Ids of the groups of a port. */
  groupsOf: ReadonlyMap<string, readonly string[]>;
  /** Ids of the ports in a group. */
  membersOf: ReadonlyMap<string, readonly string[]>;
  pairsOf: ReadonlyMap<string, string>;
  /** Ports of a device: a router's. */
  portsOf: ReadonlyMap<string, readonly PortRow[]>;
}

export function grouped<T, K>(rows: readonly T[], key: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

export function indexRows(rows: PlanRows): RowIndex {
  const groups = grouped(rows.memberships, (row) => row.port_id);
  const members = grouped(rows.memberships, (row) => row.group_id);
  const all = [...rows.ports, ...rows.served, ...rows.remote];
  return {
    networks: new Map(rows.networks.map((row) => [row.id, row])),
    subnets: new Map(rows.subnets.map((row) => [row.id, row])),
    subnetsOf: grouped(rows.subnets, (row) => row.network_id),
    addressesOf: grouped(rows.allocations, (row) => row.port_id),
    groupsOf: new Map([...groups].map(([id, list]) => [id, list.map((row) => row.group_id)])),
    membersOf: new Map([...members].map(([id, list]) => [id, list.map((row) => row.port_id)])),
    pairsOf: new Map(all.map((port) => [port.id, port.allowed_address_pairs])),
    portsOf: grouped(rows.ports, (row) => row.device_id),
  };
}

/** `10.0.0.2/24` for each address whose subnet is known. */
export function cidrsOf(index: RowIndex, port_id: string): string[] {
  return (index.addressesOf.get(port_id) ?? []).flatMap(({ subnet_id, ip_address }) => {
    const prefix = index.subnets.get(subnet_id)?.cidr.split("/")[1];
    return prefix === undefined ? [] : [`${ip_address}/${prefix}`];
  });
}
