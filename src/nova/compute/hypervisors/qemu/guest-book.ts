/** All guests of this host as the driver knows them: loaded from their records, adopted when they run, cleaned up after. */
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { isUuid } from "#platform/ids/ids.ts";
import { HypervisorError } from "../hypervisor-error.ts";
import { powerStates, type GuestEvent, type GuestStatus, type PowerState, type Recovery } from "../hypervisor.ts";
import { guestPaths, type GuestPaths, type QemuContext } from "./context.ts";
import { findRecord, writeRecord, type GuestRecord } from "./guest-record.ts";
import { connectMonitor, LiveGuest, type Ending } from "./live-guest.ts";
import { findProcess, kill, scanProcesses } from "./process.ts";
import { QmpError, type QmpEvent } from "./qmp.ts";
import { makeFolders, removeRunFiles } from "./start-guest.ts";

export interface GuestEntry {
  readonly uuid: string;
  readonly paths: GuestPaths;
  record: GuestRecord;
  /** Present while the guest's process runs. */
  live: LiveGuest | undefined;
  /** True while a verb changes the run state, so that what follows is no news. */
  quiet: boolean;
  /** Aborted when the guest is to be destroyed: cuts a graceful stop short. */
  haste: AbortController;
  /** Why the guest was paused by QEMU itself. */
  ioError: string | undefined;
}

export interface BookHooks {
  event(event: GuestEvent): void;
  /** The guest let go of a device nobody waits for any more. */
  released(entry: GuestEntry, device: string): void;
  ended(entry: GuestEntry, live: LiveGuest, ending: Ending): void;
}

export class GuestBook {
  readonly #context: QemuContext;
  readonly #hooks: BookHooks;
  readonly #entries = new Map<string, Promise<GuestEntry | undefined>>();
  readonly #known = new Map<string, GuestEntry>();

