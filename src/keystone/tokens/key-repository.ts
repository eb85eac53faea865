/**
 * The keys of the tokens, as files in a folder that several Keystone processes share. `0` is staged: it checks tokens
 * but makes none, so that every process knows it before it becomes primary. The highest number is primary: it makes
 * tokens. The others are secondary: they only check.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ids } from "#platform/ids/ids.ts";

export interface KeyRing {
  /** Makes tokens. */
  primary: Buffer;
  /** Check tokens: the primary first. */
  all: readonly Buffer[];
}

export interface KeyRepository {
  /** The keys as last read. */
  ring(): KeyRing;
  /** Reads the folder again. */
  reload(): Promise<KeyRing>;
}

/** Keys kept besides the staged one: tokens live as long as two rotations. */
const maxActive = 3;

/** Opens the folder; the first opening makes the first two keys. */
export async function openKeyRepository(dir: string, ids: Ids): Promise<KeyRepository> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const present = await numbers(dir);
  if (!present.includes(0)) await writeKey(dir, 0, ids);
  if (!present.some((number) => number > 0)) await writeKey(dir, 1, ids);
  let held = await readRing(dir);
  return { ring: () => held, reload: async () => (held = await readRing(dir)) };
}

/** The staged key becomes primary, a new key is staged, and the oldest go. Running processes follow within a minute. */
export async function rotate(dir: string, ids: Ids): Promise<void> {
  const present = await numbers(dir);
  const next = Math.max(0, ...present) + 1;
  if (present.includes(0)) await rename(join(dir, "0"), join(dir, String(next)));
  await writeKey(dir, 0, ids);
  const active = (await numbers(dir)).filter((number) => number > 0);
  for (const old of active.slice(0, -maxActive)) await rm(join(dir, String(old)));
}

async function numbers(dir: string): Promise<number[]> {
  const names = await readdir(dir);
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Written beside and renamed: nobody reads half a key. */
async function writeKey(dir: string, number: number, ids: Ids): Promise<void> {
  const path = join(dir, String(number));
  const draft = `${path}.${ids.hex()}.new`;
  await writeFile(draft, ids.bytes(32).toString("base64url"), { mode: 0o600 });
  await rename(draft, path);
}

async function readRing(dir: string): Promise<KeyRing> {
  const order = (await numbers(dir)).sort((a, b) => b - a);
  const all: Buffer[] = [];
  for (const number of order) {
    const key = Buffer.from((await readFile(join(dir, String(number)), "utf8")).trim(), "base64url");
    if (key.length !== 32) throw new Error(`the token key ${join(dir, String(number))} is not 32 bytes long`);
    all.push(key);
  }
  const [primary] = all;
  if (!primary) throw new Error(`the token key folder ${dir} is empty`);
  return { primary, all };
}
