/** Projects are walls: a stranger neither sees nor touches what another project has, and a reader changes nothing. */
import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { ServiceName } from "#platform/http/client.ts";
import { keypairName, newest, startWorld, type Things, type World } from "#tests/support/world.ts";
import { expectRefusal, rowsOf, type Row } from "./bad-input/row.ts";
import { expectUnchanged, settledSnapshot } from "./bad-input/snapshot.ts";

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world.stop());

async function expectAllRefused(t: TestContext, rows: readonly Row[]): Promise<void> {
  const was = await settledSnapshot(world);
  for (const row of rows) await t.test(`${row.service}: ${row.what}: ${row.status}`, () => expectRefusal(world, row));
  await t.test("nothing is changed", () => expectUnchanged(world, was));
}

const latestVolume = { "openstack-api-version": "volume 3.70" };
const upload = { body: "bytes", headers: { "content-type": "application/octet-stream" } };
const patched = {
  body: JSON.stringify([{ op: "replace", path: "/name", value: "taken" }]),
  headers: { "content-type": "application/openstack-images-v2.1-json-patch" },
};

/** What is done to a thing that is there, by its member with success and by others in vain. */
function writesToServers({
  server,
  attached_volume,
  volume,
  server_port,
  security_group,
}: Things): [string, string, object?][] {
  const one = `/v2.1/servers/${server}`;
  const actions = [
    { "os-stop": null },
    { "os-start": null },
    { reboot: { type: "HARD" } },
    { lock: null },
    { unlock: null },
    { forceDelete: null },
    { addSecurityGroup: { name: security_group } },
    { removeSecurityGroup: { name: "default" } },
  ];
  return [
    ["rename", `PUT ${one}`, { body: { server: { name: "taken" } } }],
    ["delete", `DELETE ${one}`],
    ...actions.map((body): [string, string, object] => [Object.keys(body)[0] ?? "", `POST ${one}/action`, { body }]),
    ["metadata", `POST ${one}/metadata`, { body: { metadata: { a: "b" } } }],
    ["other metadata", `PUT ${one}/metadata`, { body: { metadata: {} } }],
    ["a tag", `PUT ${one}/tags/taken`, { headers: newest }],
    ["attach a volume", `POST ${one}/os-volume_attachments`, { body: { volumeAttachment: { volumeId: volume } } }],
    ["detach a volume", `DELETE ${one}/os-volume_attachments/${attached_volume}`],
    ["detach an interface", `DELETE ${one}/os-interface/${server_port}`],
  ];
}

function writesToNetworks(things: Things): [string, string, object?][] {
  const kinds: [string, string, string, object][] = [
    ["network", "networks", things.network, { name: "taken" }],
    ["subnet", "subnets", things.subnet, { name: "taken" }],
    ["port", "ports", things.port, { name: "taken" }],
    ["router", "routers", things.router, { name: "taken" }],
    ["floatingip", "floatingips", things.floatingip, { description: "taken" }],
    ["security_group", "security-groups", things.security_group, { description: "taken" }],
  ];
  const changes = kinds.flatMap(([key, plural, id, body]): [string, string, object?][] => [
    [`change the ${key}`, `PUT /v2.0/${plural}/${id}`, { body: { [key]: body } }],
    [`delete the ${key}`, `DELETE /v2.0/${plural}/${id}`],
    [`tag the ${key}`, `PUT /v2.0/${plural}/${id}/tags/taken`],
  ]);
  return [
    ...changes,
    ["delete the rule", `DELETE /v2.0/security-group-rules/${things.security_group_rule}`],
    [
      "take the router's interface",
      `PUT /v2.0/routers/${things.router}/remove_router_interface`,
      { body: { subnet_id: things.subnet } },
    ],
    [
      "take the router's gateway",
      `PUT /v2.0/routers/${things.router}`,
      { body: { router: { external_gateway_info: null } } },
    ],
  ];
}

function writesToVolumes({ volume, attachment }: Things): [string, string, object?][] {
  const one = `/v3/volumes/${volume}`;
  return [
    ["rename", `PUT ${one}`, { body: { volume: { name: "taken" } } }],
    ["delete", `DELETE ${one}`],
    ["extend", `POST ${one}/action`, { body: { "os-extend": { new_size: 2 } } }],
    ["make bootable", `POST ${one}/action`, { body: { "os-set_bootable": { bootable: true } } }],
    ["metadata", `POST ${one}/metadata`, { body: { metadata: { a: "b" } } }],
    ["delete the attachment", `DELETE /v3/attachments/${attachment}`, { headers: latestVolume }],
  ];
}