  constructor(context: QemuContext, hooks: BookHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  paths(uuid: string): GuestPaths {
    if (!isUuid(uuid)) throw new HypervisorError("invalid_definition", `${JSON.stringify(uuid)} is not a UUID`);
    return guestPaths(this.#context, uuid);
  }

  /** Undefined when no such guest is defined. A guest met for the first time and running is adopted. */
  async find(uuid: string): Promise<GuestEntry | undefined> {
    const paths = this.paths(uuid);
    let loading = this.#entries.get(uuid);
    if (!loading) {
      loading = this.#load(uuid, paths);
      this.#entries.set(uuid, loading);
      const forget = () => this.#entries.delete(uuid);
      loading.then((entry) => entry ?? forget(), forget);
    }
    return loading;
  }

  async get(uuid: string): Promise<GuestEntry> {
    const entry = await this.find(uuid);
    if (!entry) throw new HypervisorError("guest_not_found", `there is no guest ${uuid} on this host`);
    return entry;
  }

  /** A new guest whose files are made: from here on it exists. */
  async add(uuid: string, record: GuestRecord): Promise<GuestEntry> {
    const paths = this.paths(uuid);
    await writeRecord(paths.record, record);
    const entry = this.#entry(uuid, paths, record);
    this.#entries.set(uuid, Promise.resolve(entry));
    return entry;
  }

  async save(entry: GuestEntry, change: Partial<GuestRecord>): Promise<void> {
    const record = { ...entry.record, ...change };
    await writeRecord(entry.paths.record, record);
    entry.record = record;
  }

  async list(): Promise<string[]> {
    return (await readdir(this.#context.instances_dir)).filter(isUuid);
  }

  /** Guests under control just now. */
  live(): GuestEntry[] {
    return [...this.#known.values()].filter((entry) => entry.live);
  }

  /** Kills and removes; one rename makes the guest cease to exist, so that a crash leaves nothing half. */
  async remove(uuid: string): Promise<void> {
    const paths = this.paths(uuid);
    const entry = this.#known.get(uuid);
    const live = entry?.live;
    const pid = live?.pid ?? (await findProcess(paths.pidFile));
    if (pid !== undefined) await kill(this.#context.clock, pid);
    live?.release();
    if (entry) entry.live = undefined;
    await removeRunFiles(paths);
    await rename(paths.dir, `${paths.dir}.gone`).catch(() => undefined);
    await rm(`${paths.dir}.gone`, { recursive: true, force: true });
    this.#entries.delete(uuid);
    this.#known.delete(uuid);
  }

  /** Puts a running guest under control. */
  attach(entry: GuestEntry, live: LiveGuest): void {
    entry.live = live;
    live.ended
      .then((ending) => this.#hooks.ended(entry, live, ending))
      .catch((error: unknown) => this.#context.log.error({ err: error, guest: entry.uuid }, "watching a guest failed"));
  }

  hear(entry: GuestEntry, { event, data }: QmpEvent): void {
    if (event === "BLOCK_IO_ERROR")
      entry.ioError = data["nospace"] === true ? "the host's disk is full" : `disk error: ${String(data["reason"])}`;
    if (event === "DEVICE_DELETED" && typeof data["device"] === "string") this.#hooks.released(entry, data["device"]);
    if (entry.quiet || (event !== "STOP" && event !== "RESUME")) return;
    const stopped = event === "STOP";
    const detail = stopped ? (entry.ioError ?? "paused from outside") : "continued from outside";
    const power_state = stopped ? powerStates.PAUSED : powerStates.RUNNING;
    this.#hooks.event({ uuid: entry.uuid, kind: stopped ? "paused" : "resumed", power_state, detail });
    entry.ioError = undefined;
  }

  async status(entry: GuestEntry): Promise<GuestStatus> {
    const { uuid, live, record, paths } = entry;
    const consoles = live ? { vnc_socket: paths.vnc, serial_socket: paths.serial } : {};
    return {
      uuid,
      power_state: live ? await livePowerState(live) : restingState(record),
      definition: record.definition,
      consoles,
    };
  }

  async recover(): Promise<Recovery> {
    const found = {
      adopted: new Array<string>(),
      gone: new Array<string>(),
      cleaned: new Array<string>(),
      unreachable: new Array<string>(),
    };
    const processes = await scanProcesses(this.#context.run_dir);
    const uuids = await this.list();
    for (const uuid of uuids) {
      const outcome = await this.#recoverOne(uuid, processes.get(uuid));
      if (outcome) found[outcome].push(uuid);
    }
    for (const [uuid, pid] of processes) {
      if (uuids.includes(uuid)) continue;
      await kill(this.#context.clock, pid);
      if (isUuid(uuid)) await removeRunFiles(this.paths(uuid));
      found.cleaned.push(uuid);
    }
    for (const name of await readdir(this.#context.instances_dir)) {
      if (name.endsWith(".gone")) await rm(join(this.#context.instances_dir, name), { recursive: true });
    }
    return found;
  }

  async #recoverOne(uuid: string, pid: number | undefined): Promise<keyof Recovery | undefined> {
    const paths = this.paths(uuid);
    if (this.#known.get(uuid)?.live) return "adopted";
    const record = await findRecord(paths.record);
    if (!record) {
      if (pid !== undefined) await kill(this.#context.clock, pid);
      await this.#cleanHalfMade(paths);
      return "cleaned";
    }
    try {
      const entry = await this.get(uuid);
      if (entry.live) return "adopted";
      return record.power === "running" ? "gone" : undefined;
    } catch (error) {
      if (!(error instanceof HypervisorError) || error.code !== "guest_unreachable") throw error;
      this.#context.log.error({ err: error, guest: uuid }, "a guest's process does not answer");
      return "unreachable";
    }
  }

  /** Removes what `define` had made so far; files others put into the folder stay, and so does it then. */
  async #cleanHalfMade(paths: GuestPaths): Promise<void> {
    await removeRunFiles(paths);
    for (const path of [
      paths.rootDisk,
      `${paths.rootDisk}.half`,
      `${paths.record}.next`,
      paths.consoleLog,
      paths.qemuLog,
    ])
      await rm(path, { force: true });
    await rmdir(paths.dir).catch(() => undefined);
  }

  async #load(uuid: string, paths: GuestPaths): Promise<GuestEntry | undefined> {
    const record = await findRecord(paths.record);
    if (!record) return undefined;
    const entry = this.#entry(uuid, paths, record);
    const pid = await findProcess(paths.pidFile);
    if (pid !== undefined) await this.#adopt(entry, pid);
    const power = entry.live ? "running" : record.power === "running" ? "stopped" : record.power;
    if (power !== record.power) await this.save(entry, { power });
    return entry;
  }

  async #adopt(entry: GuestEntry, pid: number): Promise<void> {
    const { clock, log } = this.#context;
    const qmp = await connectMonitor(clock, entry.paths);
    const live = new LiveGuest(clock, entry.paths, pid, qmp, (event) => this.hear(entry, event));
    if ((await live.runState()) === "prelaunch") {
      log.warn({ guest: entry.uuid, pid }, "a guest was left before its first instruction; it is stopped");
      live.release();
      await kill(clock, pid);
      await removeRunFiles(entry.paths);
      return;
    }
    this.attach(entry, live);
    log.info({ guest: entry.uuid, pid }, "adopted a running guest");
  }

  #entry(uuid: string, paths: GuestPaths, record: GuestRecord): GuestEntry {
    const entry = {
      uuid,
      paths,
      record,
      live: undefined,
      quiet: false,
      haste: new AbortController(),
      ioError: undefined,
    };
    this.#known.set(uuid, entry);
    return entry;
  }
}

export async function makeGuestFolder(context: QemuContext, paths: GuestPaths): Promise<void> {
  await makeFolders(context);
  await mkdir(paths.dir, { recursive: true, mode: 0o711 });
}

function restingState({ power }: GuestRecord): PowerState {
  return power === "crashed" ? powerStates.CRASHED : powerStates.SHUTDOWN;
}

async function livePowerState(live: LiveGuest): Promise<PowerState> {
  try {
    return await live.powerState();
  } catch (error) {
    if (!(error instanceof QmpError)) throw error;
    return error.reason === "Closed" ? powerStates.SHUTDOWN : powerStates.NOSTATE;
  }
}
