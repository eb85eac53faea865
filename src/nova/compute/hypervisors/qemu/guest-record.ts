/**
 * What the driver remembers of a guest across restarts: one JSON file in the guest's folder, replaced as a whole. Its
 * presence is what makes a guest exist; a folder without it is half-made.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { GuestDefinition } from "../hypervisor.ts";

export interface GuestRecord {
  version: 1;
  definition: GuestDefinition;
  /** What the guest was last seen doing. */
  power: "stopped" | "running" | "crashed";
}

/** Undefined when there is none. A file that is not a record is an error: nothing is guessed. */
export async function findRecord(path: string): Promise<GuestRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // The folder belongs to Cumulet's user alone, so the file is what writeRecord wrote.
  const record = JSON.parse(text) as GuestRecord;
  if (record.version !== 1) throw new Error(`${path}: version ${String(record.version)} is not known`);
  return record;
}

export async function writeRecord(path: string, record: GuestRecord): Promise<void> {
  const next = `${path}.next`;
  await rm(next, { force: true });
  await writeFile(next, `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600, flag: "wx", flush: true });
  await rename(next, path);
}
