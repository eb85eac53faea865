/**
 * What tokens meant when they were last asked about, for as long as nothing has changed that they depend on: neither the
 * database (its counter is read with every question) nor the keys. Whether a token has ended is never remembered.
 */
import type { KeyRing } from "./key-repository.ts";
import type { Resolved } from "./resolve.ts";

export interface State {
  /** Of the database; see `store/token-epoch.ts`. */
  epoch: number;
  ring: KeyRing;
}

export interface KnownTokens {
  find(text: string, state: State): Resolved | undefined;
  /** `state` is as it was before the token was looked at: a change in between makes the next question look again. */
  keep(text: string, state: State, resolved: Resolved): void;
}

/** Tokens in use at a time; beyond that the one that was kept first goes. */
const kept_max = 2_000;

export function makeKnownTokens(): KnownTokens {
  const known = new Map<string, Resolved>();
  let held: State | undefined;
  const isOld = (state: State): boolean => held?.epoch !== state.epoch || held.ring !== state.ring;
  return {
    find: (text, state) => (isOld(state) ? undefined : known.get(text)),
    keep(text, state, resolved) {
      // Slower questions than others come with an older state: theirs is not kept.
      if (held && state.epoch < held.epoch) return;
      if (isOld(state)) known.clear();
      held = state;
      const [first] = known.size >= kept_max ? known.keys() : [];
      if (first !== undefined) known.delete(first);
      known.set(text, resolved);
    },
  };
}
