/** Bad requests to Nova. */
import { keypairName, newest, type World } from "#tests/support/world.ts";
import { rowsOf, unknownId, type Row } from "./row.ts";

type Server = Record<string, unknown>;

/** A body that would be taken, with what a row spoils. */
function bodyOf({ things }: World) {
  return (spoiled: Server, hints?: object): { body: object } => ({
    body: {
      server: {
        name: "never",
        imageRef: things.image,
        flavorRef: "42",
        networks: [{ uuid: things.network }],
        ...spoiled,
      },
      ...(hints ? { "os:scheduler_hints": hints } : {}),
    },
  });
}

const create = "POST /v2.1/servers";

export function serverCreateRows(world: World): Row[] {
  const { things } = world;
  const row = rowsOf("compute");
  const server = bodyOf(world);
  const device = {
    boot_index: 0,
    uuid: things.image,
    source_type: "image",
    destination_type: "volume",
    volume_size: 1,
  };
  return [
    row(400, "an unknown flavor", create, { ...server({ flavorRef: "no-such" }), says: /Invalid flavorRef/ }),
    row(400, "a flavor that is a list", create, server({ flavorRef: ["42"] })),
    row(400, "no flavor", create, { ...server({ flavorRef: undefined }), says: /'flavorRef' is a required property/ }),
    row(400, "an unknown image", create, { ...server({ imageRef: unknownId }), says: /an not find requested image/ }),
    row(400, "an image that is no id", create, { ...server({ imageRef: "no-id" }), says: /Invalid imageRef/ }),
    row(400, "an image without data", create, { ...server({ imageRef: things.queued_image }), says: /is not active/ }),
    row(400, "no image", create, { ...server({ imageRef: undefined }), says: /imageRef/ }),
    row(400, "an unknown network", create, {
      ...server({ networks: [{ uuid: unknownId }] }),
      says: /Network .* could not be found/,
    }),
    row(400, "a network that is no id", create, server({ networks: [{ uuid: "private" }] })),
    row(400, "an unknown port", create, {
      ...server({ networks: [{ port: unknownId }] }),
      says: /Port id .* could not be found/,
    }),
    row(409, "a port of another server", create, {
      ...server({ networks: [{ port: things.server_port }] }),
      says: /is still in use/,
    }),
    row(403, "an external network", create, {
      ...server({ networks: [{ uuid: things.public_network }] }),
      says: /external network/,
    }),
    row(
      400,
      "an address that is none",
      create,
      server({ networks: [{ uuid: things.network, fixed_ip: "300.1.2.3" }] }),
    ),
    row(400, "an unknown key pair", create, { ...server({ key_name: "no-such" }), says: /Invalid key_name/ }),
    row(400, "an unknown security group", create, {
      ...server({ security_groups: [{ name: "no-such" }] }),
      says: /no-such not found/,
    }),
    row(400, "an unknown availability zone", create, { ...server({ availability_zone: "mars" }), says: /zone/ }),
    row(403, "a forced host by a member", create, {
      ...server({ availability_zone: "nova:sim1" }),
      says: /forced_host/,
    }),
    row(400, "user data that is no base 64", create, { ...server({ user_data: "#!/bin/sh" }), says: /base ?64/ }),
    row(413, "a megabyte of user data", create, server({ user_data: "A".repeat(1_048_576) })),
    row(400, "user data of 66 000 letters", create, { ...server({ user_data: "A".repeat(66_000) }), says: /too long/ }),
    row(400, "no name", create, server({ name: undefined })),
    row(400, "an empty name", create, server({ name: "" })),
    row(400, "a name of blanks", create, server({ name: "   " })),
    row(400, "a name of 256 letters", create, { ...server({ name: "n".repeat(256) }), says: /too long/ }),
    row(400, "a name with a NUL", create, server({ name: "a\u0000b" })),
    row(400, "a name with half a character", create, {
      body: JSON.stringify(server({}).body).replace("never", "\\ud800"),
    }),
    row(400, "a number for a name", create, { ...server({ name: 5 }), says: /is not of type/ }),
    row(400, "a key that nobody knows", create, {
      ...server({ color: "red" }),
      says: /Additional properties are not allowed/,
    }),
    row(400, "a key of a later version", create, server({ tags: ["x"] })),
    row(400, "a second object beside the server", create, { body: { ...server({}).body, other: {} } }),
    row(400, "metadata with a number", create, server({ metadata: { size: 5 } })),
    row(400, "metadata with a strange key", create, server({ metadata: { "a\nb": "x" } })),
    row(400, "metadata of 256 letters", create, server({ metadata: { key: "v".repeat(256) } })),
    row(403, "129 pieces of metadata", create, {
      ...server({ metadata: Object.fromEntries(Array.from({ length: 129 }, (_one, at) => [`k${at}`, "v"])) }),
      says: /metadata items/,
    }),
    row(400, "more at least than at most", create, {
      ...server({ min_count: 3, max_count: 2 }),
      says: /min_count must be <= max_count/,
    }),
    row(400, "no servers at all", create, server({ max_count: 0 })),
    row(400, "half a server", create, server({ max_count: 1.5 })),
    row(400, "1e300 servers", create, server({ max_count: 1e300 })),
    row(403, "more servers than the quota", create, {
      ...server({ max_count: 11, min_count: 11 }),
      says: /Quota exceeded for (instances|cores).*: Requested 11/,
    }),
    row(400, "a group that is not there", create, server({}, { group: unknownId })),
    row(400, "a group that is no id", create, server({}, { group: "no-id" })),
    row(400, "a disc from an unknown volume", create, {
      ...server({
        imageRef: "",
        block_device_mapping_v2: [
          { boot_index: 0, uuid: unknownId, source_type: "volume", destination_type: "volume" },
        ],
      }),
      says: /failed to get volume/,
    }),
    row(
      400,
      "a disc from a volume in use",
      create,
      server({
        imageRef: "",
        block_device_mapping_v2: [
          { boot_index: 0, uuid: things.attached_volume, source_type: "volume", destination_type: "volume" },
        ],
      }),
    ),
    row(
      400,
      "a disc of an unknown kind",
      create,
      server({ block_device_mapping_v2: [{ ...device, source_type: "tape" }] }),
    ),
    row(400, "two first discs", create, {
      ...server({ imageRef: "", block_device_mapping_v2: [device, device] }),
      says: /Boot sequence/,
    }),
    row(
      400,
      "a disc smaller than nothing",
      create,
      server({ imageRef: "", block_device_mapping_v2: [{ ...device, volume_size: -1 }] }),
    ),
    row(400, "networks that are an object", create, server({ networks: {} })),
    row(400, "no networks in a version that wants them", create, {
      ...server({ networks: undefined }),
      headers: newest,
      says: /networks/,
    }),
    row(400, "a host name of dots", create, { ...server({ hostname: "a.b" }), headers: newest }),
    row(400, "a list for a server", create, { body: { server: [] } }),
    row(403, "a reader", create, { ...server({}), who: "reader", says: /os_compute_api:servers:create/ }),
  ];
}

