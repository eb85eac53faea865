import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { inspectBytes, makeInspector, type Inspection } from "./inspect.ts";
import { judge, type DeclaredFormat } from "./judge.ts";
import { iso, luks, partitioned, qcow2, vdi, vhdFooter, vhdx, vmdk, vmdkText } from "./samples.ts";
import { headLimit_bytes } from "./window.ts";

const own = 'RW 2097152 SPARSE "disc.vmdk"';
const over = (base: Buffer, at: number, patch: string | Buffer): Buffer => {
  const bytes = Buffer.from(base);
  Buffer.from(patch as string, "latin1").copy(bytes, at);
  return bytes;
};

test("content that is what it was declared to be is taken, with its virtual size", () => {
  const gib = 2 ** 30;
  const rows: [DeclaredFormat, Buffer, number][] = [
    ["qcow2", qcow2(), gib],
    ["qcow2", qcow2({ version: 2 }), gib],
    ["qcow2", qcow2({ features: 0b11001n }), gib],
    ["vmdk", vmdk(), gib],
    ["vmdk", vmdk(vmdkText("streamOptimized", own)), gib],
    ["vhd", Buffer.concat([Buffer.alloc(2048), vhdFooter(2048, 2)]), 2048],
    ["vhd", Buffer.concat([vhdFooter(gib, 3), Buffer.alloc(4096), vhdFooter(gib, 3)]), gib],
    ["vhdx", vhdx(), 2 * gib],
    ["vdi", vdi(), gib],
    ["iso", iso(), 65536],
    ["iso", over(iso(), 446, partitioned([0xef, 0x17], false).subarray(446, 512)), 65536],
    ["raw", Buffer.alloc(1000, 7), 1000],
    ["raw", Buffer.alloc(0), 0],
    ["raw", partitioned([0x83, 0x82], false), 65536],
    ["raw", partitioned([0xee], true), 65536],
    ["raw", luks(), 65536],
    ["aki", Buffer.from("\x1f\x8b kernel"), 10],
    ["ami", Buffer.alloc(4096), 4096],
  ];
  for (const [declared, bytes, size] of rows) {
    const inspection = inspectBytes(bytes);
    assert.deepEqual(judge(declared, inspection), { ok: true }, declared);
    assert.equal(inspection.virtual_size_bytes, size, declared);
    assert.equal(inspection.size_bytes, bytes.length);
  }
});

test("content that reaches for other files, or is something else, is refused with a stable code", () => {
  const flat = vmdkText("monolithicFlat", 'RW 2048 FLAT "/etc/passwd" 0');
  const rows: [DeclaredFormat, Buffer, string][] = [
    ["qcow2", qcow2({ backing: "/etc/passwd" }), "qcow2_backing_file"],
    ["qcow2", qcow2({ version: 2, backing: "json:{}" }), "qcow2_backing_file"],
    ["qcow2", qcow2({ features: 4n }), "qcow2_data_file"],
    ["qcow2", qcow2({ dataFileName: "/etc/shadow" }), "qcow2_data_file"],
    ["qcow2", qcow2({ features: 1n << 40n }), "qcow2_unknown_features"],
    ["qcow2", qcow2({ features: 2n }), "qcow2_corrupt"],
    ["qcow2", qcow2({ version: 9 }), "header_invalid"],
    ["qcow2", qcow2({ size_bytes: 2 ** 45 }), "header_invalid"],
    ["qcow2", qcow2().subarray(0, 60), "header_invalid"],
    ["vmdk", Buffer.from(flat), "vmdk_names_extent"],
    ["vmdk", Buffer.from(`# a comment\n\nversion=1\n${flat}`), "vmdk_names_extent"],
    ["vmdk", vmdk(flat), "vmdk_create_type"],
    ["vmdk", vmdk(vmdkText("monolithicSparse", 'RW 2048 SPARSE "/etc/passwd"')), "vmdk_names_extent"],
    ["vmdk", vmdk(vmdkText("monolithicSparse", `${own}\nRW 2048 FLAT "b" 0`)), "vmdk_names_extent"],
    ["vmdk", vmdk(vmdkText("monolithicSparse", own, 'createType="vmfs"')), "vmdk_descriptor_invalid"],
    ["vmdk", vmdk(vmdkText("monolithicSparse", own, 'parentFileNameHint="/x"')), "vmdk_parent"],
    ["vmdk", vmdk(`${vmdkText("monolithicSparse", own)}\0more`), "vmdk_descriptor_invalid"],
    ["vmdk", vmdk(undefined, 0), "header_invalid"],
    ["vmdk", over(vmdk(vmdkText("streamOptimized", own)), 56, Buffer.alloc(8, 255)), "vmdk_footer_differs"],
    ["vmdk", over(vmdk(), 28, Buffer.alloc(8, 255)), "vmdk_descriptor_invalid"],
    ["vmdk", over(vmdk(), 0, "COWD"), "vmdk_create_type"],
    ["vhd", Buffer.concat([vhdFooter(2 ** 30, 4), Buffer.alloc(512)]), "vhd_parent"],
    ["vhd", over(Buffer.concat([Buffer.alloc(512), vhdFooter(512, 2)]), 560, "x"), "header_invalid"],
    ["vhdx", vhdx(2), "vhdx_parent"],
    ["vhdx", vhdx().subarray(0, 1024 * 1024), "vhdx_metadata_missing"],
    ["vhdx", vhdx().subarray(0, 1000), "vhdx_metadata_missing"],
    ["vdi", vdi(4), "vdi_parent"],
    ["vdi", vdi(1, 9), "vdi_parent"],
    ["raw", qcow2(), "format_mismatch"],
    ["raw", qcow2({ backing: "/etc/passwd" }), "format_mismatch"],
    ["raw", qcow2({ version: 1 }), "format_mismatch"],
    ["raw", Buffer.from(flat), "format_mismatch"],
    ["raw", vmdk(), "format_mismatch"],
    ["raw", iso(), "format_mismatch"],
    ["raw", over(Buffer.alloc(4096), 0, "QED\0"), "format_mismatch"],
    ["raw", over(Buffer.alloc(4096), 0, "WithoutFreeSpace"), "format_mismatch"],
    ["raw", over(Buffer.alloc(4096), 3584, "koly"), "format_mismatch"],
    ["ami", qcow2(), "format_mismatch"],
    ["qcow2", Buffer.alloc(4096), "format_mismatch"],
    ["qcow2", vmdk(), "format_mismatch"],
    ["qcow2", luks(), "format_mismatch"],
    ["iso", over(iso(), 0, qcow2().subarray(0, 200)), "ambiguous_content"],
    ["qcow2", over(iso(), 0, qcow2().subarray(0, 200)), "ambiguous_content"],
    ["vdi", over(vdi(), 0, "KDMV"), "ambiguous_content"],
    ["raw", over(vdi(), 0, "QFI\xfb"), "ambiguous_content"],
    ["raw", partitioned([0xee], false), "gpt_ambiguous"],
    ["raw", partitioned([0x83], true), "gpt_ambiguous"],
    ["raw", partitioned([0xee, 0x83], true), "gpt_ambiguous"],
    ["ploop", Buffer.alloc(4096), "format_unsupported"],
  ];
  for (const [declared, bytes, code] of rows) {
    const verdict = judge(declared, inspectBytes(bytes));
    assert.equal(verdict.ok ? "taken" : verdict.code, code, `${declared} ${bytes.toString("latin1", 0, 30)}`);
  }
});

