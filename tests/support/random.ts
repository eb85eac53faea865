/** Random numbers that can be had again: a failed test prints its seed. */

/** mulberry32: small, and the same everywhere. Numbers from 0 to below 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The seed of a run: `CUMULET_SEED`, or another one each time. */
export function seedOfRun(): number {
  return Number(process.env["CUMULET_SEED"] ?? Math.floor(Math.random() * 1e9));
}
