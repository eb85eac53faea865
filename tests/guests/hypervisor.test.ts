/** The QEMU driver with real processes. Needs qemu-system-x86 and qemu-utils; as root, guests run as nobody. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { until } from "#platform/clock/until.ts";
import { exec, start } from "#platform/exec/exec.ts";
import { eventOf, hypervisorCompliance, rejectsWith } from "#nova/compute/hypervisors/compliance.ts";
import { powerStates } from "#nova/compute/hypervisors/hypervisor.ts";
import { isAlive } from "#nova/compute/hypervisors/qemu/process.ts";
import { makeQemuSubject, type QemuSubject } from "./qemu-subject.ts";

hypervisorCompliance("QEMU", makeQemuSubject);

const asRoot = process.getuid?.() === 0;

describe("QEMU driver", () => {
  let subject: QemuSubject;
  before(async () => {
    subject = await makeQemuSubject();
  });
  after(() => subject.close());
  const pidOf = (uuid: string) => Number(readFileSync(join(subject.settings.run_dir, `${uuid}.pid`), "utf8"));
  const running = async () => {
    const { uuid } = await subject.hypervisor.define(subject.definition());
    await subject.hypervisor.start(uuid);
    return { uuid, pid: pidOf(uuid) };
  };

  it("confines its guests", async () => {
    const { uuid, pid } = await running();
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    assert.match(status, /^Seccomp:\t2$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
    assert.match(status, /^CapEff:\t0+$/m);
    const uid = Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
    assert.notEqual(uid, 0);
    const folder = join(subject.settings.instances_dir, uuid);
    assert.equal(statSync(join(folder, "disk")).uid, uid);
    if (asRoot)
      for (const path of [folder, join(folder, "guest.json")])
        assert.equal(statSync(path).uid, 0, `${path} belongs to the guest`);
    assert.equal(statSync(join(folder, "guest.json")).mode & 0o077, 0);
    await subject.hypervisor.destroy(uuid);
    assert.equal(existsSync(folder), false);
  });

  it("offers a screen and a serial port that answer", async () => {
    const { uuid } = await running();
    const { vnc_socket, serial_socket } = (await subject.hypervisor.get(uuid)).consoles;
    assert.ok(vnc_socket && serial_socket);
    const socket = connect(vnc_socket);
    const greeting = await new Promise<string>((resolve, reject) =>
      socket.once("data", (data) => resolve(data.toString())).once("error", reject),
    );
    assert.match(greeting, /^RFB 003\./);
    socket.destroy();
    const serial = connect(serial_socket);
    await new Promise((resolve, reject) => serial.once("connect", resolve).once("error", reject));
    serial.destroy();
    await subject.hypervisor.destroy(uuid);
  });

  it("tells when a guest's process is killed and when it ends in good order", async () => {
    for (const [signal, kind, power_state] of [
      ["SIGKILL", "crashed", powerStates.CRASHED],
      ["SIGTERM", "stopped", powerStates.SHUTDOWN],
    ] as const) {
      const { uuid, pid } = await running();
      const event = await eventOf(subject, uuid, () => void process.kill(pid, signal));
      assert.deepEqual([event.kind, event.power_state], [kind, power_state]);
      assert.equal((await subject.hypervisor.get(uuid)).power_state, power_state);
      await subject.hypervisor.start(uuid);
      await subject.hypervisor.destroy(uuid);
    }
  });

  it("keeps guests running when Cumulet is killed, and adopts them afterwards", async () => {
    const { uuid } = await subject.hypervisor.define(subject.definition());
    const { instances_dir, run_dir } = subject.settings;
    const child = start(
      [process.execPath, join(import.meta.dirname, "start-and-wait.ts"), instances_dir, run_dir, uuid],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    const pid = pidOf(uuid);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(await isAlive(pid), true);
    const again = await subject.restart();
    assert.deepEqual((await again.recover()).adopted, [uuid]);
    assert.equal((await again.get(uuid)).power_state, powerStates.RUNNING);
    await again.stop(uuid, { graceful_ms: 0 });
    assert.equal(await isAlive(pid), false);
    await again.destroy(uuid);
    subject.hypervisor = again;
  });

  it("cleans what a crash leaves half-made and notices guests that are gone", async () => {
    const gone = await running();
    const orphan = await running();
    const half = await subject.hypervisor.define(subject.definition());
    const later = await subject.restart();
    process.kill(gone.pid, "SIGKILL");
    const folder = (uuid: string) => join(subject.settings.instances_dir, uuid);
    renameSync(folder(orphan.uuid), `${folder(orphan.uuid)}.gone`);
    renameSync(join(folder(half.uuid), "guest.json"), join(folder(half.uuid), "guest.json.next"));
    await until(subject.clock, async () => ((await isAlive(gone.pid)) ? undefined : true), {
      limit_ms: 5000,
      what: "the guest to be gone",
    });
    const found = await later.recover();
    assert.deepEqual(found.gone, [gone.uuid]);
    assert.deepEqual(found.cleaned.toSorted(), [orphan.uuid, half.uuid].toSorted());
    assert.equal(await isAlive(orphan.pid), false);
    const names = readdirSync(subject.settings.instances_dir).filter((name) => name !== "kvm-probe.json");
    assert.deepEqual(names, [gone.uuid]);
    assert.equal((await later.get(gone.uuid)).power_state, powerStates.SHUTDOWN);
    await later.destroy(gone.uuid);
    subject.hypervisor = later;
  });

  it("keeps the console log within bounds", async () => {
    const { uuid } = await subject.hypervisor.define(subject.definition());
    const path = join(subject.settings.instances_dir, uuid, "console.log");
    writeFileSync(path, `${"x".repeat(3 * 1024 * 1024)}the end`);
    await subject.hypervisor.start(uuid);
    assert.ok(statSync(path).size <= 1024 * 1024);
    assert.match(await subject.hypervisor.consoleLog(uuid, 1000), /^x+the end/);
    assert.equal((await subject.hypervisor.consoleLog(uuid, 10)).length, 10);
    await subject.hypervisor.destroy(uuid);
  });

  it("grows the root disk to the wanted size, and later to a larger one", async () => {
    const guest = subject.definition();
    assert.ok(guest.root.kind === "image");
    const size = async () => {
      const disk = join(subject.settings.instances_dir, guest.uuid, "disk");
      const { stdout } = await exec(["qemu-img", "info", "--output=json", "-f", "qcow2", disk]);
      return (JSON.parse(stdout) as { "virtual-size": number })["virtual-size"] / 1024 ** 2;
    };
    await subject.hypervisor.define({ ...guest, root: { ...guest.root, size_gb: 0 } });
    assert.equal(await size(), 8);
    await subject.hypervisor.define({ ...guest, root: { ...guest.root, size_gb: 2 } });
    assert.equal(await size(), 2048);
    await subject.hypervisor.destroy(guest.uuid);
  });

  it("boots from a volume and with a config drive", async () => {
    const disk = await subject.makeDisk("/dev/vda");
    const config_drive_path = join(subject.folder, "config.iso");
    writeFileSync(config_drive_path, Buffer.alloc(65_536));
    const { uuid } = await subject.hypervisor.define({
      ...subject.definition(),
      root: { kind: "volume", disk },
      config_drive_path,
    });
    await subject.hypervisor.start(uuid);
    assert.equal(existsSync(join(subject.settings.instances_dir, uuid, "disk")), false);
    await subject.hypervisor.destroy(uuid);
    assert.equal(existsSync(disk.path), true);
    assert.equal(existsSync(config_drive_path), true);
  });
});

describe("QEMU driver in trouble", () => {
  let subject: QemuSubject;
  before(async () => {
    subject = await makeQemuSubject();
  });
  after(() => subject.close());

  it("names what is missing", async () => {
    const { hypervisor } = subject;
    const guest = subject.definition();
    const image = (base_path: string) => ({
      ...guest,
      root: { kind: "image", base_path, base_format: "qcow2", size_gb: 1 } as const,
    });
    await rejectsWith("image_missing", hypervisor.define(image("/nowhere/image")));
    await rejectsWith("guest_not_found", hypervisor.get(guest.uuid));
    await hypervisor.define(guest);
    const disk = await subject.makeDisk("/dev/vdb");
    await hypervisor.attachDisk(guest.uuid, { ...disk, path: `${disk.path}-not` });
    await rejectsWith("disk_missing", hypervisor.start(guest.uuid));
    await hypervisor.detachDisk(guest.uuid, disk.volume_id);
    await hypervisor.attachNic(guest.uuid, { port_id: "p", tap: "cmltnone0", mac: "52:54:00:00:00:01", mtu: 1450 });
    await rejectsWith("tap_missing", hypervisor.start(guest.uuid));
    assert.equal((await hypervisor.get(guest.uuid)).power_state, powerStates.SHUTDOWN);
    await hypervisor.destroy(guest.uuid);
  });

  it("refuses images that refer to other files, and images larger than the disk", async () => {
    const { hypervisor, folder } = subject;
    const make = async (name: string, options: string[]) => {
      await exec([
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        ...options.slice(0, -1),
        join(folder, name),
        options.at(-1) ?? "",
      ]);
      return { kind: "image", base_path: join(folder, name), base_format: "qcow2", size_gb: 1 } as const;
    };
    const sly = await make("sly", ["-b", "/etc/hostname", "-F", "raw", "1M"]);
    await rejectsWith("image_unsafe", hypervisor.define({ ...subject.definition(), root: sly }));
    const large = await make("large", ["2G"]);
    await rejectsWith("image_too_large", hypervisor.define({ ...subject.definition(), root: large }));
    truncateSync(sly.base_path, 100);
    await rejectsWith("operation_failed", hypervisor.define({ ...subject.definition(), root: sly }));
  });

  it("says that QEMU is not installed", async () => {
    for (const missing of [{ qemu_program: "qemu-not-there" }, { qemu_img_program: "qemu-not-there" }]) {
      const other = await makeQemuSubject(missing);
      const guest = other.definition();
      const attempt = other.hypervisor.define(guest).then(() => other.hypervisor.start(guest.uuid));
      await rejectsWith("hypervisor_missing", attempt);
      await other.close();
    }
  });

  it("says that the disk is full before it is", async () => {
    const other = await makeQemuSubject({ reserve_mb: Number.MAX_SAFE_INTEGER });
    await rejectsWith("no_disk_space", other.hypervisor.define(other.definition()));
    await other.close();
  });

  it("says that a socket's path would be too long", async () => {
    const run_dir = join(subject.folder, "a".repeat(80));
    const other = await makeQemuSubject({ run_dir });
    await rejectsWith("invalid_definition", other.hypervisor.define(other.definition()));
    await other.close();
  });

  it("passes on what QEMU says when it does not start", async () => {
    const { hypervisor } = subject;
    const { uuid } = await hypervisor.define({ ...subject.definition(), machine: { cpu_model: "no-such-cpu" } });
    await assert.rejects(hypervisor.start(uuid), { code: "start_failed", message: /no-such-cpu/ });
    await hypervisor.destroy(uuid);
  });

  it("explains why a volume cannot be plugged in, and forgets it", async () => {
    const { hypervisor } = subject;
    const { uuid } = await hypervisor.define(subject.definition());
    await hypervisor.start(uuid);
    const disk = await subject.makeDisk("/dev/vdb");
    const hidden = join(subject.folder, "hidden");
    mkdirSync(hidden);
    renameSync(disk.path, join(hidden, "disk"));
    chmodSync(hidden, asRoot ? 0o700 : 0o000);
    const expected = asRoot ? "disk_forbidden" : "disk_missing";
    await rejectsWith(expected, hypervisor.attachDisk(uuid, { ...disk, path: join(hidden, "disk") }));
    await rejectsWith("operation_failed", hypervisor.attachDisk(uuid, { ...disk, path: subject.folder }));
    chmodSync(hidden, 0o700);
    assert.deepEqual((await hypervisor.get(uuid)).definition.disks, []);
    await hypervisor.destroy(uuid);
  });
});
