/**
 * Remembers that the passwords of the service users fit their hashes, so that a start need not check each of them with
 * a hash that is slow by design. Only a keyed digest of passwords and hashes is written, for the owner's eyes, beside the
 * keys of the tokens; with any change in either the digest is another, and the passwords are checked again.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ids } from "#platform/ids/ids.ts";

export interface Checked {
  name: string;
  password: string;
  /** As stored. */
  hash: string | null | undefined;
}

export interface CheckedBefore {
  /** True when exactly these were found to fit. */
  were(all: readonly Checked[]): Promise<boolean>;
  keep(all: readonly Checked[]): Promise<void>;
}

export function makeCheckedBefore(state_dir: string, ids: Ids): CheckedBefore {
  const path = join(state_dir, "passwords-checked");
  return {
    async were(all) {
      const [key, digest] = (await readFile(path, "utf8").catch(() => ""))
        .split(" ")
        .map((text) => Buffer.from(text, "hex"));
      if (key?.length !== 32 || digest?.length !== 32) return false;
      return timingSafeEqual(digestOf(key, all), digest);
    },
    async keep(all) {
      const key = ids.bytes(32);
      await writeFile(path, `${key.toString("hex")} ${digestOf(key, all).toString("hex")}`, { mode: 0o600 });
    },
  };
}

function digestOf(key: Buffer, all: readonly Checked[]): Buffer {
  const facts = all.map(({ name, password, hash }) => [name, password, hash ?? null]);
  return createHmac("sha256", key).update(JSON.stringify(facts)).digest();
}
