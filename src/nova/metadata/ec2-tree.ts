/** The EC2 metadata tree: names and texts, by version. Pure. */
import { fullHostname, type MetadataFacts } from "./facts.ts";

/** Oldest first. */
export const ec2Versions = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
] as const;
export type Ec2Version = (typeof ec2Versions)[number];

export interface Ec2Tree {
  [name: string]: string | Ec2Tree;
}

/** `i-` and eight hexadecimal digits of the server's id. */
export function ec2Id(prefix: string, uuid: string): string {
  return `${prefix}-${uuid.replaceAll("-", "").slice(0, 8)}`;
}

/** The version 1.0 is the oldest, though its name sorts last. */
function reached(version: Ec2Version, first: Ec2Version): boolean {
  return ec2Versions.indexOf(version) >= ec2Versions.indexOf(first);
}

export function ec2Tree(facts: MetadataFacts, version: Ec2Version): Ec2Tree {
  const { server, interfaces } = facts;
  const fixed = interfaces.flatMap(({ fixed_ips }) => fixed_ips.filter((ip) => ip.version === 4));
  const floating = fixed.flatMap(({ floating_ips }) => floating_ips);
  const hostname = fullHostname(server);
  const since = (first: Ec2Version, part: Ec2Tree): Ec2Tree => (reached(version, first) ? part : {});
  return {
    "ami-id": server.image_ref === null ? "None" : ec2Id("ami", server.image_ref),
    "ami-launch-index": String(server.launch_index),
    "ami-manifest-path": "FIXME",
    "instance-id": ec2Id("i", server.id),
    hostname,
    "local-ipv4": fixed[0]?.ip_address ?? "",
    "reservation-id": facts.reservation_id,
    "security-groups": facts.security_group_names.join("\n"),
    ...(server.key ? { "public-keys": { "0": { "openssh-key": server.key.data } } } : {}),
    ...since("2007-01-19", {
      "local-hostname": hostname,
      "public-hostname": hostname,
      "public-ipv4": floating[0] ?? "",
    }),
    ...since("2007-08-29", { "instance-type": server.flavor.name }),
    ...since("2007-12-15", { "block-device-mapping": mappingOf(facts) }),
    ...since("2008-02-01", { placement: { "availability-zone": server.availability_zone } }),
    ...since("2008-09-01", { "instance-action": "none" }),
  };
}

function mappingOf({ server }: MetadataFacts): Ec2Tree {
  const root = server.block_devices.find((device) => device.boot_index === 0)?.device_name ?? "/dev/vda";
  const volumes = server.block_devices.filter((device) => device.boot_index !== 0 && device.volume_id !== null);
  const ebs = volumes.map((device, at): [string, string] => [`ebs${at}`, device.device_name ?? ""]);
  return { ami: root.replace("/dev/", ""), root, ...Object.fromEntries(ebs) };
}

/** What stands at a path below `meta-data`; directories are listed, one name on each line. Undefined: nothing there. */
export function readEc2(tree: Ec2Tree, path: readonly string[], keyName: string | undefined): string | undefined {
  let node: string | Ec2Tree | undefined = tree;
  for (const part of path) {
    if (typeof node !== "object" || !Object.hasOwn(node, part)) return undefined;
    node = node[part];
  }
  if (node === undefined || typeof node === "string") return node;
  if (path.length === 1 && path[0] === "public-keys") return `0=${keyName ?? ""}`;
  return Object.entries(node)
    .map(([name, value]) => (typeof value === "string" ? name : `${name}/`))
    .sort()
    .join("\n");
}
