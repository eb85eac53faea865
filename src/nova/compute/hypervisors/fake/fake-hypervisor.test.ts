import assert from "node:assert/strict";
import { mkdtempSync, rmSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import { eventOf, hypervisorCompliance, rejectsWith, type Subject } from "../compliance.ts";
import type { GuestDefinition } from "../hypervisor.ts";
import { makeFakeHypervisor } from "./fake-hypervisor.ts";

const ids = systemIds();
const clock = systemClock();
const log = makeLog({ level: "silent" });
const folder = mkdtempSync(join(tmpdir(), "cumulet-fake-"));
after(() => rmSync(folder, { recursive: true }));

function open(ledger_path: string) {
  const end = new AbortController();
  return { end, hypervisor: makeFakeHypervisor({ clock, log, ledger_path, signal: end.signal }) };
}

function definition(hints: Record<string, string> = {}): GuestDefinition {
  const root = { kind: "image", base_path: "/images/x", base_format: "qcow2", size_gb: 1 } as const;
  return { uuid: ids.uuid(), name: "guest", vcpus: 1, memory_mb: 64, root, disks: [], nics: [], hints };
}

async function makeSubject(): Promise<Subject> {
  const ledger = join(folder, ids.hex());
  let opened = open(ledger);
  return {
    clock,
    hypervisor: opened.hypervisor,
    definition,
    async makeDisk(device_name) {
      const volume_id = ids.uuid();
      return { volume_id, path: `/volumes/${volume_id}`, format: "raw", serial: volume_id, device_name };
    },
    async restart() {
      opened.end.abort();
      opened = open(ledger);
      return opened.hypervisor;
    },
    async close() {
      assert.deepEqual(opened.hypervisor.nothingLeft(), []);
      opened.end.abort();
    },
  };
}

hypervisorCompliance("fake", makeSubject);

describe("fake hypervisor", () => {
  it("never pretends", async () => {
    const { hypervisor } = open(join(folder, ids.hex()));
    assert.equal((await hypervisor.inspect()).hypervisor_type, "simulated");
    const { uuid, consoles } = await hypervisor.define(definition());
    await hypervisor.start(uuid);
    assert.match(await hypervisor.consoleLog(uuid, 1000), /^simulated guest guest/);
    assert.deepEqual(consoles, {});
    assert.deepEqual(hypervisor.nothingLeft(), [`guest ${uuid}`]);
  });

  it("fails where the metadata wants it, as often as it wants", async () => {
    const { hypervisor } = open(join(folder, ids.hex()));
    const { uuid } = await hypervisor.define(definition({ "fake:fail_at": "start, stop", "fake:fail_times": "1" }));
    await rejectsWith("operation_failed", hypervisor.start(uuid));
    await hypervisor.start(uuid);
    await rejectsWith("operation_failed", hypervisor.stop(uuid, { graceful_ms: 0 }));
    const always = definition({ "fake:fail_at": "define" });
    await rejectsWith("operation_failed", hypervisor.define(always));
    await rejectsWith("operation_failed", hypervisor.define(always));
    await rejectsWith("guest_not_found", hypervisor.get(always.uuid));
  });

  it("lets a guest crash or switch itself off, and tells", async () => {
    const subject = await makeSubject();
    for (const [hint, kind, power_state] of [
      ["fake:crash_after_ms", "crashed", 6],
      ["fake:power_off_after_ms", "stopped", 4],
    ] as const) {
      const { uuid } = await subject.hypervisor.define(definition({ [hint]: "5" }));
      const event = await eventOf(subject, uuid, () => subject.hypervisor.start(uuid));
      assert.deepEqual([event.kind, event.power_state], [kind, power_state]);
      assert.equal((await subject.hypervisor.get(uuid)).power_state, power_state);
      await subject.hypervisor.destroy(uuid);
    }
    await subject.close();
  });

  it("reads a ledger whose last line a crash cut short", async () => {
    const path = join(folder, ids.hex());
    const { uuid } = await open(path).hypervisor.define(definition());
    appendFileSync(path, `["${ids.uuid()}",{"defin`);
    assert.deepEqual(
      (await open(path).hypervisor.list()).map((status) => status.uuid),
      [uuid],
    );
  });
});