test("the safe rule lets unrecognised content pass under any name, and nothing dangerous", () => {
  assert.deepEqual(judge("qcow2", inspectBytes(Buffer.from("random")), { rule: "safe" }), { ok: true });
  const inside = judge("raw", inspectBytes(qcow2({ backing: "/etc/passwd" })), { rule: "safe" });
  assert.equal(inside.ok, false);
});

const magics = ["QFI\xfb", "KDMV", "COWD", "vhdxfile", "conectix", "QED\0", "LUKS\xba\xbe", "# Disk DescriptorFile\n"];
const hostile = fc
  .tuple(
    fc.constantFrom(qcow2(), vmdk(), vhdx(), vdi(), iso(), luks(), partitioned([0xee], true), Buffer.alloc(700_000)),
    fc.array(fc.tuple(fc.nat(600), fc.uint8Array({ minLength: 1, maxLength: 16 })), { maxLength: 8 }),
    fc.option(fc.constantFrom(...magics)),
    fc.nat(2_200_000),
  )
  .map(([base, patches, magic, length]) => {
    let bytes: Buffer = Buffer.from(base.subarray(0, length));
    for (const [at, patch] of patches)
      bytes.set(patch.subarray(0, Math.max(bytes.length - at, 0)), Math.min(at, bytes.length));
    if (magic) bytes = over(bytes, 0, magic);
    return bytes;
  });

function inPieces(bytes: Buffer, cuts: number[]): Inspection {
  const inspector = makeInspector();
  let from = 0;
  for (const cut of [...new Set(cuts.map((each) => each % (bytes.length + 1)))].sort((a, b) => a - b)) {
    inspector.write(bytes.subarray(from, cut));
    from = cut;
  }
  inspector.write(bytes.subarray(from));
  return inspector.end();
}

test("hostile bytes never throw, and any chunking gives the same answer", () => {
  const property = fc.property(hostile, fc.array(fc.nat(), { maxLength: 40 }), (bytes, cuts) => {
    const whole = inspectBytes(bytes);
    assert.deepEqual(inPieces(bytes, cuts), whole);
    for (const declared of ["raw", "qcow2", "vmdk", "iso", "ploop"] as const) judge(declared, whole);
    assert.ok(whole.format === "raw" || whole.virtual_size_bytes !== undefined || whole.unsafe.length > 0);
  });
  fc.assert(property, { numRuns: 400 });
});

test("single bytes give the same answer as the whole", () => {
  for (const bytes of [vmdk(), iso(), Buffer.concat([Buffer.alloc(2048), vhdFooter(2048, 2)])]) {
    const inspector = makeInspector();
    for (const byte of bytes) inspector.write(Uint8Array.of(byte));
    assert.deepEqual(inspector.end(), inspectBytes(bytes));
  }
});

test("memory stays bounded however long the stream and however its chunks are reused", () => {
  const inspector = makeInspector();
  const chunk = Buffer.alloc(1024 * 1024, 0x41);
  inspector.write(vhdx().subarray(0, headLimit_bytes));
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 2000; count += 1) inspector.write(chunk);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes held`);
  assert.equal(inspector.end().size_bytes, headLimit_bytes + 2000 * chunk.length);
});
