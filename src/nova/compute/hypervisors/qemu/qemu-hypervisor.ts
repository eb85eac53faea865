/**
 * The hypervisor driver for QEMU. Guests are processes of their own, found again by their pid files after Cumulet was
 * restarted; the driver keeps no state but what lies in the guests' folders.
 */
import { isDeepStrictEqual } from "node:util";
import { HypervisorError } from "../hypervisor-error.ts";
import type {
  DiskConnection,
  GuestDefinition,
  GuestEvent,
  GuestStatus,
  Hypervisor,
  HostResources,
  Nic,
  OptionalVerbs,
  Recovery,
} from "../hypervisor.ts";
import { KeyedLock } from "../keyed-lock.ts";
import { powerStates } from "../hypervisor.ts";
import { checkDefinition } from "../check-definition.ts";
import { refuseChange } from "../refuse-change.ts";
import { boundLog, readTail } from "./console-log.ts";
import { refuseLongSocketPaths, type QemuContext, type QemuSettings } from "./context.ts";
import { diskNames, nicNames } from "./devices.ts";
import { GuestBook, makeGuestFolder, type GuestEntry } from "./guest-book.ts";
import { hostResources } from "./host-resources.ts";
import {
  asHypervisorError,
  dropBackend,
  dropNodes,
  hasDevice,
  plugDisk,
  plugNic,
  unplugDisk,
  unplugNic,
} from "./hot-plug.ts";
import { ensureRootDisk } from "./images.ts";
import { makeContext } from "./make-context.ts";
import type { Ending, LiveGuest } from "./live-guest.ts";
import { qemuVersion, removeRunFiles, startGuest } from "./start-guest.ts";

const logCheck_ms = 10_000;
const pressAgain_ms = 10_000;

/** Nothing is started or opened before the first verb is used. */
export function makeQemuHypervisor(settings: QemuSettings): Hypervisor {
  return new QemuHypervisor(settings);
}

class QemuHypervisor implements Hypervisor {
  readonly optional: Required<OptionalVerbs> = {
    pause: (uuid) => this.#setPaused(uuid, true),
    unpause: (uuid) => this.#setPaused(uuid, false),
    extendDisk: (uuid, volume_id, size_gb) => this.#extendDisk(uuid, volume_id, size_gb),
  };
  readonly #settings: QemuSettings;
  readonly #lock = new KeyedLock();
  readonly #listeners = new Set<(event: GuestEvent) => void>();
  #readying: Promise<{ context: QemuContext; book: GuestBook }> | undefined;

  constructor(settings: QemuSettings) {
    this.#settings = settings;
  }

  async inspect(): Promise<HostResources> {
    const { context } = await this.#ready();
    const [host, hypervisor_version] = await Promise.all([
      hostResources(context.instances_dir),
      qemuVersion(context.qemu_program),
    ]);
    const supported_instances = [["x86_64", context.accel === "kvm" ? "kvm" : "qemu", "hvm"]] as const;
    return { ...host, hypervisor_type: "QEMU", hypervisor_version, supported_instances };
  }

  async list(): Promise<readonly GuestStatus[]> {
    const { book } = await this.#ready();
    const found = await Promise.all((await book.list()).map((uuid) => book.find(uuid)));
    return Promise.all(found.filter((entry) => entry !== undefined).map((entry) => book.status(entry)));
  }

  async get(uuid: string): Promise<GuestStatus> {
    const { book } = await this.#ready();
    return book.status(await book.get(uuid));
  }

