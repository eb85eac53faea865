/**
 * A hypervisor driver without a hypervisor: guests are entries of a ledger. It says so wherever it is seen: the type is
 * `simulated`, and so does the console. For `cumulet up --simulate`, for thousands of hosts, and for tests.
 */
import { isDeepStrictEqual } from "node:util";
import { isoSeconds, type Clock } from "#platform/clock/clock.ts";
import type { Log } from "#platform/log/log.ts";
import { checkDefinition } from "../check-definition.ts";
import { HypervisorError } from "../hypervisor-error.ts";
import {
  powerStates,
  type GuestDefinition,
  type GuestEvent,
  type GuestStatus,
  type Hypervisor,
  type HostResources,
  type OptionalVerbs,
  type PowerState,
  type Recovery,
} from "../hypervisor.ts";
import { KeyedLock } from "../keyed-lock.ts";
import { refuseChange } from "../refuse-change.ts";
import { delayOf, failsAt, fateOf } from "./fake-script.ts";
import { openLedger, type Ledger, type SimulatedGuest } from "./ledger.ts";

export interface FakeHypervisorSettings {
  clock: Clock;
  log: Log;
  /** Guests survive a restart in this file; without it they are gone with the process. */
  ledger_path?: string;
  /** For `fake:fail_on`. */
  host_name?: string;
  /** What the host pretends to have. */
  host?: { vcpus: number; memory_mb: number; disk_gb: number };
  /** Ends the driver: no guest does anything by itself any more. */
  signal?: AbortSignal;
}

/** {@link Hypervisor}, and what only a fake can tell. */
export interface FakeHypervisor extends Hypervisor {
  /** A line for every guest and every device still there; empty when all was cleaned up. */
  nothingLeft(): readonly string[];
}

export function makeFakeHypervisor(settings: FakeHypervisorSettings): FakeHypervisor {
  return new Simulation(settings);
}

const defaultHost = { vcpus: 16, memory_mb: 65_536, disk_gb: 1000 };
const longestConsole = 65_536;

class Simulation implements FakeHypervisor {
  readonly optional: Required<OptionalVerbs> = {
    pause: (uuid) => this.#change(uuid, "pause", async (guest) => this.#setPaused(guest, true)),
    unpause: (uuid) => this.#change(uuid, "unpause", async (guest) => this.#setPaused(guest, false)),
    extendDisk: (uuid) => this.#change(uuid, "extendDisk", async (guest) => guest),
  };
  readonly #settings: FakeHypervisorSettings;
  readonly #ledger: Ledger;
  readonly #lock = new KeyedLock();
  readonly #listeners = new Set<(event: GuestEvent) => void>();
  /** How often a verb has failed for a guest because its metadata wanted it to. */
  readonly #failures = new Map<string, number>();
  /** Guests about to be destroyed: nobody waits for them any more. */
  readonly #dying = new Set<string>();
  /** Cuts waits short; one per guest. */
  readonly #haste = new Map<string, AbortController>();

  constructor(settings: FakeHypervisorSettings) {
    this.#settings = settings;
    this.#ledger = openLedger(settings.ledger_path);
  }

  async inspect(): Promise<HostResources> {
    const host = this.#settings.host ?? defaultHost;
    const { memory_mb, disk_gb } = this.#used();
    return {
      ...host,
      memory_free_mb: Math.max(0, host.memory_mb - memory_mb),
      disk_free_gb: Math.max(0, host.disk_gb - disk_gb),
      hypervisor_type: "simulated",
      hypervisor_version: 1_000_000,
      cpu_info: {
        arch: "x86_64",
        model: "simulated",
        vendor: "simulated",
        topology: { sockets: 1, cores: host.vcpus, threads: 1 },
      },
      supported_instances: [["x86_64", "simulated", "hvm"]],
    };
  }

  async list(): Promise<readonly GuestStatus[]> {
    return [...this.#ledger.guests.values()].map(statusOf);
  }

  async get(uuid: string): Promise<GuestStatus> {
    return statusOf(this.#guest(uuid));
  }

  async define(definition: GuestDefinition): Promise<GuestStatus> {
    const wanted = checkDefinition(definition);
    return this.#lock.run(wanted.uuid, async () => {
      const was = this.#ledger.guests.get(wanted.uuid);
      if (was && isDeepStrictEqual(was.definition, wanted)) return statusOf(was);
      if (was) refuseChange(was.definition, wanted, isOn(was));
      const fresh: SimulatedGuest = {
        definition: wanted,
        power_state: powerStates.SHUTDOWN,
        console: "",
      };
      await this.#act(was ?? fresh, "define");
      const guest = { ...(was ?? fresh), definition: wanted };
      this.#ledger.put(wanted.uuid, guest);
      return statusOf(guest);
    });
  }

