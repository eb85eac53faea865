import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { measureRing0, probeKvm } from "#nova/compute/hypervisors/qemu/kvm-probe.ts";

const folder = mkdtempSync(join(tmpdir(), "cumulet-kvm-"));
after(() => rmSync(folder, { recursive: true }));
const options = {
  clock: systemClock(),
  ids: systemIds(),
  qemu_program: "qemu-system-x86_64",
  scratch_dir: folder,
  cache_path: join(folder, "verdict.json"),
};

describe("KVM probe", () => {
  it("comes to its end under emulation, so a failure is never the ROM's own", async () => {
    assert.deepEqual((await measureRing0("tcg", options)).ok, true);
  });

  it("rules KVM out where the processor shows no virtualization extension", async () => {
    const { accel } = await probeKvm(options);
    if (!/\b(vmx|svm)\b/.test(readFileSync("/proc/cpuinfo", "utf8"))) assert.equal(accel, "tcg");
    else assert.equal(accel, (await measureRing0("kvm", options)).ok ? "kvm" : "tcg");
  });

  it("remembers its verdict for this boot, and only for this one", async () => {
    const first = await probeKvm(options);
    const cached = JSON.parse(readFileSync(options.cache_path, "utf8")) as { key: string };
    writeFileSync(options.cache_path, JSON.stringify({ ...cached, reason: "remembered" }));
    assert.equal((await probeKvm(options)).reason, "remembered");
    writeFileSync(options.cache_path, JSON.stringify({ ...cached, key: "another boot", reason: "remembered" }));
    assert.deepEqual(await probeKvm(options), first);
    writeFileSync(options.cache_path, "no JSON");
    assert.deepEqual(await probeKvm(options), first);
  });
});