  async define(definition: GuestDefinition): Promise<GuestStatus> {
    const wanted = checkDefinition(definition);
    const { context, book } = await this.#ready();
    const paths = book.paths(wanted.uuid);
    refuseLongSocketPaths(paths);
    return this.#lock.run(wanted.uuid, async () => {
      const entry = await book.find(wanted.uuid);
      if (entry && isDeepStrictEqual(entry.record.definition, wanted)) return book.status(entry);
      if (entry) refuseChange(entry.record.definition, wanted, entry.live !== undefined);
      await makeGuestFolder(context, paths);
      if (wanted.root.kind === "image") await ensureRootDisk(context, wanted.root, paths);
      if (!entry) return book.status(await book.add(wanted.uuid, { version: 1, definition: wanted, power: "stopped" }));
      await book.save(entry, { definition: wanted });
      return book.status(entry);
    });
  }

  start(uuid: string): Promise<void> {
    return this.#withGuest(uuid, async (entry) => {
      if (entry.live) await quietly(entry, () => entry.live?.execute("cont"));
      else await this.#boot(entry);
    });
  }

  stop(uuid: string, how: { graceful_ms: number }): Promise<void> {
    return this.#withGuest(uuid, (entry) => this.#halt(entry, how.graceful_ms));
  }

  reboot(uuid: string, kind: "SOFT" | "HARD", how = { graceful_ms: 60_000 }): Promise<void> {
    return this.#withGuest(uuid, async (entry) => {
      await this.#halt(entry, kind === "SOFT" ? how.graceful_ms : 0);
      await this.#boot(entry);
    });
  }

  async destroy(uuid: string): Promise<void> {
    const { book } = await this.#ready();
    const entry = await book.find(uuid).catch(() => undefined);
    entry?.haste.abort();
    try {
      await this.#lock.run(uuid, () => book.remove(uuid));
    } finally {
      if (entry) entry.haste = new AbortController();
    }
  }

  attachDisk(uuid: string, disk: DiskConnection): Promise<void> {
    return this.#withGuest(uuid, async (entry, context) => {
      const before = entry.record.definition.disks;
      const disks = [...before.filter((d) => d.volume_id !== disk.volume_id), disk];
      await this.#remember(entry, { disks });
      if (!entry.live) return;
      await plugDisk(context, entry.live, disk).catch(async (error: unknown) => {
        await this.#remember(entry, { disks: before });
        throw error;
      });
    });
  }

  detachDisk(uuid: string, volume_id: string): Promise<void> {
    return this.#withGuest(uuid, async (entry, context) => {
      if (entry.live) await unplugDisk(context, entry.live, volume_id);
      await this.#remember(entry, {
        disks: entry.record.definition.disks.filter((disk) => disk.volume_id !== volume_id),
      });
    });
  }

  attachNic(uuid: string, nic: Nic): Promise<void> {
    return this.#withGuest(uuid, async (entry, context) => {
      const before = entry.record.definition.nics;
      const nics = [...before.filter((n) => n.port_id !== nic.port_id), nic];
      await this.#remember(entry, { nics });
      if (!entry.live) return;
      await plugNic(context, entry.live, nic).catch(async (error: unknown) => {
        await this.#remember(entry, { nics: before });
        throw error;
      });
    });
  }

  detachNic(uuid: string, port_id: string): Promise<void> {
    return this.#withGuest(uuid, async (entry, context) => {
      if (entry.live) await unplugNic(context, entry.live, port_id);
      await this.#remember(entry, { nics: entry.record.definition.nics.filter((nic) => nic.port_id !== port_id) });
    });
  }

  async consoleLog(uuid: string, max_bytes: number): Promise<string> {
    const { book } = await this.#ready();
    return readTail((await book.get(uuid)).paths.consoleLog, max_bytes);
  }

  async recover(): Promise<Recovery> {
    const { book } = await this.#ready();
    return book.recover();
  }

  events(listener: (event: GuestEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #boot(entry: GuestEntry): Promise<void> {
    const { context, book } = await this.#ready();
    await quietly(entry, async () => {
      const live = await startGuest(context, entry.record.definition, entry.paths, (event) => book.hear(entry, event));
      try {
        await live.execute("cont");
      } catch (error) {
        await live.switchOff();
        throw new HypervisorError("start_failed", error instanceof Error ? error.message : String(error), {
          cause: error,
        });
      }
      book.attach(entry, live);
      await book.save(entry, { power: "running" });
    });
  }

  async #halt(entry: GuestEntry, graceful_ms: number): Promise<void> {
    const { context, book } = await this.#ready();
    const { live } = entry;
    await quietly(entry, async () => {
      if (live) {
        if (graceful_ms > 0) await pressPowerButton(context, entry, live, graceful_ms);
        await live.switchOff();
        live.release();
        await removeRunFiles(entry.paths);
      }
      entry.live = undefined;
      await book.save(entry, { power: "stopped" });
    });
  }

  async #setPaused(uuid: string, paused: boolean): Promise<void> {
    await this.#withGuest(uuid, async (entry) => {
      const { live } = entry;
      if (!live) throw new HypervisorError("operation_failed", `guest ${uuid} does not run`);
      await quietly(entry, () => live.execute(paused ? "stop" : "cont"));
    });
  }

  async #extendDisk(uuid: string, volume_id: string, size_gb: number): Promise<void> {
    await this.#withGuest(uuid, async (entry) => {
      await entry.live?.execute("block_resize", {
        "node-name": diskNames(volume_id).format,
        size: size_gb * 1024 ** 3,
      });
    });
  }

  async #remember(entry: GuestEntry, change: Partial<GuestDefinition>): Promise<void> {
    const { book } = await this.#ready();
    const definition = { ...entry.record.definition, ...change };
    if (!isDeepStrictEqual(definition, entry.record.definition)) await book.save(entry, { definition });
  }

  async #withGuest(uuid: string, work: (entry: GuestEntry, context: QemuContext) => Promise<void>): Promise<void> {
    const { context, book } = await this.#ready();
    await this.#lock.run(uuid, async () => {
      try {
        await work(await book.get(uuid), context);
      } catch (error) {
        throw asHypervisorError(error);
      }
    });
  }

  #emit(event: GuestEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** A guest ended that nobody stopped. */
  async #lost(book: GuestBook, entry: GuestEntry, live: LiveGuest, ending: Ending): Promise<void> {
    const { uuid } = entry;
    await this.#lock.run(uuid, async () => {
      // Whoever stopped or destroyed it meanwhile has taken it off the entry.
      if (entry.live !== live) return;
      entry.live = undefined;
      await removeRunFiles(entry.paths);
      await book.save(entry, { power: ending.kind });
      this.#emit({
        uuid,
        kind: ending.kind,
        power_state: ending.kind === "crashed" ? powerStates.CRASHED : powerStates.SHUTDOWN,
        detail: ending.detail,
      });
    });
  }

  /** A device came off after the wait for it was given up: what is behind it goes too. */
  async #released(entry: GuestEntry, device: string): Promise<void> {
    await this.#lock.run(entry.uuid, async () => {
      const { live } = entry;
      if (!live || (await hasDevice(live, device))) return;
      const { disks, nics } = entry.record.definition;
      const disk = disks.find((d) => diskNames(d.volume_id).device === device);
      const nic = nics.find((n) => nicNames(n.port_id).device === device);
      if (disk) await dropNodes(live, disk.volume_id);
      if (nic) await dropBackend(live, nicNames(nic.port_id).backend);
      await this.#remember(entry, { disks: disks.filter((d) => d !== disk), nics: nics.filter((n) => n !== nic) });
    });
  }

  #ready(): Promise<{ context: QemuContext; book: GuestBook }> {
    this.#readying ??= this.#makeReady().catch((error: unknown) => {
      this.#readying = undefined;
      throw error;
    });
    return this.#readying;
  }

  async #makeReady() {
    const context = await makeContext(this.#settings);
    const report = (error: unknown) => context.log.error({ err: error }, "following a guest's change failed");
    const book: GuestBook = new GuestBook(context, {
      event: (event) => this.#emit(event),
      released: (entry, device) => void this.#released(entry, device).catch(report),
      ended: (entry, live, ending) => void this.#lost(book, entry, live, ending).catch(report),
    });
    const checkLogs = () => {
      for (const { paths } of book.live()) boundLog(paths.consoleLog, context.console_log_bytes).catch(report);
    };
    const cancel = context.clock.every(logCheck_ms, checkLogs);
    this.#settings.signal?.addEventListener("abort", () => {
      cancel();
      for (const { live } of book.live()) live?.release();
    });
    return { context, book };
  }
}

/** Runs `work` while events of this guest are its own doing. */
async function quietly(entry: GuestEntry, work: () => Promise<unknown> | undefined): Promise<void> {
  entry.quiet = true;
  try {
    await work();
  } finally {
    entry.quiet = false;
  }
}

async function pressPowerButton(
  { clock }: QemuContext,
  entry: GuestEntry,
  live: LiveGuest,
  graceful_ms: number,
): Promise<void> {
  const done = new AbortController();
  const patience = clock.sleep(graceful_ms, AbortSignal.any([done.signal, entry.haste.signal])).catch(() => undefined);
  // A paused guest does not hear the button; a refusal here only means that the wait is in vain.
  await live.execute("cont").catch(() => undefined);
  const press = (): void => void live.execute("system_powerdown").catch(() => undefined);
  press();
  // A guest that still boots does not hear it: pressed again as long as somebody waits.
  const stopPressing = clock.every(pressAgain_ms, press);
  await Promise.race([live.ended, patience]);
  stopPressing();
  done.abort();
}