export function serverRows({ things }: World): Row[] {
  const row = rowsOf("compute");
  const one = `/v2.1/servers/${things.server}`;
  const stopped = `/v2.1/servers/${things.stopped_server}`;
  const act = (id: string, body: unknown) => [`POST /v2.1/servers/${id}/action`, { body }] as const;
  return [
    row(409, "stop what is stopped", ...act(things.stopped_server, { "os-stop": null })),
    row(409, "start what runs", ...act(things.server, { "os-start": null })),
    row(409, "reboot softly what is stopped", ...act(things.stopped_server, { reboot: { type: "SOFT" } })),
    row(400, "reboot in an unknown way", ...act(things.server, { reboot: { type: "GENTLE" } })),
    row(400, "an unknown action", `POST ${one}/action`, { body: { dance: null } }),
    row(400, "two actions", `POST ${one}/action`, { body: { "os-stop": null, "os-start": null } }),
    row(400, "no action", `POST ${one}/action`, { body: {} }),
    row(404, "an action on a server that is not there", ...act(unknownId, { "os-start": null })),
    row(403, "a member resets a state", ...act(things.server, { "os-resetState": { state: "active" } })),
    row(400, "a group without a name", ...act(things.server, { addSecurityGroup: {} })),
    row(404, "a group that is not there", ...act(things.server, { addSecurityGroup: { name: "no-such" } })),
    row(400, "an unknown server group's filter", "GET /v2.1/servers?limit=-1"),
    row(400, "a limit that is a word", "GET /v2.1/servers?limit=many"),
    row(400, "a marker that is not there", `GET /v2.1/servers?marker=${unknownId}`, {
      says: /marker \[.*\] not found/,
    }),
    row(400, "sorted by what is no column", "GET /v2.1/servers/detail?sort_key=password"),
    row(400, "sorted in no direction", "GET /v2.1/servers/detail?sort_key=created_at&sort_dir=sideways"),
    row(400, "a time that is none", "GET /v2.1/servers?changes-since=yesterday"),
    row(400, "an unknown filter in a version that minds", "GET /v2.1/servers?color=red", { headers: newest }),
    row(400, "a name of 256 letters", `PUT ${one}`, { body: { server: { name: "n".repeat(256) } } }),
    row(400, "an address that is none", `PUT ${one}`, { body: { server: { accessIPv4: "1.2.3" } } }),
    row(400, "an id changed", `PUT ${one}`, { body: { server: { id: unknownId } } }),
    row(400, "metadata that is a text", `PUT ${one}/metadata`, { body: { metadata: "x" } }),
    row(404, "metadata that is not there", `DELETE ${one}/metadata/no-such`),
    row(400, "metadata under another key", `PUT ${one}/metadata/a`, { body: { meta: { b: "c" } } }),
    row(404, "a tag that is not there", `DELETE ${one}/tags/no-such`, { headers: newest }),
    row(400, "a tag with a comma", `PUT ${one}/tags`, { headers: newest, body: { tags: ["a,b"] } }),
    row(400, "51 tags", `PUT ${one}/tags`, {
      headers: newest,
      body: { tags: Array.from({ length: 51 }, (_one, at) => `t${at}`) },
    }),
    row(404, "an action's record that is not there", `GET ${one}/os-instance-actions/req-no-such`),
    row(404, "addresses of an unknown network", `GET ${one}/ips/no-such`),
    row(404, "an interface that is not there", `DELETE ${one}/os-interface/${unknownId}`),
    row(404, "attach a volume that is not there", `POST ${one}/os-volume_attachments`, {
      body: { volumeAttachment: { volumeId: unknownId } },
    }),
    row(400, "attach a volume twice", `POST ${one}/os-volume_attachments`, {
      body: { volumeAttachment: { volumeId: things.attached_volume } },
    }),
    row(400, "attach a volume of another server", `POST ${stopped}/os-volume_attachments`, {
      body: { volumeAttachment: { volumeId: things.attached_volume } },
    }),
    row(400, "attach what is no id", `POST ${one}/os-volume_attachments`, {
      body: { volumeAttachment: { volumeId: "vol" } },
    }),
    row(404, "detach a volume that is not attached", `DELETE ${one}/os-volume_attachments/${things.volume}`),
    row(404, "detach a volume that is not there", `DELETE ${one}/os-volume_attachments/${unknownId}`),
    row(400, "console output of so many lines", ...act(things.server, { "os-getConsoleOutput": { length: "many" } })),
  ];
}

