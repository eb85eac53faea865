/** A running guest under control: its monitor, its events, and how it ended. */
import type { Clock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { HypervisorError } from "../hypervisor-error.ts";
import { powerStates, type PowerState } from "../hypervisor.ts";
import type { GuestPaths } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { isAlive, kill, waitForEnd } from "./process.ts";
import { connectQmp, QmpError, type Qmp, type QmpEvent } from "./qmp.ts";

export interface Ending {
  kind: "stopped" | "crashed";
  detail: string;
}

const command_ms = 10_000;
const greeting_ms = 3000;

/** Reasons of a SHUTDOWN event that are no accident. */
const orderly = new Set(["guest-shutdown", "host-qmp-quit", "host-qmp-system-reset", "host-signal", "host-ui"]);

export class LiveGuest {
  readonly pid: number;
  /** Resolves once the process is no more; never while it lives, and never after {@link LiveGuest.release}. */
  readonly ended: Promise<Ending>;
  readonly #clock: Clock;
  readonly #paths: GuestPaths;
  readonly #onEvent: (event: QmpEvent) => void;
  #qmp: Qmp;
  #released = false;
  #ending: Ending = { kind: "crashed", detail: "the process ended without a word" };

  constructor(clock: Clock, paths: GuestPaths, pid: number, qmp: Qmp, onEvent: (event: QmpEvent) => void) {
    this.#clock = clock;
    this.#paths = paths;
    this.pid = pid;
    this.#qmp = qmp;
    this.#onEvent = onEvent;
    this.ended = this.#follow();
  }

  /** Sends one command to QEMU. */
  execute(command: string, args?: object, timeout_ms?: number): Promise<unknown> {
    return this.#qmp.execute(command, args, timeout_ms);
  }

  /** Starts listening at once; resolves with the first event that matches, rejects after `limit_ms` or at the guest's end. */
  async nextEvent(matches: (event: QmpEvent) => boolean, limit_ms: number, what: string): Promise<QmpEvent> {
    const { promise, resolve } = Promise.withResolvers<QmpEvent>();
    const off = this.#qmp.on((event) => {
      if (matches(event)) resolve(event);
    });
    const closed = this.#qmp.closed.then(() => {
      throw new QmpError("Closed", `the guest ended before ${what}`);
    });
    try {
      const late = () => new QmpError("Timeout", `no ${what} within ${limit_ms} ms`);
      return await withDeadline(this.#clock, Promise.race([promise, closed]), limit_ms, late);
    } finally {
      off();
    }
  }

  async powerState(): Promise<PowerState> {
    const { status } = (await this.execute("query-status")) as { status: string };
    return powerStateOf(status);
  }

  /** `prelaunch` until the guest ran for the first time. */
  async runState(): Promise<string> {
    return ((await this.execute("query-status")) as { status: string }).status;
  }

  /** Switches off: asks QEMU to close its disks and go; kills it when it does not. */
  async switchOff(): Promise<void> {
    await this.execute("quit", {}, 2000).catch(() => undefined);
    if (!(await waitForEnd(this.#clock, this.pid, 5000))) await kill(this.#clock, this.pid);
  }

  /** Lets go of the guest without touching it. */
  release(): void {
    this.#released = true;
    this.#qmp.close();
  }

  async #follow(): Promise<Ending> {
    for (;;) {
      this.#qmp.on((event) => this.#hear(event));
      await this.#qmp.closed;
      if (this.#released) return new Promise<never>(() => undefined);
      if (await waitForEnd(this.#clock, this.pid, 2000)) return this.#ending;
      await this.#reconnect();
    }
  }

  #hear(event: QmpEvent): void {
    if (event.event === "SHUTDOWN") {
      const reason = String(event.data["reason"]);
      this.#ending = { kind: orderly.has(reason) ? "stopped" : "crashed", detail: reason };
    }
    this.#onEvent(event);
  }

  /** The monitor was lost though the process lives: tries again for as long as it does. */
  async #reconnect(): Promise<void> {
    while (await isAlive(this.pid)) {
      const qmp = await connectMonitor(this.#clock, this.#paths).catch(() => undefined);
      if (qmp) {
        this.#qmp = qmp;
        return;
      }
      await this.#clock.sleep(1000);
    }
  }
}

/** The first monitor that greets. */
export async function connectMonitor(clock: Clock, paths: GuestPaths): Promise<Qmp> {
  const reasons: string[] = [];
  for (const path of paths.monitors) {
    try {
      return await connectQmp({ path, clock, greeting_ms, timeout_ms: command_ms });
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new HypervisorError("guest_unreachable", reasons.join("; "));
}

/** Waits for the monitor of a guest just started; `failed` rejects when its process has ended. */
export async function awaitMonitor(clock: Clock, paths: GuestPaths, failed: Promise<never>): Promise<Qmp> {
  const path = paths.monitors[0];
  const probe = () => connectQmp({ path, clock, timeout_ms: command_ms });
  const stop = new AbortController();
  const connected = until(clock, probe, {
    limit_ms: 30_000,
    period_ms: 10,
    what: "the guest's monitor",
    signal: stop.signal,
  });
  try {
    return await Promise.race([connected, failed]);
  } finally {
    stop.abort();
    connected.catch(() => undefined);
  }
}

export function powerStateOf(runState: string): PowerState {
  switch (runState) {
    case "running":
    case "suspended":
      return powerStates.RUNNING;
    case "shutdown":
      return powerStates.SHUTDOWN;
    case "guest-panicked":
    case "internal-error":
      return powerStates.CRASHED;
    default:
      return powerStates.PAUSED;
  }
}
