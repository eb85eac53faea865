/** Requests of somebody whose quotas are used up. */
import { needs, newest, type World } from "#tests/support/world.ts";
import { rowsOf, type Row } from "./row.ts";

/** Sets every quota of `demo` to nothing; what it has stays. The returned function takes the limits away again. */
export async function closeQuotas({ ask, things }: World): Promise<() => Promise<void>> {
  const ok = needs(ask);
  const { project } = things;
  const compute = { instances: 0, cores: 0, ram: 0, key_pairs: 0, server_groups: 0, metadata_items: 0, force: true };
  const network = {
    network: 0,
    subnet: 0,
    port: 0,
    router: 0,
    floatingip: 0,
    security_group: 0,
    security_group_rule: 0,
  };
  await ok("admin", "PUT", "compute", `/v2.1/os-quota-sets/${project}`, { quota_set: compute });
  await ok("admin", "PUT", "network", `/v2.0/quotas/${project}`, { quota: network });
  await ok("admin", "PUT", "volume", `/v3/os-quota-sets/${project}`, { quota_set: { volumes: 0 } });
  return async () => {
    await ok("admin", "DELETE", "compute", `/v2.1/os-quota-sets/${project}`);
    await ok("admin", "DELETE", "network", `/v2.0/quotas/${project}`);
    await ok("admin", "DELETE", "volume", `/v3/os-quota-sets/${project}`);
  };
}

export function quotaRows({ things }: World): Row[] {
  const compute = rowsOf("compute");
  const volume = rowsOf("volume");
  const network = rowsOf("network");
  const full = { says: /"type":"OverQuota".*Quota exceeded for resources: \['\w+'\]/ };
  const server = { name: "never", imageRef: things.image, flavorRef: "42", networks: [{ uuid: things.network }] };
  const rule = { security_group_id: things.security_group, direction: "ingress", protocol: "udp" };
  return [
    compute(403, "a server", "POST /v2.1/servers", { body: { server }, says: /Quota exceeded for .*: Requested 1/ }),
    compute(403, "a server with metadata", "POST /v2.1/servers", {
      body: { server: { ...server, metadata: { a: "b" } } },
    }),
    compute(403, "metadata", `POST /v2.1/servers/${things.server}/metadata`, { body: { metadata: { a: "b" } } }),
    compute(403, "a key pair", "POST /v2.1/os-keypairs", {
      body: { keypair: { name: "never" } },
      says: /too many key pairs/,
    }),
    compute(403, "a server group", "POST /v2.1/os-server-groups", {
      headers: newest,
      body: { server_group: { name: "never", policy: "affinity" } },
      says: /too many server groups/,
    }),
    volume(413, "a volume", "POST /v3/volumes", {
      body: { volume: { size: 1 } },
      says: /"overLimit".*Maximum number of volumes allowed \(0\) exceeded/,
    }),
    network(409, "a network", "POST /v2.0/networks", { body: { network: {} }, ...full }),
    network(409, "two networks at once", "POST /v2.0/networks", { body: { networks: [{}, {}] }, ...full }),
    network(409, "a subnet", "POST /v2.0/subnets", {
      body: { subnet: { network_id: things.network, ip_version: 4, cidr: "10.9.0.0/24" } },
      ...full,
    }),
    network(409, "a port", "POST /v2.0/ports", { body: { port: { network_id: things.network } }, ...full }),
    network(409, "a router", "POST /v2.0/routers", { body: { router: {} }, ...full }),
    network(409, "a floating address", "POST /v2.0/floatingips", {
      body: { floatingip: { floating_network_id: things.public_network } },
      ...full,
    }),
    network(409, "a security group", "POST /v2.0/security-groups", {
      body: { security_group: { name: "never" } },
      ...full,
    }),
    network(409, "a rule", "POST /v2.0/security-group-rules", { body: { security_group_rule: rule }, ...full }),
  ];
}
