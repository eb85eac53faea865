/**
 * What a user does with a cloud, with Debian's unmodified `openstack` client and ssh, on real guests. The tests build
 * on one another and run in order. Needs root.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { makeRealCloud, type RealCloud } from "./real-cloud.ts";
import { guestShell, type GuestShell } from "./real-cloud-guest.ts";
import { claims } from "./real-cloud-client.ts";
import { guestPids, guestTaps, leftOnHost, serverFiles, volumeFiles } from "./real-cloud-traces.ts";

let cloud: RealCloud;
let guest: GuestShell;
/** Floating address of the first guest. */
let address = "";
let failed = false;

before(async () => {
  cloud = await makeRealCloud("cli");
  await cloud.up();
  guest = await guestShell(cloud);
});
after(async () => {
  if (failed) console.error(await cloud.lastWords());
  await cloud.end();
});

/** A step of the story; once one has failed, the log is shown at the end. */
function step(name: string, work: () => Promise<void>): void {
  test(name, async () => {
    try {
      await work();
    } catch (error) {
      failed = true;
      throw error;
    }
  });
}

const bootOptions = ["--flavor", "m1.nano", "--network", "net", "--key-name", "key", "--security-group", "group"];
const waiting = { limit_ms: 60_000, period_ms: 500, what: "the guest, or its devices, to be as expected" };
const isStatus = (status: string) => (answer: { status: string }) => answer.status === status;
const available = (volume: string) =>
  cloud.await(`${volume} to be free`, ["volume", "show", volume], isStatus("available"));

/** The only address of a server on the network. */
async function addressOf(server: string): Promise<string> {
  const { addresses } = await cloud.ask("server", "show", server);
  return addresses.net[0] as string;
}

const firstUserData = `#!/bin/sh
echo "user data of $(hostname)" > /root/from-user-data
`;

/** Two services, of which the security group allows one. */
const secondUserData = `#!/bin/sh
for port in 7001 7002; do
  nc -ll -p $port -e echo "port $port of $(hostname)" </dev/null >/dev/null 2>&1 &
done
`;

