import assert from "node:assert/strict";
import { test } from "node:test";
import { obstacle, serverActions, statesOf, statusOf, taskStates, vmStates } from "#contracts/nova/server-states.ts";
import { makeKey, readPublicKey } from "../keys.ts";
import { matcherOf } from "../server/pattern.ts";
import { planDevices } from "./devices.ts";
import { allowedCount } from "./quota.ts";
import { hostnameOf, placingOf } from "./request.ts";

const image = "11111111-1111-4111-8111-111111111111";
const volume = "55555555-5555-4555-8555-555555555555";
const server = { name: "web", flavorRef: "1" };

test("disks: an image lies on the host, a volume is booted when it is first, and gaps are refused", () => {
  const plain = planDevices({ ...server, imageRef: image });
  assert.equal(plain.image_ref, image);
  assert.equal(plain.devices[0]?.device_name, "/dev/vda");

  const made = planDevices({
    ...server,
    block_device_mapping_v2: [
      { uuid: image, source_type: "image", destination_type: "volume", boot_index: "0", volume_size: "3" },
    ],
  });
  assert.equal(made.image_ref, null);
  assert.equal(made.boot_image, image);
  assert.equal(made.devices[0]?.volume_size, 3);

  const extra = planDevices({
    ...server,
    imageRef: image,
    block_device_mapping_v2: [{ source_type: "blank", destination_type: "volume", volume_size: 2 }],
  });
  assert.deepEqual(
    extra.devices.map((device) => [device.source_type, device.device_name]),
    [
      ["image", "/dev/vda"],
      ["blank", "/dev/vdb"],
    ],
  );

  const old = planDevices({ ...server, block_device_mapping: [{ device_name: "vda", volume_id: volume }] });
  assert.equal(old.devices[0]?.boot_index, 0);

  const refused = (mapping: Parameters<typeof planDevices>[0]["block_device_mapping_v2"]) => () =>
    planDevices({ ...server, block_device_mapping_v2: mapping ?? [] });
  assert.throws(refused([{ uuid: volume, source_type: "volume", boot_index: 1 }]), /Boot sequence/);
  assert.throws(
    refused([{ uuid: image, source_type: "image", destination_type: "volume", boot_index: 0 }]),
    /non-zero size/,
  );
  assert.throws(
    refused([{ uuid: volume, source_type: "volume", destination_type: "local", boot_index: 0 }]),
    /Volume cannot be local/,
  );
});

test("quota: as many as fit, and the sentence names all that does not", () => {
  const limits = { instances: 10, cores: 20, ram: -1 };
  assert.equal(
    allowedCount(limits, { instances: 8, cores: 0, ram: 0 }, { instances: 1, cores: 2, ram: 9 }, { min: 1, max: 5 }),
    2,
  );
  assert.throws(
    () =>
      allowedCount(
        limits,
        { instances: 10, cores: 20, ram: 0 },
        { instances: 1, cores: 1, ram: 1 },
        { min: 1, max: 1 },
      ),
    /Quota exceeded for cores, instances: Requested 1, 1, but already used 20, 10 of 20, 10 cores, instances/,
  );
});

test("names become host names, and zones name hosts", () => {
  assert.equal(hostnameOf("My Server_1.example", "id"), "my-server-1-example");
  assert.equal(hostnameOf("服务器", "id"), "server-id");
  assert.deepEqual(placingOf({ ...server, availability_zone: "nova:h1:n1" }), {
    availability_zone: "nova",
    requested_host: "h1",
    requested_node: "n1",
  });
  assert.throws(() => placingOf({ ...server, availability_zone: "a:b:c:d" }), /Unable to parse/);
});

test("every action has an answer in every state", () => {
  for (const action of Object.values(serverActions)) {
    for (const vm_state of vmStates) {
      for (const task_state of [null, ...taskStates]) {
        const answer = obstacle(action, { vm_state, task_state, launched_at: 1 });
        assert.ok(answer === undefined || answer === "not launched" || answer.state.length > 0);
      }
    }
  }
  assert.equal(
    obstacle(serverActions.stop, { vm_state: "active", task_state: null, launched_at: null }),
    "not launched",
  );
  assert.deepEqual(obstacle(serverActions.start, { vm_state: "active", task_state: null, launched_at: 1 }), {
    attr: "vm_state",
    state: "active",
  });
});

test("a status filter finds exactly the states that show as it", () => {
  for (const vm_state of vmStates) {
    for (const task_state of [null, ...taskStates]) {
      const status = statusOf(vm_state, task_state);
      const found = statesOf(status).some(
        (one) =>
          one.vm_state === vm_state &&
          (one.task_states === undefined || (task_state !== null && one.task_states.includes(task_state))),
      );
      assert.ok(found, `${vm_state} ${task_state} ${status}`);
    }
  }
  assert.deepEqual(statesOf("NONSENSE"), []);
});

test("a made key reads as itself, and what is no key is refused", async () => {
  const made = await makeKey("me");
  assert.match(made.private_key, /^-----BEGIN RSA PRIVATE KEY-----/);
  assert.equal(readPublicKey(made.public_key).fingerprint, made.fingerprint);
  assert.match(made.fingerprint, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  for (const bad of ["", "ssh-rsa", "ssh-rsa AAAA", "ssh-ed25519 AAAAB3NzaC1yc2E=", "hello world"])
    assert.throws(() => readPublicKey(bad), /Keypair data is invalid/);
});

test("a pattern that could take long is plain text", () => {
  const started = performance.now();
  assert.equal(matcherOf("(a+)+$")("a".repeat(200) + "!"), false);
  assert.ok(performance.now() - started < 1000);
  assert.equal(matcherOf("^web-[12]$")("web-1"), true);
  assert.equal(matcherOf("(")("a(b"), true);
});
