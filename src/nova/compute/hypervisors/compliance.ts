/** What every hypervisor driver must do, run over the fake and over the real one alike. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Clock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { HypervisorError, type HypervisorErrorCode } from "./hypervisor-error.ts";
import {
  powerStates,
  type DiskConnection,
  type GuestDefinition,
  type Hypervisor,
  type PowerState,
} from "./hypervisor.ts";

/** A driver under test and the things around it. */
export interface Subject {
  clock: Clock;
  hypervisor: Hypervisor;
  /** Lets go of the driver and makes a new one on the same state, as a restart of Cumulet does. */
  restart(): Promise<Hypervisor>;
  /** A small guest with a fresh UUID and a root disk from an image. */
  definition(): GuestDefinition;
  /** A volume of 1 MiB that exists. */
  makeDisk(device_name: string): Promise<DiskConnection>;
  close(): Promise<void>;
}

type Hold = () => { subject: Subject; hypervisor: Hypervisor };

export function hypervisorCompliance(name: string, make: () => Promise<Subject>): void {
  describe(`hypervisor driver: ${name}`, () => {
    let subject: Subject | undefined;
    const hold: Hold = () => {
      assert.ok(subject);
      return { subject, hypervisor: subject.hypervisor };
    };
    before(async () => {
      subject = await make();
    });
    after(() => subject?.close());
    describesItself(hold);
    lifecycle(hold);
    concurrency(hold);
    definitions(hold);
    disks(hold);
    restarts(hold);
  });
}

function describesItself(hold: Hold): void {
  it("says what the host has", async () => {
    const host = await hold().hypervisor.inspect();
    for (const size of [host.vcpus, host.memory_mb, host.disk_gb]) assert.ok(Number.isInteger(size) && size > 0);
    assert.ok(host.memory_free_mb <= host.memory_mb && host.disk_free_gb <= host.disk_gb);
    assert.ok(host.hypervisor_version >= 1_000_000);
    assert.equal(host.supported_instances[0]?.[0], "x86_64");
  });

  it("does not know a guest nobody defined", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = subject.definition();
    await rejectsWith("guest_not_found", hypervisor.get(uuid));
    await rejectsWith("guest_not_found", hypervisor.start(uuid));
    await rejectsWith("guest_not_found", hypervisor.stop(uuid, { graceful_ms: 0 }));
    await rejectsWith("guest_not_found", hypervisor.consoleLog(uuid, 100));
    await hypervisor.destroy(uuid);
  });
}

function lifecycle(hold: Hold): void {
  it("takes a guest through its life, each verb twice", async () => {
    const { subject, hypervisor } = hold();
    const guest = subject.definition();
    const twice = async (verb: () => Promise<unknown>, state: PowerState) => {
      for (const time of ["first", "second"]) {
        await verb();
        assert.equal((await hypervisor.get(guest.uuid)).power_state, state, `${time} time: ${verb.toString()}`);
      }
    };
    await twice(() => hypervisor.define(guest), powerStates.SHUTDOWN);
    await twice(() => hypervisor.start(guest.uuid), powerStates.RUNNING);
    await twice(() => hypervisor.reboot(guest.uuid, "HARD"), powerStates.RUNNING);
    await twice(() => hypervisor.stop(guest.uuid, { graceful_ms: 0 }), powerStates.SHUTDOWN);
    await twice(() => hypervisor.reboot(guest.uuid, "SOFT", { graceful_ms: 50 }), powerStates.RUNNING);
    await hypervisor.destroy(guest.uuid);
    await hypervisor.destroy(guest.uuid);
    await rejectsWith("guest_not_found", hypervisor.get(guest.uuid));
  });

  it("pauses a guest and continues it", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = await hypervisor.define(subject.definition());
    const { pause, unpause } = hypervisor.optional;
    assert.ok(pause && unpause);
    await rejectsWith("operation_failed", pause(uuid));
    await hypervisor.start(uuid);
    await pause(uuid);
    assert.equal((await hypervisor.get(uuid)).power_state, powerStates.PAUSED);
    await unpause(uuid);
    assert.equal((await hypervisor.get(uuid)).power_state, powerStates.RUNNING);
    await pause(uuid);
    await hypervisor.start(uuid);
    assert.equal((await hypervisor.get(uuid)).power_state, powerStates.RUNNING);
    await hypervisor.destroy(uuid);
  });

  it("says nothing of what it was asked to do", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = await hypervisor.define(subject.definition());
    const heard: string[] = [];
    const off = hypervisor.events((event) => heard.push(`${event.uuid} ${event.kind}`));
    await hypervisor.start(uuid);
    await hypervisor.reboot(uuid, "HARD");
    await hypervisor.stop(uuid, { graceful_ms: 0 });
    await hypervisor.destroy(uuid);
    off();
    assert.deepEqual(heard, []);
  });
}

