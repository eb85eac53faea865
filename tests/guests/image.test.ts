/**
 * The public guest image, built and booted for real: what a user of a cloud does with a server, without the cloud.
 * Needs root. The image is kept under the system's temporary folder and built again only when its sources change.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { buildGuestImage, type GuestImage } from "#cloud/guest-image/guest-image.ts";
import { inspectBytes } from "#glance/formats/inspect.ts";
import { judge } from "#glance/formats/judge.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { exec } from "#platform/exec/exec.ts";
import { startGuest, type Guest } from "./image-guest.ts";
import { startLab, subnet } from "./image-lab.ts";

const cache = path.join(tmpdir(), "cumulet-guest-image");
const clock = systemClock();
let folder = "";
let key = "";
let publicKey = "";
let image: GuestImage;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cumulet-guest-"));
  key = path.join(folder, "key");
  await exec(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", 'a "quoted" name', "-f", key]);
  publicKey = await readFile(`${key}.pub`, "utf8");
  image = await buildGuestImage({ work_dir: path.join(cache, "work"), output_path: path.join(cache, "guest.qcow2") });
});
after(() => rm(folder, { recursive: true }));

function metaData(name: string, extra: Record<string, string> = {}): string {
  const names = {
    uuid: `00000000-0000-4000-8000-${name
      .padStart(12, "0")
      .slice(-12)
      .replaceAll(/[^0-9a-f]/g, "0")}`,
    name,
  };
  const more = {
    meta: { "hostname\t": "not\nthis", 'od"d': "\\ü€" },
    random_seed: "c2VlZA==",
    launch_index: 0,
    devices: [],
  };
  return JSON.stringify({
    ...more,
    ...extra,
    ...names,
    hostname: `${name}.novalocal`,
    public_keys: { mine: publicKey },
  });
}

async function overlay(name: string): Promise<string> {
  const disk = path.join(folder, name);
  await exec(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image.path, "-F", "qcow2", disk, "1G"]);
  return disk;
}

/** Asks until the command succeeds: a service may still be coming up. */
function eventually(guest: Guest, address: string, command: string): Promise<string> {
  const what = `"${command}" to succeed in the guest`;
  return until(clock, () => guest.ssh("root", address, command), { limit_ms: 90_000, period_ms: 300, what });
}

test("the image is a sound qcow2 of the promised size, and is not built twice", async () => {
  assert.deepEqual(judge("qcow2", inspectBytes(await readFile(image.path))), { ok: true });
  assert.ok(image.size_bytes < 20_000_000, `${image.size_bytes} bytes`);
  const again = await buildGuestImage({ work_dir: path.join(cache, "work"), output_path: image.path });
  assert.deepEqual(again, { ...image, built: false });
});

test("a server with metadata from the network", { timeout: 400_000 }, async (t) => {
  const scratch = path.join(folder, "network");
  await mkdir(scratch);
  const metadata = {
    "/openstack/latest/meta_data.json": metaData("alpha"),
    "/openstack/latest/user_data": "#!/bin/sh\necho hello from $(hostname)\necho ran >> /root/user-data-ran\n",
  };
  const lab = await startLab({ folder: scratch, metadata });
  const disk = await overlay("network.qcow2");
  const started = clock.monotonic();
  const guest = startGuest(lab, { folder: scratch, disk, key });
  try {
    const ready = await guest.line(/cumulet-guest ready: alpha (10\.77\.0\.\d+)/);
    const address = ready[1] ?? "";
    t.diagnostic(`console ready after ${Math.round(clock.monotonic() - started)} ms`);
    assert.equal(await eventually(guest, address, "hostname"), "alpha");
    t.diagnostic(`ssh after ${Math.round(clock.monotonic() - started)} ms`);

    const text = await guest.console();
    assert.match(text, /cumulet-guest: user data: hello from alpha/);
    assert.match(text, /cumulet-guest: user data: exit code 0/);
    await guest.line(/alpha login:/);
    assert.equal(await guest.ssh("cumulet", address, "id -un"), "cumulet");

    await lookAround(guest, address);
    await hotPlug(guest, address, scratch);
    await hardReset(guest, address);

    const leases = await readFile(lab.leases, "utf8");
    assert.match(leases, / alpha /, "the DHCP server learned the name");
    await guest.qmp("system_powerdown");
    await until(clock, async () => (guest.process.exitCode === 0 ? true : undefined), {
      limit_ms: 30_000,
      what: "the power-off",
    });
  } catch (error) {
    t.diagnostic(await guest.console());
    throw error;
  } finally {
    await guest.kill();
    await lab.stop();
  }
});

