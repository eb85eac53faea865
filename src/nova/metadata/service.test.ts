import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import type { Interface } from "#contracts/nova/order.ts";
import { ask } from "#tests/support/parts.ts";
import { ids, testNova } from "../api/test-stand-ins.ts";
import { configDriveContent } from "./config-drive-content.ts";
import { readFacts } from "./read-facts.ts";
import { makeMetadataService } from "./service.ts";

const secret = "shared";
const sign = (id: string, key = secret): string => createHmac("sha256", key).update(id).digest("hex");

const nic: Interface = {
  port_id: ids.port,
  network_id: ids.network,
  network_name: "private",
  mac: "fa:16:3e:00:00:01",
  tap: "tap33333333-33",
  mtu: 1450,
  created_by_nova: true,
  fixed_ips: [{ ip_address: "10.0.0.5", subnet_id: "a-subnet", version: 4, floating_ips: ["198.51.100.7"] }],
  tag: "front",
};

async function world() {
  const nova = await testNova();
  const { parts, store } = nova;
  const member = { token: "member" };
  const key = { keypair: { name: "mine" } };
  const made = await ask(nova.fetch, "POST", "/compute/v2.1/os-keypairs", { ...member, body: key });
  assert.equal(made.status, 200);
  const user_data = Buffer.from([0x1f, 0x8b, 0, 255]).toString("base64");
  const server = {
    name: "Web 1",
    imageRef: ids.image,
    flavorRef: "1",
    key_name: "mine",
    user_data,
    metadata: { a: "b" },
  };
  const answer = await ask(nova.fetch, "POST", "/compute/v2.1/servers", { ...member, body: { server } });
  const id = (answer.body as { server: { id: string } }).server.id;
  await store.servers.update(id, { info_cache: [nic] });
  const service = makeMetadataService({ store, secret, ids: parts.ids, log: parts.log });
  const get = (
    path: string,
    headers: Record<string, string> = { "x-instance-id": id, "x-instance-id-signature": sign(id) },
    init: RequestInit = {},
  ) => service(new Request(`http://metadata/metadata${path}`, { headers, ...init }));
  return { nova, id, get, store };
}

test("only a signed request is answered", async () => {
  const { id, get } = await world();
  assert.equal((await get("/openstack", {})).status, 403);
  assert.equal((await get("/openstack", { "x-instance-id": id })).status, 403);
  assert.equal(
    (await get("/openstack", { "x-instance-id": id, "x-instance-id-signature": sign(id, "other") })).status,
    403,
  );
  assert.equal(
    (await get("/openstack", { "x-instance-id": "nope", "x-instance-id-signature": sign("nope") })).status,
    404,
  );
  const foreign = { "x-instance-id": id, "x-instance-id-signature": sign(id), "x-tenant-id": "0".repeat(32) };
  assert.equal((await get("/openstack", foreign)).status, 404);
  assert.equal((await get("/openstack")).status, 200);
});

test("the OpenStack tree says what cloud-init reads, by version", async () => {
  const { id, get } = await world();
  const meta = (await (await get("/openstack/latest/meta_data.json")).json()) as Record<string, unknown>;
  assert.equal(meta["uuid"], id);
  assert.equal(meta["hostname"], "web-1.novalocal");
  assert.deepEqual(meta["meta"], { a: "b" });
  assert.equal(Buffer.from(String(meta["random_seed"]), "base64").length, 512);
  assert.deepEqual(meta["devices"], [{ type: "nic", bus: "none", address: "none", mac: nic.mac, tags: ["front"] }]);
  const oldest = (await (await get("/openstack/2012-08-10/meta_data.json")).json()) as Record<string, unknown>;
  assert.ok(!("project_id" in oldest) && !("random_seed" in oldest));
  assert.equal((await get("/openstack/2012-08-10/network_data.json")).status, 404);
  const network = (await (await get("/openstack/latest/network_data.json")).json()) as Record<string, unknown>;
  assert.deepEqual(network["links"], [
    { id: nic.tap, vif_id: nic.port_id, type: "bridge", mtu: 1450, ethernet_mac_address: nic.mac },
  ]);
  assert.deepEqual(
    [...new Uint8Array(await (await get("/openstack/latest/user_data")).arrayBuffer())],
    [0x1f, 0x8b, 0, 255],
  );
  assert.equal((await get("/openstack/2099-01-01/meta_data.json")).status, 404);
  assert.equal((await get("/openstack/latest/__proto__")).status, 404);
});

test("the EC2 tree lists and answers", async () => {
  const { id, get } = await world();
  const read = async (path: string) => (await get(path)).text();
  assert.match(await read("/"), /^1\.0\n2007-01-19\n[\s\S]*latest$/);
  assert.equal(await read("/latest/meta-data/instance-id"), `i-${id.slice(0, 8)}`);
  assert.equal(await read("/latest/meta-data/local-ipv4"), "10.0.0.5");
  assert.equal(await read("/latest/meta-data/public-ipv4"), "198.51.100.7");
  assert.equal(await read("/latest/meta-data/public-keys/"), "0=mine");
  assert.match(await read("/latest/meta-data/public-keys/0/openssh-key"), /^ssh-rsa /);
  assert.match(await read("/latest/meta-data/"), /^ami-id\n[\s\S]*placement\/\n/);
  assert.doesNotMatch(await read("/1.0/meta-data/"), /instance-type|placement/);
  assert.equal((await get("/latest/meta-data/nope")).status, 404);
  assert.equal((await get("/latest/meta-data/constructor")).status, 404);
});

test("a guest posts its password once, its owner reads it", async () => {
  const { id, get, nova } = await world();
  const path = "/openstack/latest/password";
  const post = (body: string) => get(path, undefined, { method: "POST", body });
  assert.equal((await post("x".repeat(1021))).status, 400);
  assert.equal((await post("secret")).status, 200);
  assert.equal((await post("other")).status, 409);
  const shown = await ask(nova.fetch, "GET", `/compute/v2.1/servers/${id}/os-server-password`, { token: "member" });
  assert.deepEqual(shown.body, { password: "secret" });
});

test("a config drive has the same files as the service", async () => {
  const { id, get, store } = await world();
  const facts = await readFacts(store, id);
  assert.ok(facts);
  const order = {
    ...facts.server,
    user_id: "u",
    vm_state: "building",
    config_drive: true,
    requested_networks: [],
    security_groups: [],
    interfaces: [],
    created_at: "",
  };
  const files = configDriveContent(
    { ...order, flavor: { id: "1", name: "m1.tiny", vcpus: 1, memory_mb: 512, root_gb: 1, extra_specs: {} } },
    [nic],
  );
  assert.equal(
    files["openstack/latest/network_data.json"],
    await (await get("/openstack/latest/network_data.json")).text(),
  );
  assert.deepEqual(files["openstack/latest/user_data"], Buffer.from([0x1f, 0x8b, 0, 255]));
  assert.ok("ec2/latest/meta-data.json" in files && "openstack/2012-08-10/meta_data.json" in files);
});
