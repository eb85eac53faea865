/** What Keystone's handlers work with. */
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Passwords } from "../passwords/passwords.ts";
import type { ReferenceData } from "../store/reference-data.ts";
import type { Db } from "../store/tables.ts";
import type { Vault } from "../store/vault.ts";
import type { TokenProvider } from "../tokens/provider.ts";

export interface KeystoneDeps {
  db: Db;
  clock: Clock;
  ids: Ids;
  passwords: Passwords;
  reference: ReferenceData;
  tokens: TokenProvider;
  vault: Vault;
}