/** Disk, network and names of the running guest. */
async function lookAround(guest: Guest, address: string): Promise<void> {
  const size_kib = Number(await guest.ssh("root", address, "df -k / | awk 'NR == 2 { print $2 }'"));
  assert.ok(size_kib > 900_000, `the root file system has ${size_kib} KiB of the 1 GiB disc`);
  assert.equal(await guest.ssh("root", address, "cat /sys/class/net/eth0/mtu"), "1450");
  const routes = await guest.ssh("root", address, "ip route");
  assert.match(routes, new RegExp(`192\\.0\\.2\\.0/24 via ${subnet}\\.9`));
  assert.match(routes, new RegExp(`169\\.254\\.169\\.254 via ${subnet}\\.1`));
  assert.match(routes, new RegExp(`default via ${subnet}\\.1`));
  // The name has no IPv6 address, which nslookup counts as a failure.
  assert.match(await guest.ssh("root", address, "nslookup name.cloud.test || true"), /192\.0\.2\.77/);
  assert.match(await guest.ssh("root", address, "ping -c 1 -W 1 name.cloud.test || true"), /192\.0\.2\.77/);
  assert.match(await guest.ssh("root", address, `ping -c 1 ${subnet}.1`), /1 packets received/);
  assert.equal(
    await guest.ssh("root", address, "wget -q -O - http://169.254.169.254/openstack/latest/user_data | head -n 1"),
    "#!/bin/sh",
  );
  await guest.ssh("root", address, "nc -h 2>&1 | grep -q BusyBox");
}

async function hotPlug(guest: Guest, address: string, scratch: string): Promise<void> {
  const volume = path.join(scratch, "volume.raw");
  await exec(["qemu-img", "create", "-q", "-f", "raw", volume, "256M"]);
  await guest.qmp("blockdev-add", { driver: "raw", "node-name": "v0", file: { driver: "file", filename: volume } });
  await guest.qmp("device_add", { driver: "virtio-blk-pci", id: "d0", drive: "v0", serial: "11111111-2222-3333-4" });
  const link = "/dev/disk/by-id/virtio-11111111-2222-3333-4";
  assert.equal(await eventually(guest, address, `test -b ${link} && readlink -f ${link}`), "/dev/vdb");
  await guest.ssh(
    "root",
    address,
    "mkfs.ext4 -q /dev/vdb && mount /dev/vdb /mnt && echo kept > /mnt/file && umount /mnt",
  );
  assert.equal(await guest.ssh("root", address, "mount /dev/vdb /mnt && cat /mnt/file && umount /mnt"), "kept");
  await guest.qmp("device_del", { id: "d0" });
  await eventually(guest, address, `test ! -e /dev/vdb && test ! -L ${link}`);

  await guest.qmp("netdev_add", { type: "tap", id: "n1", ifname: "tap1", script: "no", downscript: "no" });
  const nic = { driver: "virtio-net-pci", id: "e1", netdev: "n1", mac: "52:54:00:00:00:02", romfile: "" };
  await guest.qmp("device_add", nic);
  const second = await eventually(guest, address, "ip -4 -o addr show eth1 | grep -o '10[.]77[.]0[.][0-9]*/'");
  assert.notEqual(second, `${address}/`);
}

/** The host key survives (ssh would refuse another one), and user data does not run again. */
async function hardReset(guest: Guest, address: string): Promise<void> {
  const uptime = Number((await guest.ssh("root", address, "cat /proc/uptime")).split(" ")[0]);
  await guest.qmp("system_reset");
  const rebooted = async (): Promise<true | undefined> =>
    Number((await guest.ssh("root", address, "cat /proc/uptime")).split(" ")[0]) < uptime ? true : undefined;
  await until(clock, rebooted, { limit_ms: 120_000, period_ms: 300, what: "the guest to come back after a reset" });
  assert.equal(await guest.ssh("root", address, "cat /root/user-data-ran"), "ran");
  assert.equal(await guest.ssh("root", address, "hostname"), "alpha");
}

test(
  "a server with a config drive, which tells its name in its first DHCP request",
  { timeout: 200_000 },
  async (t) => {
    const scratch = path.join(folder, "drive");
    const latest = path.join(scratch, "tree/openstack/latest");
    await mkdir(latest, { recursive: true });
    await writeFile(path.join(latest, "meta_data.json"), metaData("beta", { admin_pass: "Sesam 1" }));
    await writeFile(path.join(latest, "user_data"), "#cloud-config\n{}\n");
    const config_drive = path.join(scratch, "config.iso");
    const source = path.join(scratch, "tree");
    await exec(["genisoimage", "-quiet", "-J", "-R", "-V", "config-2", "-o", config_drive, source]);
    const lab = await startLab({ folder: scratch });
    const guest = startGuest(lab, { folder: scratch, disk: await overlay("drive.qcow2"), key, config_drive });
    try {
      const ready = await guest.line(/cumulet-guest ready: beta (10\.77\.0\.\d+)/);
      const address = ready[1] ?? "";
      assert.equal(await eventually(guest, address, "hostname"), "beta");
      assert.match(await guest.console(), /metadata from config-drive/);
      assert.match(await guest.console(), /user data is not a script/);
      const hash = "sed -n 's/^root:\\([^:]*\\):.*/\\1/p' /etc/shadow";
      const check = `${hash}; mkpasswd -m sha512 -S $(${hash} | cut -d '$' -f 3) 'Sesam 1'`;
      const [stored, computed] = (await guest.ssh("root", address, check)).split("\n");
      assert.equal(stored, computed, "the console password of root is the one of the config drive");
      const requests = (await readFile(lab.leases, "utf8")).trim().split("\n");
      assert.equal(requests.length, 1);
      assert.match(requests[0] ?? "", / beta /);
    } catch (error) {
      t.diagnostic(await guest.console());
      throw error;
    } finally {
      await guest.kill();
      await lab.stop();
    }
  },
);