function writesToImages({ private_image, queued_image, other_project }: Things): [string, string, object?][] {
  const one = `/v2/images/${private_image}`;
  return [
    ["rename", `PATCH ${one}`, patched],
    ["delete", `DELETE ${one}`],
    ["upload", `PUT /v2/images/${queued_image}/file`, upload],
    ["tag", `PUT ${one}/tags/taken`],
    ["share", `POST ${one}/members`, { body: { member: other_project } }],
    ["deactivate", `POST ${one}/actions/deactivate`],
  ];
}

/** Each as this person, and refused with this status. */
function refused(who: "stranger" | "reader", status: number, { things }: World): Row[] {
  const table: [ServiceName, [string, string, object?][]][] = [
    ["compute", writesToServers(things)],
    ["network", writesToNetworks(things)],
    ["volume", writesToVolumes(things)],
    ["image", writesToImages(things)],
  ];
  return table.flatMap(([service, writes]) =>
    writes.map(([what, request, rest]) => rowsOf(service, { who })(status, what, request, rest ?? {})),
  );
}

function readsByStranger({ things }: World): Row[] {
  const compute = rowsOf("compute", { who: "stranger" });
  const volume = rowsOf("volume", { who: "stranger", headers: latestVolume });
  const network = rowsOf("network", { who: "stranger" });
  const image = rowsOf("image", { who: "stranger" });
  const identity = rowsOf("identity", { who: "stranger" });
  const server = `/v2.1/servers/${things.server}`;
  const parts = [
    "",
    "/metadata",
    "/ips",
    "/os-interface",
    "/os-volume_attachments",
    `/os-volume_attachments/${things.attached_volume}`,
    "/os-instance-actions",
    "/os-security-groups",
  ];
  const networks = {
    networks: things.network,
    subnets: things.subnet,
    ports: things.port,
    routers: things.router,
    floatingips: things.floatingip,
    "security-groups": things.security_group,
    "security-group-rules": things.security_group_rule,
  };
  return [
    ...parts.map((part) => compute(404, `the server${part && `'s ${part.slice(1, 24)}`}`, `GET ${server}${part}`)),
    compute(404, "its console", `POST ${server}/action`, { body: { "os-getConsoleOutput": {} } }),
    compute(404, "its tags", `GET ${server}/tags`, { headers: newest }),
    compute(404, "the key pair", `GET /v2.1/os-keypairs/${keypairName}`),
    compute(403, "the key pair by its owner", `GET /v2.1/os-keypairs/${keypairName}?user_id=${things.user}`, {
      headers: newest,
    }),
    compute(403, "key pairs by their owner", `GET /v2.1/os-keypairs?user_id=${things.user}`, { headers: newest }),
    compute(404, "the server group", `GET /v2.1/os-server-groups/${things.server_group}`),
    compute(404, "the server group, deleted", `DELETE /v2.1/os-server-groups/${things.server_group}`),
    compute(403, "quotas", `GET /v2.1/os-quota-sets/${things.project}`),
    compute(403, "usage", `GET /v2.1/os-simple-tenant-usage/${things.project}`),
    volume(404, "the volume", `GET /v3/volumes/${things.volume}`),
    volume(404, "its metadata", `GET /v3/volumes/${things.volume}/metadata`),
    volume(404, "the attachment", `GET /v3/attachments/${things.attachment}`),
    volume(400, "the volume by its project", `GET /v3/${things.project}/volumes/${things.volume}`),
    volume(403, "quotas", `GET /v3/os-quota-sets/${things.project}`),
    ...Object.entries(networks).map(([plural, id]) => network(404, `one of ${plural}`, `GET /v2.0/${plural}/${id}`)),
    network(403, "quotas", `GET /v2.0/quotas/${things.project}`),
    network(404, "tags", `GET /v2.0/networks/${things.network}/tags`),
    image(404, "the image", `GET /v2/images/${things.private_image}`),
    image(404, "its bytes", `GET /v2/images/${things.private_image}/file`),
    image(404, "its members", `GET /v2/images/${things.private_image}/members`),
    identity(403, "the user", `GET /v3/users/${things.user}`),
    identity(403, "the user's credentials", `GET /v3/users/${things.user}/application_credentials`),
    identity(
      403,
      "a credential",
      `GET /v3/users/${things.user}/application_credentials/${things.application_credential}`,
    ),
    identity(
      403,
      "a credential, deleted",
      `DELETE /v3/users/${things.user}/application_credentials/${things.application_credential}`,
    ),
    identity(403, "the project", `GET /v3/projects/${things.project}`),
    identity(403, "who has which role", "GET /v3/role_assignments"),
    identity(403, "another's token", "GET /v3/auth/tokens", { headers: { "x-subject-token": world.tokens.member } }),
    identity(403, "another's token, revoked", "DELETE /v3/auth/tokens", {
      headers: { "x-subject-token": world.tokens.member },
    }),
  ];
}

/** Own things made out of another's. */
function usesByStranger({ things }: World): Row[] {
  const compute = rowsOf("compute", { who: "stranger" });
  const volume = rowsOf("volume", { who: "stranger" });
  const network = rowsOf("network", { who: "stranger" });
  const server = (spoiled: object, hints?: object) => ({
    body: {
      server: { name: "never", imageRef: things.image, flavorRef: "42", networks: [], ...spoiled },
      ...(hints ? { "os:scheduler_hints": hints } : {}),
    },
  });
  const create = "POST /v2.1/servers";
  const disc = { boot_index: 0, uuid: things.volume, source_type: "volume", destination_type: "volume" };
  return [
    compute(400, "a server on the network", create, server({ networks: [{ uuid: things.network }] })),
    compute(400, "a server on the port", create, server({ networks: [{ port: things.port }] })),
    compute(400, "a server of the private image", create, server({ imageRef: things.private_image })),
    compute(400, "a server of the volume", create, server({ imageRef: "", block_device_mapping_v2: [disc] })),
    compute(400, "a server with the key pair", create, server({ key_name: keypairName })),
    compute(400, "a server in the server group", create, server({}, { group: things.server_group })),
    compute(
      400,
      "a server behind the security group",
      create,
      server({ security_groups: [{ name: things.security_group }] }),
    ),
    volume(400, "a volume of the private image", "POST /v3/volumes", {
      body: { volume: { size: 1, imageRef: things.private_image } },
    }),
    volume(404, "a volume of the volume", "POST /v3/volumes", {
      body: { volume: { size: 1, source_volid: things.volume } },
    }),
    network(404, "a port on the network", "POST /v2.0/ports", { body: { port: { network_id: things.network } } }),
    network(404, "a subnet of the network", "POST /v2.0/subnets", {
      body: { subnet: { network_id: things.network, ip_version: 4, cidr: "10.66.0.0/24" } },
    }),
    network(404, "a rule in the security group", "POST /v2.0/security-group-rules", {
      body: { security_group_rule: { security_group_id: things.security_group, direction: "ingress" } },
    }),
    network(404, "a floating address for the port", "POST /v2.0/floatingips", {
      body: { floatingip: { floating_network_id: things.public_network, port_id: things.port } },
    }),
    network(403, "a network in the other's name", "POST /v2.0/networks", {
      body: { network: { project_id: things.project } },
    }),
  ];
}

function newThingsByReader({ things }: World): Row[] {
  const compute = rowsOf("compute", { who: "reader" });
  const network = rowsOf("network", { who: "reader" });
  const server = { name: "never", imageRef: things.image, flavorRef: "42", networks: [{ uuid: things.network }] };
  const group = { name: "never", policies: ["affinity"] };
  return [
    compute(403, "a server", "POST /v2.1/servers", { body: { server } }),
    compute(403, "a server group", "POST /v2.1/os-server-groups", { body: { server_group: group } }),
    rowsOf("volume", { who: "reader" })(403, "a volume", "POST /v3/volumes", { body: { volume: { size: 1 } } }),
    rowsOf("image", { who: "reader" })(403, "an image", "POST /v2/images", { body: { name: "never" } }),
    network(403, "a network", "POST /v2.0/networks", { body: { network: {} } }),
    network(403, "a subnet", "POST /v2.0/subnets", {
      body: { subnet: { network_id: things.network, ip_version: 4, cidr: "10.66.0.0/24" } },
    }),
    network(403, "a port", "POST /v2.0/ports", { body: { port: { network_id: things.network } } }),
    network(403, "a router", "POST /v2.0/routers", { body: { router: {} } }),
    network(403, "a floating address", "POST /v2.0/floatingips", {
      body: { floatingip: { floating_network_id: things.public_network } },
    }),
    network(403, "a security group", "POST /v2.0/security-groups", { body: { security_group: { name: "never" } } }),
    network(403, "a rule", "POST /v2.0/security-group-rules", {
      body: { security_group_rule: { security_group_id: things.security_group, direction: "ingress" } },
    }),
  ];
}

describe("a stranger", () => {
  test("sees nothing of another project by its id", (t) => expectAllRefused(t, readsByStranger(world)));
  test("changes nothing of another project", (t) => expectAllRefused(t, refused("stranger", 404, world)));
  test("makes nothing out of what another project has", (t) => expectAllRefused(t, usesByStranger(world)));

  test("does not see how another's server was made", async () => {
    const path = `/v1/servers/${world.things.server}`;
    assert.equal((await world.ask("member", "GET", "trace", path)).status, 200);
    assert.equal((await world.ask("stranger", "GET", "trace", path)).status, 404);
    assert.equal((await world.ask(undefined, "GET", "trace", path)).status, 401);
  });

  test("finds nothing of another project in any list, whatever is asked", async () => {
    const { things } = world;
    const hidden = Object.entries(things).filter(
      ([name]) =>
        !["image", "public_network", "other_project", "stranger_user", "provider", "provider_generation"].includes(
          name,
        ),
    );
    const filters = [
      "",
      `?project_id=${things.project}`,
      `?tenant_id=${things.project}`,
      "?all_tenants=1",
      "?all_projects=1",
      `?id=${things.network}`,
      `?device_id=${things.server}`,
    ];
    const lists: [ServiceName, string[]][] = [
      [
        "compute",
        ["/v2.1/servers", "/v2.1/servers/detail", "/v2.1/os-server-groups", "/v2.1/os-keypairs", "/v2.1/limits"],
      ],
      ["volume", ["/v3/volumes", "/v3/volumes/detail", "/v3/attachments", "/v3/messages"]],
      [
        "network",
        [
          "/v2.0/networks",
          "/v2.0/subnets",
          "/v2.0/ports",
          "/v2.0/routers",
          "/v2.0/floatingips",
          "/v2.0/security-groups",
          "/v2.0/security-group-rules",
        ],
      ],
      ["image", ["/v2/images"]],
      ["identity", ["/v3/auth/projects", "/v3/users", "/v3/projects", "/v3/credentials"]],
    ];
    let read = 0;
    for (const [service, paths] of lists) {
      for (const path of paths.flatMap((one) => filters.map((filter) => one + filter))) {
        const headers = service === "volume" ? latestVolume : {};
        const { status, body } = await world.ask("stranger", "GET", service, path, { headers });
        assert.ok([200, 400, 403].includes(status), `${service}${path}: ${status}`);
        if (status === 200) read += 1;
        const shown = JSON.stringify(status === 200 ? withoutLinks(body) : {});
        for (const [name, id] of hidden)
          assert.ok(!shown.includes(String(id)), `${service}${path} shows ${name} ${id}: ${shown}`);
      }
    }
    assert.ok(read > 60, `only ${read} lists were read: the others were refused`);
  });
});

/** Links repeat the question. */
function withoutLinks(body: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !/links$|^(first|next|schema)$/.test(key)));
}

describe("a reader", () => {
  test("changes nothing of its own project", (t) => expectAllRefused(t, refused("reader", 403, world)));
  test("makes nothing", (t) => expectAllRefused(t, newThingsByReader(world)));

  test("and reads what its project has", async () => {
    const { things } = world;
    const items: [ServiceName, string][] = [
      ["compute", `/v2.1/servers/${things.server}`],
      ["volume", `/v3/volumes/${things.volume}`],
      ["network", `/v2.0/ports/${things.port}`],
      ["image", `/v2/images/${things.private_image}`],
    ];
    for (const [service, path] of items)
      assert.equal((await world.ask("reader", "GET", service, path)).status, 200, path);
  });
});