function concurrency(hold: Hold): void {
  // Asked for at once, the destruction overtakes the stop; asked for later, it meets the stop while that waits.
  for (const later_ms of [0, 50]) {
    it(`destroys a guest that is being stopped gently, ${later_ms} ms later`, async () => {
      const { subject, hypervisor } = hold();
      const { uuid } = await hypervisor.define({
        ...subject.definition(),
        hints: { "fake:ignore_power_button": "true" },
      });
      await hypervisor.start(uuid);
      const began = subject.clock.monotonic();
      const stopping = hypervisor.stop(uuid, { graceful_ms: 120_000 });
      await subject.clock.sleep(later_ms);
      await hypervisor.destroy(uuid);
      await stopping;
      assert.ok(subject.clock.monotonic() - began < 60_000, "the gentle stop was not cut short");
      await rejectsWith("guest_not_found", hypervisor.get(uuid));
    });
  }

  it("runs verbs on one guest one after the other, in the order they came", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = await hypervisor.define(subject.definition());
    await Promise.all([hypervisor.start(uuid), hypervisor.stop(uuid, { graceful_ms: 0 }), hypervisor.start(uuid)]);
    assert.equal((await hypervisor.get(uuid)).power_state, powerStates.RUNNING);
    await hypervisor.destroy(uuid);
  });
}

function definitions(hold: Hold): void {
  it("lists what is defined, as it was defined", async () => {
    const { subject, hypervisor } = hold();
    const [one, two] = [subject.definition(), subject.definition()];
    await Promise.all([hypervisor.define(one), hypervisor.define(two)]);
    const found = new Map((await hypervisor.list()).map((status) => [status.uuid, status.definition]));
    assert.deepEqual(found.get(one.uuid), one);
    assert.deepEqual(found.get(two.uuid), two);
    await Promise.all([hypervisor.destroy(one.uuid), hypervisor.destroy(two.uuid)]);
  });

  it("changes a stopped guest and refuses to change a running one", async () => {
    const { subject, hypervisor } = hold();
    const guest = subject.definition();
    await hypervisor.define(guest);
    const larger = { ...guest, vcpus: guest.vcpus + 1 };
    await hypervisor.define(larger);
    await hypervisor.start(guest.uuid);
    await rejectsWith("guest_running", hypervisor.define(guest));
    assert.deepEqual((await hypervisor.define(larger)).definition, larger);
    await hypervisor.stop(guest.uuid, { graceful_ms: 0 });
    const other = {
      ...larger,
      root: { kind: "image", base_path: "/nowhere/other", base_format: "raw", size_gb: 1 },
    } as const;
    await rejectsWith("guest_exists", hypervisor.define(other));
    await hypervisor.destroy(guest.uuid);
  });

  it("refuses a definition that makes no sense", async () => {
    const { subject, hypervisor } = hold();
    const guest = subject.definition();
    const nic = { port_id: "p", tap: "tap0", mac: "52:54:00:00:00:01", mtu: 1450 };
    for (const wrong of [
      { uuid: "../../etc" },
      { vcpus: 0 },
      { memory_mb: 1.5 },
      { nics: [{ ...nic, tap: "a,b=c" }] },
      { nics: [nic, nic] },
    ]) {
      await rejectsWith("invalid_definition", hypervisor.define({ ...guest, ...wrong }));
    }
    await rejectsWith("guest_not_found", hypervisor.get(guest.uuid));
  });
}

