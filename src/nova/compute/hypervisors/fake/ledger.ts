/**
 * What simulated guests there are, kept in a file so that they survive a restart as real ones do: one JSON line per
 * change, appended; the last line about a guest counts. Read and rewritten without the outdated lines at the start.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { GuestDefinition, PowerState } from "../hypervisor.ts";

export interface SimulatedGuest {
  definition: GuestDefinition;
  power_state: PowerState;
  console: string;
}

export interface Ledger {
  readonly guests: ReadonlyMap<string, SimulatedGuest>;
  put(uuid: string, guest: SimulatedGuest): void;
  remove(uuid: string): void;
}

/** Without a path the guests live in memory only. */
export function openLedger(path: string | undefined): Ledger {
  const guests = path === undefined ? new Map<string, SimulatedGuest>() : readLedger(path);
  if (path !== undefined) rewrite(path, guests);
  const note = (uuid: string, guest: SimulatedGuest | null) => {
    if (path !== undefined) appendFileSync(path, line(uuid, guest));
  };
  return {
    guests,
    put(uuid, guest) {
      guests.set(uuid, guest);
      note(uuid, guest);
    },
    remove(uuid) {
      if (guests.delete(uuid)) note(uuid, null);
    },
  };
}

function readLedger(path: string): Map<string, SimulatedGuest> {
  const guests = new Map<string, SimulatedGuest>();
  for (const text of readText(path).split("\n")) {
    const entry = parse(text);
    if (!entry) continue;
    const [uuid, guest] = entry;
    if (guest) guests.set(uuid, guest);
    else guests.delete(uuid);
  }
  return guests;
}

/** Undefined for the half line a crash may leave at the end. */
function parse(text: string): [uuid: string, guest: SimulatedGuest | null] | undefined {
  try {
    // Written by this module alone.
    return JSON.parse(text) as [string, SimulatedGuest | null];
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function rewrite(path: string, guests: ReadonlyMap<string, SimulatedGuest>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.next`, [...guests].map(([uuid, guest]) => line(uuid, guest)).join(""), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}

function line(uuid: string, guest: SimulatedGuest | null): string {
  return `${JSON.stringify([uuid, guest])}\n`;
}