describe("a user with the openstack client", () => {
  step("makes networks, a security group, a key, a volume and a floating IP", async () => {
    const images = await cloud.ask("image", "list");
    assert.deepEqual(
      images.map((image: { Name: string; Status: string }) => [image.Name, image.Status]),
      [["cumulet", "active"]],
    );
    const network = await cloud.ask("network", "create", "net");
    assert.equal(network.status, "ACTIVE");
    const subnet = await cloud.ask("subnet", "create", "--network", "net", "--subnet-range", "10.50.0.0/24", "sub");
    assert.equal(subnet.gateway_ip, "10.50.0.1");
    await cloud.ask("router", "create", "router");
    await cloud.tell("router", "set", "--external-gateway", "public", "router");
    await cloud.tell("router", "add", "subnet", "router", "sub");
    const router = await cloud.ask("router", "show", "router");
    assert.equal(router.interfaces_info[0].ip_address, "10.50.0.1");
    assert.match(router.external_gateway_info.external_fixed_ips[0].ip_address, /^172\.24\.4\./);
    await cloud.ask("security", "group", "create", "group");
    const rule = ["security", "group", "rule", "create", "--protocol"];
    await cloud.ask(...rule, "tcp", "--dst-port", "22", "group");
    await cloud.ask(...rule, "tcp", "--dst-port", "7002", "group");
    await cloud.ask(...rule, "icmp", "group");
    await cloud.ask("keypair", "create", "--public-key", guest.public_key, "key");
    const volume = await cloud.ask("volume", "create", "--size", "1", "volume");
    assert.equal(volume.size, 1);
    address = (await cloud.ask("floating", "ip", "create", "public")).floating_ip_address;
    assert.match(address, /^172\.24\.4\.\d+$/);
  });

  step("creates a server, and reaches it by ssh at its floating IP; its user data ran", async () => {
    const user_data = join(cloud.state_dir, "first-user-data");
    await writeFile(user_data, firstUserData);
    const options = [...bootOptions, "--image", "cumulet", "--user-data", user_data];
    const server = await cloud.ask("server", "create", ...options, "--wait", "first");
    assert.equal(server.status, "ACTIVE");
    await cloud.tell("server", "add", "floating", "ip", "first", address);
    await guest.eventually(address, "test -s /root/from-user-data");
    assert.equal(await guest.run(address, "cat /root/from-user-data"), "user data of first");
    const { addresses } = await cloud.ask("server", "show", "first");
    assert.ok(addresses.net.includes(address), JSON.stringify(addresses));
    assert.match(await cloud.tell("console", "log", "show", "first"), /cumulet-guest ready: first 10\.50\.0\.\d+/);
  });

  step("attaches a volume, keeps a file on it, and finds that again after detaching", async () => {
    await available("volume");
    const attached = await cloud.ask("server", "add", "volume", "first", "volume");
    assert.equal(attached.Device, "/dev/vdb");
    const use = "mkfs.ext4 -q /dev/vdb && mount /dev/vdb /mnt && echo kept > /mnt/file && umount /mnt";
    await guest.eventually(address, `test -b /dev/vdb && ${use}`);
    await cloud.tell("server", "remove", "volume", "first", "volume");
    await available("volume");
    await guest.eventually(address, "test ! -e /dev/vdb");
    await cloud.ask("server", "add", "volume", "first", "volume");
    await guest.eventually(address, "test -b /dev/vdb");
    assert.equal(await guest.run(address, "mount /dev/vdb /mnt && cat /mnt/file && umount /mnt"), "kept");
    const volume = await cloud.ask("volume", "show", "volume");
    assert.equal(volume.status, "in-use");
  });

  step(
    "creates a second server, with a config drive, and reaches it from the first by name and by address",
    async () => {
      const user_data = join(cloud.state_dir, "second-user-data");
      await writeFile(user_data, secondUserData);
      const options = [...bootOptions, "--image", "cumulet", "--config-drive", "true", "--user-data", user_data];
      const server = await cloud.ask("server", "create", ...options, "--wait", "second");
      assert.equal(server.config_drive, "True");
      await guest.eventually(address, "ping -c 1 -W 2 second");
      await guest.run(address, `ping -c 1 -W 2 ${await addressOf("second")}`);
      await guest.eventually(address, "nc -w 3 second 7002 </dev/null");
      const log = await cloud.tell("console", "log", "show", "second");
      assert.match(log, /metadata from config-drive, host name second/);
    },
  );

  step("reaches the port that the security group allows, and not the other", async () => {
    assert.equal(await guest.run(address, "nc -w 3 second 7002 </dev/null"), "port 7002 of second");
    // The service listens; that nothing comes back is the group's doing.
    const closed = await guest.run(address, "nc -w 3 second 7001 </dev/null 2>&1 || true");
    assert.match(closed, /timed out/);
    await cloud.ask("security", "group", "rule", "create", "--protocol", "tcp", "--dst-port", "7001", "group");
    assert.equal(await guest.eventually(address, "nc -w 3 second 7001 </dev/null"), "port 7001 of second");
  });

  step("stops and starts a server", async () => {
    await cloud.tell("server", "stop", "first");
    await cloud.await("the server to be off", ["server", "show", "first"], isStatus("SHUTOFF"), 120_000);
    const first = (await cloud.ask("server", "show", "first")).id as string;
    assert.equal((await guestPids(cloud))[first], undefined);
    await cloud.tell("server", "start", "first");
    assert.equal(await guest.eventually(address, "hostname"), "first");
    assert.equal(await guest.run(address, "cat /root/from-user-data"), "user data of first");
    assert.equal(await guest.run(address, "mount /dev/vdb /mnt && cat /mnt/file && umount /mnt"), "kept");
    await cloud.await("the server to be on", ["server", "show", "first"], isStatus("ACTIVE"));
  });

  step("reboots a server, softly and hard", async () => {
    for (const kind of ["--soft", "--hard"]) {
      const boot = await guest.bootId(address);
      await cloud.tell("server", "reboot", kind, "--wait", "first");
      assert.notEqual(await guest.bootId(address), boot);
      assert.equal(await guest.run(address, "hostname"), "first");
    }
  });

  step("boots a server from a volume", async () => {
    await cloud.ask("volume", "create", "--image", "cumulet", "--size", "1", "--bootable", "boot");
    await available("boot");
    const server = await cloud.ask("server", "create", ...bootOptions, "--volume", "boot", "--wait", "third");
    assert.equal(server.status, "ACTIVE");
    assert.equal(server.volumes_attached.length, 1);
    await guest.eventually(address, "ping -c 1 -W 2 third");
    await until(
      systemClock(),
      async () => (/ready: third/.test(await cloud.tell("console", "log", "show", "third")) ? true : undefined),
      { limit_ms: 60_000, period_ms: 500, what: "the third guest to be ready" },
    );
  });

  step("attaches and detaches a network while the guest runs", async () => {
    await cloud.tell("server", "add", "network", "first", "private");
    const found = await guest.eventually(address, "ip -4 -o addr show eth1 | grep -o 'inet 10[.]0[.]0[.][0-9]*'");
    const ports = await cloud.ask("port", "list", "--server", "first", "--network", "private");
    assert.equal(`inet ${ports[0]["Fixed IP Addresses"][0].ip_address}`, found);
    await cloud.tell("server", "remove", "port", "first", ports[0].ID);
    await guest.eventually(address, "test ! -e /sys/class/net/eth1");
    await cloud.await("the port to be gone", ["port", "list", "--server", "first"], (list) => list.length === 1);
  });

  step("finds all as it was after `down` and `up`: guests go on running meanwhile", async () => {
    const pids = await guestPids(cloud);
    assert.equal(Object.keys(pids).length, 3);
    const boot = await guest.bootId(address);
    await cloud.cumulet("down");
    assert.equal(await guest.eventually(address, "hostname"), "first");
    await cloud.up();
    assert.deepEqual(await guestPids(cloud), pids);
    const servers = await cloud.ask("server", "list");
    const states = servers.map((server: { Name: string; Status: string }) => `${server.Name} ${server.Status}`);
    assert.deepEqual(states.toSorted(), ["first ACTIVE", "second ACTIVE", "third ACTIVE"]);
    const { addresses } = await cloud.ask("server", "show", "first");
    assert.ok(addresses.net.includes(address), JSON.stringify(addresses));
    assert.equal(await guest.bootId(address), boot);
    assert.equal(await guest.run(address, "mount /dev/vdb /mnt && cat /mnt/file && umount /mnt"), "kept");
    await guest.run(address, "wget -q -O - http://169.254.169.254/openstack/latest/meta_data.json");
    await guest.run(address, "ping -c 1 -W 2 second");
  });

  step("deletes the servers, and nothing of them is left", async () => {
    await Promise.all(["first", "second", "third"].map((name) => cloud.tell("server", "delete", "--wait", name)));
    assert.deepEqual(await cloud.ask("server", "list"), []);
    const ports = await cloud.ask("port", "list", "--long");
    const owners = ports.map((port: { "Device Owner": string }) => port["Device Owner"]);
    assert.deepEqual(
      owners.filter((owner: string) => owner.startsWith("compute:")),
      [],
    );
    assert.deepEqual(await guestPids(cloud), {});
    assert.deepEqual(await serverFiles(cloud), []);
    assert.deepEqual(await claims(cloud), []);
    await until(systemClock(), async () => ((await guestTaps(cloud)).length === 0 ? true : undefined), waiting);
    await Promise.all(["volume", "boot"].map((name) => available(name)));
    await cloud.tell("volume", "delete", "volume", "boot");
    await cloud.await("the volumes to be gone", ["volume", "list"], (list) => list.length === 0);
    assert.deepEqual(await volumeFiles(cloud), []);
  });

  step("`down --guests` leaves nothing on the host", async () => {
    const [networks, routers] = [await cloud.ask("network", "list"), await cloud.ask("router", "list")];
    const namespaces = [
      ...networks.map((network: { ID: string }) => `qdhcp-${network.ID}`),
      ...routers.map((router: { ID: string }) => `qrouter-${router.ID}`),
    ];
    assert.ok((await leftOnHost(cloud, namespaces)).length > 5, "there was something to be removed");
    await cloud.cumulet("down", "--guests");
    assert.deepEqual(await leftOnHost(cloud, namespaces), []);
  });
});
