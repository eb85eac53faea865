/** Everything that a cloud has, as its administrator sees it: equal before and after means that nothing was changed. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "#platform/http/client.ts";
import { eventually } from "#tests/support/cloud.ts";
import { newest, type Person, type World } from "#tests/support/world.ts";

type Snapshot = Record<string, unknown>;

function lists({ things }: World): [ServiceName, string, Person?][] {
  const { project } = things;
  const members: [ServiceName, string, Person?][] = ["member", "stranger"].flatMap((who) => [
    ["compute", "/v2.1/os-keypairs", who as Person],
    ["image", "/v2/images", who as Person],
  ]);
  const network = ["networks", "subnets", "ports", "routers", "floatingips", "security-groups", "security-group-rules"];
  const identity = [
    "users",
    "projects",
    "domains",
    "groups",
    "roles",
    "role_assignments",
    "services",
    "endpoints",
    "regions",
    "credentials",
  ];
  return [
    ...members,
    ...network.map((name): [ServiceName, string] => ["network", `/v2.0/${name}`]),
    ["network", `/v2.0/quotas/${project}/details`],
    ...identity.map((name): [ServiceName, string] => ["identity", `/v3/${name}`]),
    ["identity", `/v3/users/${things.user}/application_credentials`],
    ["identity", "/v3/registered_limits"],
    ["identity", "/v3/limits"],
    ["compute", "/v2.1/servers/detail?all_tenants=1"],
    ["compute", "/v2.1/flavors/detail?is_public=None"],
    ["compute", "/v2.1/os-aggregates"],
    ["compute", "/v2.1/os-server-groups?all_projects=1"],
    ["compute", `/v2.1/os-quota-sets/${project}/detail`],
    ["compute", `/v2.1/servers/${things.server}/os-volume_attachments`],
    ["compute", `/v2.1/servers/${things.server}/os-interface`],
    ["compute", `/v2.1/servers/${things.server}/os-instance-actions`],
    ["volume", "/v3/volumes/detail?all_tenants=1"],
    ["volume", "/v3/types"],
    ["volume", `/v3/${project}/os-quota-sets/${project}?usage=True`, "member"],
    ["image", "/v2/images"],
    ["placement", "/resource_providers"],
    ["placement", `/resource_providers/${things.provider}/inventories`],
    ["placement", `/resource_providers/${things.provider}/allocations`],
    ["placement", `/resource_providers/${things.provider}/traits`],
    ["placement", `/allocations/${things.server}`],
    ["placement", "/traits"],
    ["placement", "/resource_classes"],
  ];
}

const versions: Partial<Record<ServiceName, Record<string, string>>> = {
  compute: newest,
  placement: { "openstack-api-version": "placement 1.39" },
  volume: { "openstack-api-version": "volume 3.70" },
};

async function take(world: World): Promise<Snapshot> {
  const found = await Promise.all(
    lists(world).map(async ([service, path, who = "admin"]) => {
      const headers = versions[service];
      const { status, body } = await world.ask(who, "GET", service, path, headers ? { headers } : {});
      assert.equal(status, 200, `${service}${path}: ${JSON.stringify(body)}`);
      return [`${service}${path} as ${who}`, body] as const;
    }),
  );
  return { ...Object.fromEntries(found), files: filesOf(world.cloud.state_dir) };
}

/** Images and volumes on disc. Databases grow by reading, too. */
function filesOf(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => !path.startsWith(join(dir, "db"))).sort();
}

/** Once nothing is on its way any more. */
export async function settledSnapshot(world: World): Promise<Snapshot> {
  let last = await take(world);
  return eventually("a cloud at rest", async () => {
    const next = await take(world);
    const same = JSON.stringify(next) === JSON.stringify(last);
    last = next;
    return same ? next : undefined;
  });
}

export async function expectUnchanged(world: World, before: Snapshot): Promise<void> {
  const after = await settledSnapshot(world);
  for (const [what, was] of Object.entries(before)) assert.deepEqual(after[what], was, `${what} was changed`);
}
