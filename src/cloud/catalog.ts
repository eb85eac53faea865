/**
 * The catalogue. Compute and block storage URLs name the version, image and network do not: clients append it there.
 * Block storage is listed under two types, since some clients know only one of them.
 */
export interface CatalogEntry {
  type: string;
  name: string;
  url: string;
}

export function serviceCatalog(public_url: string): CatalogEntry[] {
  return [
    { type: "identity", name: "keystone", url: `${public_url}/identity` },
    { type: "image", name: "glance", url: `${public_url}/image` },
    { type: "compute", name: "nova", url: `${public_url}/compute/v2.1` },
    { type: "placement", name: "placement", url: `${public_url}/placement` },
    { type: "network", name: "neutron", url: `${public_url}/network` },
    { type: "volumev3", name: "cinderv3", url: `${public_url}/volume/v3/$(project_id)s` },
    { type: "block-storage", name: "cinder", url: `${public_url}/volume/v3/$(project_id)s` },
  ];
}