  start(uuid: string): Promise<void> {
    return this.#change(uuid, "start", async (guest) =>
      isOn(guest) ? this.#setPaused(guest, false) : this.#boot(guest),
    );
  }

  stop(uuid: string, how: { graceful_ms: number }): Promise<void> {
    return this.#change(uuid, "stop", async (guest) => this.#halt(guest, how.graceful_ms));
  }

  reboot(uuid: string, kind: "SOFT" | "HARD", how = { graceful_ms: 60_000 }): Promise<void> {
    return this.#change(uuid, "reboot", async (guest) =>
      this.#boot(await this.#halt(guest, kind === "SOFT" ? how.graceful_ms : 0)),
    );
  }

  async destroy(uuid: string): Promise<void> {
    this.#dying.add(uuid);
    this.#haste.get(uuid)?.abort();
    await this.#lock.run(uuid, async () => {
      this.#dying.delete(uuid);
      const guest = this.#ledger.guests.get(uuid);
      if (!guest) return;
      await this.#act(guest, "destroy");
      this.#haste.get(uuid)?.abort();
      this.#haste.delete(uuid);
      this.#ledger.remove(uuid);
    });
  }

  attachDisk(...[uuid, disk]: Parameters<Hypervisor["attachDisk"]>): Promise<void> {
    return this.#redefine(uuid, "attachDisk", ({ disks }) => ({
      disks: [...disks.filter((d) => d.volume_id !== disk.volume_id), disk],
    }));
  }

  detachDisk(uuid: string, volume_id: string): Promise<void> {
    return this.#redefine(uuid, "detachDisk", ({ disks }) => ({
      disks: disks.filter((disk) => disk.volume_id !== volume_id),
    }));
  }

  attachNic(...[uuid, nic]: Parameters<Hypervisor["attachNic"]>): Promise<void> {
    return this.#redefine(uuid, "attachNic", ({ nics }) => ({
      nics: [...nics.filter((n) => n.port_id !== nic.port_id), nic],
    }));
  }

  detachNic(uuid: string, port_id: string): Promise<void> {
    return this.#redefine(uuid, "detachNic", ({ nics }) => ({ nics: nics.filter((nic) => nic.port_id !== port_id) }));
  }

  async consoleLog(uuid: string, max_bytes: number): Promise<string> {
    return this.#guest(uuid).console.slice(-max_bytes);
  }

  async recover(): Promise<Recovery> {
    const adopted = [...this.#ledger.guests].filter(([, guest]) => isOn(guest)).map(([uuid]) => uuid);
    return { adopted, gone: [], cleaned: [], unreachable: [] };
  }

  events(listener: (event: GuestEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  nothingLeft(): readonly string[] {
    return [...this.#ledger.guests].flatMap(([uuid, { definition }]) => [
      `guest ${uuid}`,
      ...definition.disks.map((disk) => `guest ${uuid}: volume ${disk.volume_id}`),
      ...definition.nics.map((nic) => `guest ${uuid}: port ${nic.port_id}`),
    ]);
  }

  #guest(uuid: string): SimulatedGuest {
    const guest = this.#ledger.guests.get(uuid);
    if (!guest) throw new HypervisorError("guest_not_found", `there is no guest ${uuid} on this host`);
    return guest;
  }

  async #change(uuid: string, verb: string, work: (guest: SimulatedGuest) => Promise<SimulatedGuest>): Promise<void> {
    await this.#lock.run(uuid, async () => {
      await this.#act(this.#guest(uuid), verb);
      const before = this.#guest(uuid);
      const after = await work(before);
      if (after !== before) this.#ledger.put(uuid, after);
    });
  }

  #redefine(uuid: string, verb: string, change: (was: GuestDefinition) => Partial<GuestDefinition>): Promise<void> {
    return this.#change(uuid, verb, async (guest) => {
      const definition = { ...guest.definition, ...change(guest.definition) };
      if (isDeepStrictEqual(definition, guest.definition)) return guest;
      const keeps =
        guest.definition.hints?.["fake:keep_devices"] === "true" && verb.startsWith("detach") && isOn(guest);
      if (keeps) throw new HypervisorError("device_busy", "the simulated guest does not let go, as its metadata wants");
      return { ...guest, definition };
    });
  }

  /** Plays the delay and the failure the guest's metadata asks for. */
  async #act(guest: SimulatedGuest, verb: string): Promise<void> {
    const { uuid, hints = {} } = guest.definition;
    const delay_ms = delayOf(hints, verb);
    if (delay_ms > 0) await this.#settings.clock.sleep(delay_ms, this.#settings.signal);
    const key = `${uuid} ${verb}`;
    const failures = this.#failures.get(key) ?? 0;
    if (!failsAt(hints, verb, failures, this.#settings.host_name ?? "")) return;
    this.#failures.set(key, failures + 1);
    throw new HypervisorError("operation_failed", `${verb}: the simulated guest fails as its metadata wants`);
  }

  #boot(guest: SimulatedGuest): SimulatedGuest {
    const { uuid, name, hints = {} } = guest.definition;
    this.#settings.log.debug({ guest: uuid }, "simulated guest started");
    const text = `simulated guest ${name} (${uuid}) started at ${isoSeconds(this.#settings.clock.now())}\n`;
    this.#awaitFate(uuid, hints);
    return { ...guest, power_state: powerStates.RUNNING, console: (guest.console + text).slice(-longestConsole) };
  }

  async #halt(guest: SimulatedGuest, graceful_ms: number): Promise<SimulatedGuest> {
    const { uuid, name, hints } = guest.definition;
    const deaf = hints?.["fake:ignore_power_button"] === "true";
    if (deaf && isOn(guest) && graceful_ms > 0 && !this.#dying.has(uuid)) {
      await this.#settings.clock.sleep(graceful_ms, this.#newHaste(uuid).signal).catch(() => undefined);
    }
    this.#haste.get(uuid)?.abort();
    if (!isOn(guest)) return { ...guest, power_state: powerStates.SHUTDOWN };
    return {
      ...guest,
      power_state: powerStates.SHUTDOWN,
      console: `${guest.console}simulated guest ${name} stopped\n`,
    };
  }

  #setPaused(guest: SimulatedGuest, paused: boolean): SimulatedGuest {
    if (!isOn(guest)) throw new HypervisorError("operation_failed", `guest ${guest.definition.uuid} does not run`);
    const power_state = paused ? powerStates.PAUSED : powerStates.RUNNING;
    return power_state === guest.power_state ? guest : { ...guest, power_state };
  }

  /** A crash or power-off the metadata asks for, unless the guest is stopped before. */
  #awaitFate(uuid: string, hints: Readonly<Record<string, string>>): void {
    const fate = fateOf(hints);
    if (!fate) return;
    const haste = this.#newHaste(uuid);
    const power_state: PowerState = fate.kind === "crashed" ? powerStates.CRASHED : powerStates.SHUTDOWN;
    const happen = () =>
      this.#lock.run(uuid, async () => {
        const guest = this.#ledger.guests.get(uuid);
        if (haste.signal.aborted || !guest) return;
        this.#ledger.put(uuid, { ...guest, power_state });
        for (const listener of this.#listeners)
          listener({ uuid, kind: fate.kind, power_state, detail: "as the guest's metadata wants" });
      });
    void this.#settings.clock.sleep(fate.after_ms, haste.signal).then(happen, () => undefined);
  }

  #newHaste(uuid: string): AbortController {
    this.#haste.get(uuid)?.abort();
    const haste = new AbortController();
    this.#haste.set(uuid, haste);
    this.#settings.signal?.addEventListener("abort", () => haste.abort(), { once: true, signal: haste.signal });
    return haste;
  }

  #used(): { memory_mb: number; disk_gb: number } {
    let memory_mb = 0;
    let disk_gb = 0;
    for (const { definition, power_state } of this.#ledger.guests.values()) {
      if (power_state === powerStates.RUNNING || power_state === powerStates.PAUSED) memory_mb += definition.memory_mb;
      if (definition.root.kind === "image") disk_gb += definition.root.size_gb;
    }
    return { memory_mb, disk_gb };
  }
}

function isOn({ power_state }: SimulatedGuest): boolean {
  return power_state === powerStates.RUNNING || power_state === powerStates.PAUSED;
}

function statusOf({ definition, power_state }: SimulatedGuest): GuestStatus {
  return { uuid: definition.uuid, power_state, definition, consoles: {} };
}
