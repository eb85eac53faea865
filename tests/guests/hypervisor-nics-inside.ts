/** One part of hypervisor-nics.test.ts, in namespaces of its own: `hypervisor-nics-inside.ts <part>`. Throws when it fails. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { exec } from "#platform/exec/exec.ts";
import { rejectsWith } from "#nova/compute/hypervisors/compliance.ts";
import type { Nic } from "#nova/compute/hypervisors/hypervisor.ts";
import { nicNames } from "#nova/compute/hypervisors/qemu/devices.ts";
import { connectQmp } from "#nova/compute/hypervisors/qemu/qmp.ts";
import { makeQemuSubject, type QemuSubject } from "./qemu-subject.ts";

const nic: Nic = { port_id: "7d3e1b1c-5f0b-4a55-9d2c-000000000001", tap: "cmlt0", mac: "fa:16:3e:00:00:01", mtu: 1442 };

const parts: Record<string, () => Promise<void>> = {
  async "cold start"() {
    await makeTunDevice("0600");
    await makeTap("root");
    await withSubject({}, async (subject) => {
      const { uuid } = await subject.hypervisor.define({ ...subject.definition(), nics: [nic] });
      await subject.hypervisor.start(uuid);
      assert.equal(carrier(), "1");
      assert.deepEqual(await nicsOf(subject, uuid), [nic.mac]);
      await subject.hypervisor.destroy(uuid);
    });
  },

  async "hot-plug"() {
    await makeTunDevice("0666");
    await makeTap("nobody");
    await withSubject({}, async (subject) => {
      const { hypervisor } = subject;
      const { uuid } = await hypervisor.define(subject.definition());
      await hypervisor.start(uuid);
      await hypervisor.attachNic(uuid, nic);
      await hypervisor.attachNic(uuid, nic);
      assert.equal(carrier(), "1");
      assert.deepEqual(await nicsOf(subject, uuid), [nic.mac]);
      await rejectsWith("device_busy", hypervisor.detachNic(uuid, nic.port_id));
      await hypervisor.reboot(uuid, "HARD");
      assert.deepEqual(await nicsOf(subject, uuid), [nic.mac]);
      await hypervisor.stop(uuid, { graceful_ms: 0 });
      await hypervisor.detachNic(uuid, nic.port_id);
      assert.deepEqual((await hypervisor.get(uuid)).definition.nics, []);
      await hypervisor.destroy(uuid);
    });
  },

  async "closed device"() {
    await makeTunDevice("0600");
    await makeTap("nobody");
    await withSubject({}, refusesNic);
    assert.equal(statSync("/dev/net/tun").mode & 0o777, 0o600);
  },

  async "opened device"() {
    await makeTunDevice("0600");
    await makeTap("nobody");
    await withSubject({ open_tun_device: true }, async (subject) => {
      const { uuid } = await subject.hypervisor.define(subject.definition());
      await subject.hypervisor.start(uuid);
      await subject.hypervisor.attachNic(uuid, nic);
      assert.equal(carrier(), "1");
      await subject.hypervisor.destroy(uuid);
    });
  },

  async "foreign tap"() {
    await makeTunDevice("0666");
    await makeTap("root");
    await withSubject({}, refusesNic);
  },
};

async function refusesNic(subject: QemuSubject): Promise<void> {
  const { hypervisor } = subject;
  const { uuid } = await hypervisor.define(subject.definition());
  await hypervisor.start(uuid);
  await rejectsWith("tap_forbidden", hypervisor.attachNic(uuid, nic));
  assert.deepEqual((await hypervisor.get(uuid)).definition.nics, []);
  await hypervisor.destroy(uuid);
}

/** A device node of our own over the host's, seen in this mount namespace only. */
async function makeTunDevice(mode: string): Promise<void> {
  await exec(["mount", "-t", "tmpfs", "none", "/dev/net"]);
  await exec(["mknod", "-m", mode, "/dev/net/tun", "c", "10", "200"]);
}

async function makeTap(user: string): Promise<void> {
  await exec(["ip", "tuntap", "add", "dev", nic.tap, "mode", "tap", "user", user]);
  await exec(["ip", "link", "set", nic.tap, "up"]);
  await exec(["mount", "-t", "sysfs", "none", "/sys"]);
  assert.equal(carrier(), "0");
}

/** `1` while somebody holds the other end of the tap. */
function carrier(): string {
  return readFileSync(`/sys/class/net/${nic.tap}/carrier`, "utf8").trim();
}

/** MAC addresses of the devices QEMU has, asked over the monitor the driver leaves free. */
async function nicsOf({ clock, settings }: QemuSubject, uuid: string): Promise<string[]> {
  const qmp = await connectQmp({ path: join(settings.run_dir, `${uuid}.qm2`), clock, timeout_ms: 5000 });
  const path = `/machine/peripheral/${nicNames(nic.port_id).device}`;
  const mac = await qmp.execute("qom-get", { path, property: "mac" });
  qmp.close();
  return [String(mac)];
}

async function withSubject(
  settings: Parameters<typeof makeQemuSubject>[0],
  work: (subject: QemuSubject) => Promise<void>,
): Promise<void> {
  const subject = await makeQemuSubject(settings);
  try {
    await work(subject);
  } finally {
    await subject.close();
  }
}

const part = parts[process.argv[2] ?? ""];
assert.ok(part, "no such part");
await part();
