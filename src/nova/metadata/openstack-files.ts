/** The files of the OpenStack metadata tree, by version. Pure: `random_seed` comes from the caller. */
import type { Interface } from "#contracts/nova/order.ts";
import { fullHostname, userData, type MetadataFacts } from "./facts.ts";

/** Oldest first. */
export const openstackVersions = [
  "2012-08-10",
  "2013-04-04",
  "2013-10-17",
  "2015-10-15",
  "2016-06-30",
  "2016-10-06",
  "2017-02-22",
  "2018-08-27",
  "2020-10-14",
] as const;
export type OpenstackVersion = (typeof openstackVersions)[number];

export function newestOpenstack(): OpenstackVersion {
  return "2020-10-14";
}

export type MetadataFile = string | Uint8Array;

/** The files of one version; `password` is not among them: it is no file but a letter box. */
export function openstackFiles(
  facts: MetadataFacts,
  version: OpenstackVersion,
  random_seed?: Uint8Array,
): Record<string, MetadataFile> {
  const raw = userData(facts.server);
  const since = (first: OpenstackVersion): boolean => version >= first; // dates compare as text
  return {
    "meta_data.json": JSON.stringify(metaData(facts, since, random_seed)),
    ...(raw ? { user_data: raw } : {}),
    ...(since("2013-10-17") ? { "vendor_data.json": "{}" } : {}),
    ...(since("2015-10-15") ? { "network_data.json": JSON.stringify(networkData(facts.interfaces)) } : {}),
    ...(since("2016-10-06") ? { "vendor_data2.json": "{}" } : {}),
  };
}

function metaData(
  facts: MetadataFacts,
  since: (first: OpenstackVersion) => boolean,
  random_seed: Uint8Array | undefined,
) {
  const { server } = facts;
  const { key } = server;
  return {
    uuid: server.id,
    ...(Object.keys(server.metadata).length > 0 ? { meta: server.metadata } : {}),
    ...(key
      ? { public_keys: { [key.name]: key.data }, keys: [{ name: key.name, type: key.type, data: key.data }] }
      : {}),
    hostname: fullHostname(server),
    name: server.name,
    launch_index: server.launch_index,
    availability_zone: server.availability_zone,
    ...(since("2013-04-04") && random_seed ? { random_seed: Buffer.from(random_seed).toString("base64") } : {}),
    ...(since("2015-10-15") ? { project_id: server.project_id } : {}),
    ...(since("2016-06-30") ? { devices: devicesOf(facts) } : {}),
    ...(since("2020-10-14") ? { dedicated_cpus: [] } : {}),
  };
}

/** Devices with a tag, so that a guest can tell which is which. */
function devicesOf({ server, interfaces }: MetadataFacts) {
  const nics = interfaces.flatMap(({ tag, mac }) =>
    tag === null ? [] : [{ type: "nic", bus: "none", address: "none", mac, tags: [tag] }],
  );
  const disks = server.block_devices.flatMap(({ tag, volume_id, device_name }) =>
    tag === null
      ? []
      : [
          {
            type: "disk",
            bus: "none",
            address: "none",
            tags: [tag],
            ...(volume_id ? { serial: volume_id } : {}),
            ...(device_name ? { path: device_name } : {}),
          },
        ],
  );
  return [...nics, ...disks];
}

/** Addresses come by DHCP: a guest is told which of its links asks for which. */
export function networkData(interfaces: readonly Interface[]) {
  const links = interfaces.map(({ tap, port_id, mac, mtu }) => ({
    id: tap,
    vif_id: port_id,
    type: "bridge",
    mtu,
    ethernet_mac_address: mac,
  }));
  const networks = interfaces.flatMap(({ tap, network_id, fixed_ips }) =>
    fixed_ips.map(({ version }) => ({
      link: tap,
      type: version === 4 ? "ipv4_dhcp" : "ipv6_dhcpv6-stateful",
      network_id,
    })),
  );
  return { links, networks: networks.map((network, at) => ({ id: `network${at}`, ...network })), services: [] };
}
