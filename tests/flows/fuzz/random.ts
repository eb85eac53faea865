/** Chance that can be repeated, with what the fuzz asks of it. */
import { randomFrom } from "#tests/support/random.ts";

export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** From 0 to below `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
}

export function makeRandom(seed: number): Random {
  const next = randomFrom(seed);
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (values) => {
      if (values.length === 0) throw new Error("nothing to pick from");
      return values[below(values.length)] as (typeof values)[number]; // `below` is in range
    },
  };
}
