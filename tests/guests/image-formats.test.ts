/** The inspector against discs made by qemu-img itself, honest and dangerous ones. */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { makeInspector, type Inspection } from "#glance/formats/inspect.ts";
import { judge, type DeclaredFormat } from "#glance/formats/judge.ts";
import { exec } from "#platform/exec/exec.ts";

let folder = "";
const size_bytes = 64 * 1024 * 1024;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cumulet-formats-"));
  const content = Buffer.alloc(2 * 1024 * 1024, "content of a disc ");
  await writeFile(path.join(folder, "source.raw"), content);
  await exec(["qemu-img", "resize", "-f", "raw", path.join(folder, "source.raw"), String(size_bytes)]);
});
after(() => rm(folder, { recursive: true }));

async function inspectFile(name: string): Promise<Inspection> {
  const inspector = makeInspector();
  for await (const chunk of createReadStream(path.join(folder, name))) inspector.write(chunk as Buffer);
  return inspector.end();
}

async function convert(name: string, format: string, options?: string): Promise<void> {
  const extra = options === undefined ? [] : ["-o", options];
  const ends = [path.join(folder, "source.raw"), path.join(folder, name)];
  await exec(["qemu-img", "convert", "-f", "raw", "-O", format, ...extra, ...ends]);
}

async function create(name: string, format: string, options: string): Promise<void> {
  await exec(["qemu-img", "create", "-q", "-u", "-f", format, "-o", options, path.join(folder, name), "64M"]);
}

/** Format by qemu-img, its options, and the name under which Glance takes it. */
const honest: [string, string | undefined, DeclaredFormat][] = [
  ["raw", undefined, "raw"],
  ["qcow2", undefined, "qcow2"],
  ["qcow2", "compat=0.10", "qcow2"],
  ["qcow2", "compression_type=zstd", "qcow2"],
  ["qcow2", "extended_l2=on", "qcow2"],
  ["vmdk", undefined, "vmdk"],
  ["vmdk", "subformat=streamOptimized", "vmdk"],
  ["vpc", "force_size=on", "vhd"],
  ["vpc", "subformat=fixed,force_size=on", "vhd"],
  ["vhdx", undefined, "vhdx"],
  ["vhdx", "subformat=fixed", "vhdx"],
  ["vdi", undefined, "vdi"],
  ["vdi", "static=on", "vdi"],
];

for (const [format, options, declared] of honest) {
  test(`${format} ${options ?? ""} made by qemu-img is taken as ${declared}`, async () => {
    const name = `honest-${format}-${(options ?? "").replaceAll(/\W/g, "-")}`;
    await convert(name, format, options);
    const inspection = await inspectFile(name);
    assert.deepEqual(judge(declared, inspection), { ok: true });
    assert.equal(inspection.virtual_size_bytes, size_bytes);
    if (declared !== "raw") assert.equal(judge("raw", inspection).ok, false);
  });
}

const dangerous: [string, string, string, DeclaredFormat, string][] = [
  ["backing.qcow2", "qcow2", "backing_file=/etc/hostname,backing_fmt=raw", "qcow2", "qcow2_backing_file"],
  ["data.qcow2", "qcow2", "data_file=DATA,data_file_raw=on", "qcow2", "qcow2_data_file"],
  ["flat.vmdk", "vmdk", "subformat=monolithicFlat", "vmdk", "vmdk_names_extent"],
  ["two.vmdk", "vmdk", "subformat=twoGbMaxExtentSparse", "vmdk", "vmdk_names_extent"],
  ["flat.vmdk", "vmdk", "subformat=monolithicFlat", "raw", "format_mismatch"],
  ["qed", "qed", "cluster_size=65536", "raw", "format_mismatch"],
  ["old.qcow", "qcow", "encryption=off", "raw", "format_mismatch"],
  ["parallels", "parallels", "cluster_size=1048576", "raw", "format_mismatch"],
];

for (const [name, format, options, declared, code] of dangerous) {
  test(`${name} made by qemu-img is refused as ${declared}: ${code}`, async () => {
    await rm(path.join(folder, name), { force: true });
    await create(name, format, options.replace("DATA", path.join(folder, "data.raw")));
    const verdict = judge(declared, await inspectFile(name));
    assert.equal(verdict.ok ? "taken" : verdict.code, code);
  });
}

test("a VMDK with a parent is refused", async () => {
  await convert("parent.vmdk", "vmdk");
  const backing = `backing_file=${path.join(folder, "parent.vmdk")},backing_fmt=vmdk`;
  await exec(["qemu-img", "create", "-q", "-f", "vmdk", "-o", backing, path.join(folder, "child.vmdk"), "64M"]);
  const verdict = judge("vmdk", await inspectFile("child.vmdk"));
  assert.equal(verdict.ok ? "taken" : verdict.code, "vmdk_parent");
});

test("an ISO made by genisoimage is taken as iso only", async () => {
  await exec(["genisoimage", "-quiet", "-J", "-R", "-V", "config-2", "-o", path.join(folder, "cd"), "/etc/hostname"]);
  const inspection = await inspectFile("cd");
  assert.deepEqual(judge("iso", inspection), { ok: true });
  assert.equal(judge("raw", inspection).ok, false);
});