function disks(hold: Hold): void {
  it("attaches and detaches a disk of a stopped guest", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = await hypervisor.define(subject.definition());
    const disk = await subject.makeDisk("/dev/vdb");
    await hypervisor.attachDisk(uuid, disk);
    await hypervisor.attachDisk(uuid, disk);
    assert.deepEqual((await hypervisor.get(uuid)).definition.disks, [disk]);
    await hypervisor.start(uuid);
    await hypervisor.stop(uuid, { graceful_ms: 0 });
    await hypervisor.detachDisk(uuid, disk.volume_id);
    await hypervisor.detachDisk(uuid, disk.volume_id);
    assert.deepEqual((await hypervisor.get(uuid)).definition.disks, []);
    await hypervisor.destroy(uuid);
  });

  it("plugs disks into a running and into a paused guest and keeps them over a cold start", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = await hypervisor.define(subject.definition());
    const plugged = [await subject.makeDisk("/dev/vdb"), await subject.makeDisk("/dev/vdc")] as const;
    await hypervisor.start(uuid);
    await hypervisor.attachDisk(uuid, plugged[0]);
    await hypervisor.optional.pause?.(uuid);
    await hypervisor.attachDisk(uuid, plugged[1]);
    await hypervisor.attachDisk(uuid, plugged[1]);
    await hypervisor.reboot(uuid, "HARD");
    assert.deepEqual((await hypervisor.get(uuid)).definition.disks, plugged);
    await hypervisor.destroy(uuid);
  });

  it("says so when a guest does not let go of a disk, and the disk stays", async () => {
    const { subject, hypervisor } = hold();
    const { uuid } = await hypervisor.define({ ...subject.definition(), hints: { "fake:keep_devices": "true" } });
    const disk = await subject.makeDisk("/dev/vdb");
    await hypervisor.start(uuid);
    await hypervisor.attachDisk(uuid, disk);
    await rejectsWith("device_busy", hypervisor.detachDisk(uuid, disk.volume_id));
    assert.deepEqual((await hypervisor.get(uuid)).definition.disks, [disk]);
    await hypervisor.stop(uuid, { graceful_ms: 0 });
    await hypervisor.detachDisk(uuid, disk.volume_id);
    assert.deepEqual((await hypervisor.get(uuid)).definition.disks, []);
    await hypervisor.destroy(uuid);
  });
}

function restarts(hold: Hold): void {
  it("finds its guests again after a restart", async () => {
    const { subject, hypervisor } = hold();
    const [running, paused, stopped] = [subject.definition(), subject.definition(), subject.definition()];
    for (const guest of [running, paused, stopped]) await hypervisor.define(guest);
    const disk = await subject.makeDisk("/dev/vdb");
    await hypervisor.attachDisk(stopped.uuid, disk);
    await hypervisor.start(running.uuid);
    await hypervisor.start(paused.uuid);
    await hypervisor.optional.pause?.(paused.uuid);

    const again = await subject.restart();
    const { adopted, ...rest } = await again.recover();
    assert.deepEqual(adopted.toSorted(), [running.uuid, paused.uuid].toSorted());
    assert.deepEqual(rest, { gone: [], cleaned: [], unreachable: [] });
    const stateOf = async (uuid: string) => (await again.get(uuid)).power_state;
    assert.equal(await stateOf(running.uuid), powerStates.RUNNING);
    assert.equal(await stateOf(paused.uuid), powerStates.PAUSED);
    assert.equal(await stateOf(stopped.uuid), powerStates.SHUTDOWN);
    assert.deepEqual((await again.get(stopped.uuid)).definition, { ...stopped, disks: [disk] });
    await again.stop(running.uuid, { graceful_ms: 0 });
    assert.equal(await stateOf(running.uuid), powerStates.SHUTDOWN);
    for (const { uuid } of [running, paused, stopped]) await again.destroy(uuid);
    assert.deepEqual(await again.list(), []);
  });
}

/** Waits for the next event about this guest. */
export async function eventOf(subject: Subject, uuid: string, cause: () => Promise<void> | void) {
  const heard: Parameters<Parameters<Hypervisor["events"]>[0]>[0][] = [];
  const off = subject.hypervisor.events((event) => event.uuid === uuid && heard.push(event));
  try {
    await cause();
    return await until(subject.clock, async () => heard[0], {
      limit_ms: 30_000,
      period_ms: 5,
      what: `an event of guest ${uuid}`,
    });
  } finally {
    off();
  }
}

/** Holds when the promise rejects with a {@link HypervisorError} of this code. */
export async function rejectsWith(code: HypervisorErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof HypervisorError, `not a HypervisorError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}
