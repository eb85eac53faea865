import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DiskConnection, GuestDefinition } from "../hypervisor.ts";
import { commandLine } from "./command-line.ts";
import { guestPaths, refuseLongSocketPaths } from "./context.ts";
import { blockNodes, diskNames, inDeviceOrder, nicNames } from "./devices.ts";

const uuid = "11111111-2222-3333-4444-555555555555";
const paths = guestPaths({ instances_dir: "/var/lib/c/instances", run_dir: "/run/c,d" }, uuid);
const options = { program: "qemu", accel: "tcg", tb_size_mb: 128 } as const;
const guest: GuestDefinition = {
  uuid,
  name: "x,file=/etc/shadow 'ü",
  vcpus: 2,
  memory_mb: 512,
  root: { kind: "image", base_path: "/images/a", base_format: "qcow2", size_gb: 1 },
  disks: [],
  nics: [],
};

const volume = (device_name: string, extra: Partial<DiskConnection> = {}): DiskConnection => {
  const volume_id = `volume-of-${device_name.slice(5)}-0123456789`;
  return { volume_id, path: `/volumes/${device_name},x=y`, format: "qcow2", serial: volume_id, device_name, ...extra };
};

/** All values given after an argument. */
function valuesOf(argv: readonly string[], argument: string): string[] {
  return argv.flatMap((value, at) => (argv[at - 1] === argument ? [value] : []));
}

describe("command line of a guest", () => {
  it("does not let a name or a path become an option", () => {
    const argv = commandLine(guest, paths, options);
    assert.deepEqual(valuesOf(argv, "-name"), ["guest=x-file--etc-shadow---,debug-threads=on"]);
    for (const chardev of valuesOf(argv, "-chardev")) assert.match(chardev, /path=\/run\/c,,d\//);
    const disks = commandLine({ ...guest, disks: [volume("/dev/vdb")] }, paths, options);
    const file = valuesOf(disks, "-blockdev").map((text) => JSON.parse(text) as { filename?: string });
    assert.ok(file.some(({ filename }) => filename === "/volumes//dev/vdb,x=y"));
  });

  it("confines: as another user when it can, against any rise of privileges when it cannot", () => {
    const asRoot = commandLine(guest, paths, { ...options, run_as: "nobody" });
    assert.deepEqual(asRoot.slice(0, 3), ["setpriv", "--no-new-privs", "qemu"]);
    assert.deepEqual(valuesOf(asRoot, "-runas"), ["nobody"]);
    const asUser = commandLine(guest, paths, options);
    assert.equal(asUser[0], "qemu");
    assert.deepEqual(valuesOf(asUser, "-runas"), []);
    assert.match(valuesOf(asUser, "-sandbox")[0] ?? "", /elevateprivileges=deny,spawn=deny/);
  });

  it("chooses processor and accelerator", () => {
    assert.deepEqual(valuesOf(commandLine(guest, paths, options), "-accel"), ["tcg,thread=multi,tb-size=128"]);
    const fast = commandLine(guest, paths, { ...options, accel: "kvm" });
    assert.deepEqual([valuesOf(fast, "-accel"), valuesOf(fast, "-cpu")], [["kvm"], ["host"]]);
    const chosen = commandLine({ ...guest, machine: { cpu_model: "EPYC" } }, paths, options);
    assert.deepEqual(valuesOf(chosen, "-cpu"), ["EPYC"]);
  });

  it("adds disks in the order of their names, with the beginning of the volume's id as serial", () => {
    const disks = [volume("/dev/vdaa"), volume("/dev/vdc"), volume("/dev/vdb", { boot_index: 3 })];
    assert.deepEqual(
      inDeviceOrder(disks).map((disk) => disk.device_name),
      ["/dev/vdb", "/dev/vdc", "/dev/vdaa"],
    );
    const argv = commandLine({ ...guest, disks }, paths, options);
    const devices = valuesOf(argv, "-device").filter((text) => text.includes("virtio-blk-pci"));
    const [root, first] = devices.map((text) => JSON.parse(text) as Record<string, unknown>);
    assert.equal(root?.["bootindex"], 0);
    assert.deepEqual([first?.["serial"], first?.["bootindex"]], ["volume-of-vdb-012345", 3]);
  });

  it("opens what is read-only so, and names nodes within QEMU's limit", () => {
    const [file, format] = blockNodes(diskNames(uuid), "/a", "raw", true) as Record<string, unknown>[];
    assert.deepEqual([file?.["read-only"], format?.["read-only"], format?.["discard"]], [true, true, undefined]);
    for (const name of Object.values(diskNames(uuid))) assert.ok(name.length <= 31, name);
    assert.notEqual(diskNames(uuid).device, diskNames(uuid.replace("5", "6")).device);
    assert.match(nicNames("any text, even this").device, /^nic-[0-9a-f]{20}$/);
  });

  it("gives a kernel beside the disk", () => {
    const argv = commandLine(
      { ...guest, kernel: { kernel_path: "/k", initrd_path: "/i", command_line: "root=/dev/vda" } },
      paths,
      options,
    );
    const given = ["-kernel", "-initrd", "-append"].map((argument) => valuesOf(argv, argument)[0]);
    assert.deepEqual(given, ["/k", "/i", "root=/dev/vda"]);
  });
});

describe("paths of a guest", () => {
  it("fit into a unix socket up to the last byte", () => {
    const room = 107 - `/${uuid}.qmp`.length;
    const at = (length: number) => guestPaths({ instances_dir: "/i", run_dir: `/${"r".repeat(length - 1)}` }, uuid);
    refuseLongSocketPaths(at(room));
    assert.throws(() => refuseLongSocketPaths(at(room + 1)), { code: "invalid_definition" });
  });
});