export function computeRows({ things }: World): Row[] {
  const row = rowsOf("compute");
  const admin = rowsOf("compute", { who: "admin" });
  const flavor = (spoiled: object) => ({ body: { flavor: { name: "never", ram: 64, vcpus: 1, disk: 1, ...spoiled } } });
  const key = (spoiled: object) => ({ body: { keypair: { name: "never", ...spoiled } } });
  const group = (spoiled: object) => ({
    body: { server_group: { name: "never", policies: ["affinity"], ...spoiled } },
  });
  return [
    row(403, "a member makes a flavor", "POST /v2.1/flavors", flavor({})),
    admin(409, "a flavor whose name is taken", "POST /v2.1/flavors", flavor({ name: "m1.nano" })),
    admin(409, "a flavor whose id is taken", "POST /v2.1/flavors", flavor({ id: "42" })),
    admin(400, "a flavor without memory", "POST /v2.1/flavors", flavor({ ram: 0 })),
    admin(400, "a flavor of -1 processors", "POST /v2.1/flavors", flavor({ vcpus: -1 })),
    admin(400, "a flavor of 1e300 processors", "POST /v2.1/flavors", flavor({ vcpus: 1e300 })),
    admin(400, "a flavor of more memory than there are numbers", "POST /v2.1/flavors", flavor({ ram: 2_147_483_648 })),
    admin(400, "a flavor whose id climbs", "POST /v2.1/flavors", flavor({ id: "../../etc" })),
    admin(404, "a flavor that is not there", "DELETE /v2.1/flavors/no-such"),
    admin(404, "a spec of a flavor that is not there", "POST /v2.1/flavors/no-such/os-extra_specs", {
      body: { extra_specs: { a: "b" } },
    }),
    admin(404, "a spec that is not there", "DELETE /v2.1/flavors/42/os-extra_specs/no-such"),
    admin(400, "a spec with a strange key", "POST /v2.1/flavors/42/os-extra_specs", {
      body: { extra_specs: { "a/b": "c" } },
    }),
    row(400, "a flavor's marker that is not there", "GET /v2.1/flavors?marker=no-such"),
    row(400, "flavors sorted by what is no column", "GET /v2.1/flavors?sort_key=secret"),
    row(409, "a key pair whose name is taken", "POST /v2.1/os-keypairs", {
      ...key({ name: keypairName }),
      says: /already exists/,
    }),
    row(400, "a key that is none", "POST /v2.1/os-keypairs", {
      ...key({ public_key: "ssh-rsa rubbish" }),
      says: /Keypair data is invalid/,
    }),
    row(400, "a key pair with a strange name", "POST /v2.1/os-keypairs", key({ name: "../x" })),
    row(400, "a key pair of another user", "POST /v2.1/os-keypairs", key({ user_id: things.stranger_user })),
    row(403, "a key pair of another user", "POST /v2.1/os-keypairs", {
      ...key({ user_id: things.stranger_user }),
      headers: { "openstack-api-version": "compute 2.10" },
    }),
    row(400, "no key in a version that makes none", "POST /v2.1/os-keypairs", { ...key({}), headers: newest }),
    row(404, "a key pair that is not there", "DELETE /v2.1/os-keypairs/no-such"),
    row(400, "a server group of an unknown policy", "POST /v2.1/os-server-groups", group({ policies: ["together"] })),
    row(
      400,
      "a server group of two policies",
      "POST /v2.1/os-server-groups",
      group({ policies: ["affinity", "anti-affinity"] }),
    ),
    row(404, "a server group that is not there", `DELETE /v2.1/os-server-groups/${unknownId}`),
    row(403, "quotas by a member", `PUT /v2.1/os-quota-sets/${things.project}`, {
      body: { quota_set: { cores: 1000 } },
    }),
    admin(400, "an unknown quota", `PUT /v2.1/os-quota-sets/${things.project}`, { body: { quota_set: { horses: 1 } } }),
    admin(400, "a quota below -1", `PUT /v2.1/os-quota-sets/${things.project}`, { body: { quota_set: { cores: -2 } } }),
    admin(400, "a quota that is a word", `PUT /v2.1/os-quota-sets/${things.project}`, {
      body: { quota_set: { cores: "many" } },
    }),
    row(403, "hypervisors by a member", "GET /v2.1/os-hypervisors"),
    row(403, "services by a member", "GET /v2.1/os-services"),
    admin(404, "an aggregate that is not there", "GET /v2.1/os-aggregates/4711"),
    admin(404, "a host of an unknown name", "GET /v2.1/os-hypervisors/4711"),
    row(403, "events by a member", "POST /v2.1/os-server-external-events", {
      body: { events: [{ name: "network-changed", server_uuid: things.server }] },
    }),
    admin(400, "an unknown event", "POST /v2.1/os-server-external-events", {
      body: { events: [{ name: "party", server_uuid: things.server }] },
    }),
  ];
}
