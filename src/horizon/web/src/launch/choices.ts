/** The launch form without its looks: defaults, what is still wrong, the request, and the same on the command line. */
import type { Flavor, Image, Keypair, Network, SecurityGroup, Server } from "../api/types.ts";

/** What the cloud offers. */
export interface Offer {
  images: Image[];
  flavors: Flavor[];
  networks: Network[];
  keypairs: Keypair[];
  servers: Server[];
  group: SecurityGroup | undefined;
}

/** What the user has changed; everything left out has a default. */
export interface Wishes {
  name?: string;
  image_id?: string;
  flavor_id?: string;
  network_id?: string;
  key_name?: string | null;
  boot_volume: boolean;
  volume_gb?: string;
  /** Size of an empty second volume; undefined for none. */
  data_gb?: string | undefined;
  allow: boolean;
  floating: boolean;
  user_data: string;
}

/** What the server will be; a part is missing while it cannot be decided. */
export interface Plan {
  name: string;
  image: Image | undefined;
  flavor: Flavor | undefined;
  network: Network | undefined;
  key_name: string | null;
  volume_gb: number | undefined;
  data_gb: number | undefined;
}

const gigabyte = 1024 ** 3;

/** GB that a disk must have to hold the image. */
export function diskNeed(image: Image | undefined): number {
  const bytes = image?.virtual_size ?? image?.size ?? 0;
  return Math.max(image?.min_disk ?? 0, Math.ceil(bytes / gigabyte), 1);
}

/** A flavor with disk 0 takes the image's own size. */
export function fits(flavor: Flavor, image: Image | undefined, bootVolume: boolean): boolean {
  if (!image) return true;
  const room = bootVolume || flavor.disk === 0 || flavor.disk >= diskNeed(image);
  return room && flavor.ram >= image.min_ram;
}

export function bySize(flavors: Flavor[]): Flavor[] {
  return flavors.toSorted((a, b) => a.ram - b.ram || a.vcpus - b.vcpus || a.disk - b.disk);
}

function freeName(servers: Server[]): string {
  const taken = new Set(servers.map((server) => server.name));
  let number = servers.length + 1;
  while (taken.has(`server-${number}`)) number += 1;
  return `server-${number}`;
}

const only = <T>(list: T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

export const usable = (images: Image[]) => images.filter((image) => image.status === "active");
export const tenantNetworks = (networks: Network[]) => networks.filter((network) => !network["router:external"]);

export function plan(offer: Offer, wishes: Wishes): Plan {
  const images = usable(offer.images);
  const image = images.find(({ id }) => id === wishes.image_id) ?? only(images);
  const smallest = bySize(offer.flavors).find((flavor) => fits(flavor, image, wishes.boot_volume));
  const networks = tenantNetworks(offer.networks);
  const volume = Number(wishes.volume_gb ?? diskNeed(image));
  return {
    name: wishes.name ?? freeName(offer.servers),
    image,
    flavor: offer.flavors.find(({ id }) => id === wishes.flavor_id) ?? smallest,
    network: networks.find(({ id }) => id === wishes.network_id) ?? only(networks),
    key_name: wishes.key_name === undefined ? (only(offer.keypairs)?.name ?? null) : wishes.key_name,
    volume_gb: wishes.boot_volume ? volume : undefined,
    data_gb: wishes.data_gb === undefined ? undefined : Number(wishes.data_gb),
  };
}

export type Problem = "name" | "image" | "flavor" | "network" | "volume" | "data";

export function problems({ name, image, flavor, network, volume_gb, data_gb }: Plan): Problem[] {
  const found: Problem[] = [];
  if (name.trim() === "") found.push("name");
  if (!image) found.push("image");
  if (!flavor || !fits(flavor, image, volume_gb !== undefined)) found.push("flavor");
  if (!network) found.push("network");
  if (volume_gb !== undefined && !(Number.isInteger(volume_gb) && volume_gb >= diskNeed(image))) found.push("volume");
  if (data_gb !== undefined && !(Number.isInteger(data_gb) && data_gb >= 1)) found.push("data");
  return found;
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Body of POST /servers. */
export function createBody({ name, image, flavor, network, key_name, volume_gb, data_gb }: Plan, wishes: Wishes) {
  const boot = {
    boot_index: 0,
    uuid: image?.id,
    source_type: "image",
    destination_type: "volume",
    delete_on_termination: false,
  };
  const data = { boot_index: -1, source_type: "blank", destination_type: "volume", delete_on_termination: false };
  const disks = [
    ...(volume_gb === undefined ? [] : [{ ...boot, volume_size: volume_gb }]),
    ...(data_gb === undefined ? [] : [{ ...data, volume_size: data_gb }]),
  ];
  return {
    name: name.trim(),
    flavorRef: flavor?.id,
    networks: [{ uuid: network?.id }],
    ...(volume_gb === undefined ? { imageRef: image?.id } : {}),
    ...(disks.length === 0 ? {} : { block_device_mapping_v2: disks }),
    ...(key_name === null ? {} : { key_name }),
    ...(wishes.user_data.trim() === "" ? {} : { user_data: base64(wishes.user_data) }),
  };
}

const quote = (text: string) => (/^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** The line for the ordinary client that makes the same server. */
export function commandLine(
  { name, image, flavor, network, key_name, volume_gb, data_gb }: Plan,
  wishes: Wishes,
): string {
  const parts = [
    `--image ${quote(image?.name ?? "IMAGE")}`,
    ...(volume_gb === undefined ? [] : [`--boot-from-volume ${volume_gb}`]),
    ...(data_gb === undefined
      ? []
      : [`--block-device source_type=blank,destination_type=volume,volume_size=${data_gb}`]),
    `--flavor ${quote(flavor?.name ?? "FLAVOR")}`,
    `--network ${quote(network?.name ?? "NETWORK")}`,
    ...(key_name === null ? [] : [`--key-name ${quote(key_name)}`]),
    ...(wishes.user_data.trim() === "" ? [] : ["--user-data FILE"]),
  ];
  return ["openstack server create", ...parts, quote(name.trim() || "NAME")].join(" \\\n  ");
}

/** Are ssh and ping from anywhere allowed already? */
export function allowsSshAndPing(group: SecurityGroup | undefined): boolean {
  const open = (group?.security_group_rules ?? []).filter(
    ({ direction, ethertype, remote_ip_prefix: from }) =>
      direction === "ingress" && ethertype === "IPv4" && (from === null || from === "0.0.0.0/0"),
  );
  const ping = open.some((rule) => rule.protocol === "icmp" || rule.protocol === "1");
  return (
    ping &&
    open.some(
      (rule) => rule.protocol === "tcp" && (rule.port_range_min ?? 0) <= 22 && (rule.port_range_max ?? 65_535) >= 22,
    )
  );
}
