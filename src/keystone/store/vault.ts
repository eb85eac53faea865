/** Secrets that must be readable again lie in the database encrypted, under keys that lie beside it in files. */
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import { seal, unseal } from "../tokens/fernet.ts";
import type { KeyRepository } from "../tokens/key-repository.ts";

export interface Vault {
  close(text: string): string;
  /** Throws when no key fits: the database and the key folder are not of one cloud. */
  open(closed: string): string;
}

export function makeVault(keys: KeyRepository, { clock, ids }: { clock: Clock; ids: Ids }): Vault {
  return {
    close: (text) =>
      seal({ key: keys.ring().primary, payload: Buffer.from(text), now_ms: clock.now(), iv: ids.bytes(16) }),
    open(closed) {
      const text = unseal(closed, keys.ring().all);
      if (!text)
        throw new Error("a stored credential was encrypted under a key that is not in the folder of credential keys");
      return text.toString("utf8");
    },
  };
}
