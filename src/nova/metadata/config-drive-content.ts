/** The files of a config drive, by their path on it: what the metadata service would say. Imports no store (law 1). */
import type { Interface, ServerOrder } from "#contracts/nova/order.ts";
import { ec2Tree } from "./ec2-tree.ts";
import { userData, type MetadataFacts } from "./facts.ts";
import { newestOpenstack, openstackFiles, openstackVersions, type MetadataFile } from "./openstack-files.ts";

/** `random_seed` is 512 bytes for the guest's own randomness; left out when the caller has none to give. */
export function configDriveContent(
  server: ServerOrder,
  interfaces: readonly Interface[],
  random_seed?: Uint8Array,
): Record<string, MetadataFile> {
  const facts: MetadataFacts = { server, interfaces, reservation_id: "", security_group_names: [] };
  const files: Record<string, MetadataFile> = {};
  for (const version of [...openstackVersions, "latest"] as const) {
    const of = openstackFiles(facts, version === "latest" ? newestOpenstack() : version, random_seed);
    for (const [name, content] of Object.entries(of)) files[`openstack/${version}/${name}`] = content;
  }
  const raw = userData(server);
  for (const version of ["2009-04-04", "latest"]) {
    files[`ec2/${version}/meta-data.json`] = JSON.stringify({ "meta-data": ec2Tree(facts, "2009-04-04") });
    if (raw) files[`ec2/${version}/user-data`] = raw;
  }
  return files;
}
