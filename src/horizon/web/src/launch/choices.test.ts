import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flavor, Image, Network } from "../api/types.ts";
import {
  allowsSshAndPing,
  commandLine,
  createBody,
  diskNeed,
  plan,
  problems,
  type Offer,
  type Wishes,
} from "./choices.ts";

const image = (name: string, more: Partial<Image> = {}): Image => ({
  id: `id-${name}`,
  name,
  status: "active",
  visibility: "public",
  disk_format: "qcow2",
  size: 1024,
  virtual_size: null,
  min_disk: 0,
  min_ram: 0,
  created_at: "",
  ...more,
});
const flavor = (name: string, ram: number, disk: number): Flavor => ({ id: name, name, vcpus: 1, ram, disk });
const network = (name: string, external: boolean): Network => ({
  id: name,
  name,
  status: "ACTIVE",
  "router:external": external,
  subnets: [],
});

const offer: Offer = {
  images: [image("cirros")],
  flavors: [flavor("large", 8192, 80), flavor("tiny", 512, 1), flavor("small", 2048, 20)],
  networks: [network("public", true), network("private", false)],
  keypairs: [],
  servers: [],
  group: undefined,
};
const wishes: Wishes = { boot_volume: false, allow: true, floating: false, user_data: "" };

test("with one image and one own network nothing is left to choose", () => {
  const planned = plan(offer, wishes);
  assert.deepEqual(problems(planned), []);
  assert.deepEqual(createBody(planned, wishes), {
    name: "server-1",
    flavorRef: "tiny",
    networks: [{ uuid: "private" }],
    imageRef: "id-cirros",
  });
});

test("the smallest flavor that holds the image is taken; with a volume its disk does not matter", () => {
  const big = { ...offer, images: [image("debian", { virtual_size: 3 * 1024 ** 3, min_ram: 512 })] };
  assert.equal(plan(big, wishes).flavor?.name, "small");
  assert.equal(plan(big, { ...wishes, boot_volume: true }).flavor?.name, "tiny");
  assert.deepEqual(problems(plan(big, { ...wishes, flavor_id: "tiny" })), ["flavor"]);
});

test("with several images one must be chosen", () => {
  const two = { ...offer, images: [image("a"), image("b"), image("c", { status: "queued" })] };
  assert.deepEqual(problems(plan(two, wishes)), ["image"]);
  assert.deepEqual(problems(plan(two, { ...wishes, image_id: "id-c" })), ["image"]);
  assert.deepEqual(problems(plan(two, { ...wishes, image_id: "id-b" })), []);
});

test("boot from volume sends a mapping and no image", () => {
  const chosen = { ...wishes, boot_volume: true, volume_gb: "5", user_data: "#cloud-config\n# 你好" };
  const body = createBody(plan(offer, chosen), chosen);
  assert.equal("imageRef" in body, false);
  assert.deepEqual("block_device_mapping_v2" in body && body.block_device_mapping_v2, [
    {
      boot_index: 0,
      uuid: "id-cirros",
      source_type: "image",
      destination_type: "volume",
      delete_on_termination: false,
      volume_size: 5,
    },
  ]);
  assert.equal(Buffer.from(body.user_data ?? "", "base64").toString(), chosen.user_data);
});

test("a volume smaller than the image is a problem", () => {
  const big = { ...offer, images: [image("debian", { min_disk: 3 })] };
  assert.equal(diskNeed(big.images[0]), 3);
  for (const volume_gb of ["2", "", "2.5", "x"]) {
    assert.deepEqual(problems(plan(big, { ...wishes, boot_volume: true, volume_gb })), ["volume"], volume_gb);
  }
});

test("the free name skips those that are taken", () => {
  const named = (name: string) => ({ name }) as Offer["servers"][number]; // only the name is read
  assert.equal(plan({ ...offer, servers: [named("web"), named("server-3")] }, wishes).name, "server-4");
});

test("the command line quotes what a shell would read", () => {
  const planned = plan(offer, { ...wishes, name: "it's; rm -rf /" });
  assert.match(commandLine(planned, wishes), /'it'\\''s; rm -rf \/'$/);
});

test("ssh and ping count as allowed only from everywhere", () => {
  const rule = (protocol: string, port: number | null, from: string | null) => ({
    direction: "ingress",
    ethertype: "IPv4",
    protocol,
    port_range_min: port,
    port_range_max: port,
    remote_ip_prefix: from,
  });
  const group = (...security_group_rules: ReturnType<typeof rule>[]) => ({
    id: "g",
    name: "default",
    security_group_rules,
  });
  assert.equal(allowsSshAndPing(group(rule("tcp", 22, "0.0.0.0/0"), rule("icmp", null, "0.0.0.0/0"))), true);
  assert.equal(allowsSshAndPing(group(rule("tcp", 22, "10.0.0.0/8"), rule("icmp", null, "0.0.0.0/0"))), false);
  assert.equal(allowsSshAndPing(group(rule("tcp", 80, null), rule("icmp", null, null))), false);
});
