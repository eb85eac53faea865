import assert from "node:assert/strict";
import { test } from "node:test";
import { shared } from "./durability.ts";

/** Work whose runs end when told to. */
function steered() {
  const runs: { end(error?: Error): void }[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => runs.push({ end: (error) => (error ? reject(error) : resolve()) }));
  return { runs, work };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("who comes during a run waits for one that began later, together with the others", async () => {
  const { runs, work } = steered();
  const one = shared(work);
  const done: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map((name) => one.run().then(() => done.push(name)));
  assert.equal(runs.length, 1);
  runs[0]?.end();
  await first;
  await turn();
  assert.deepEqual(done, ["first"]);
  assert.equal(runs.length, 2);
  runs[1]?.end();
  await Promise.all([second, third]);
  await one.idle();
  assert.equal(runs.length, 2);
});

test("a failure is told to those who waited for it, and the next run tries again", async () => {
  const { runs, work } = steered();
  const one = shared(work);
  const first = one.run();
  const second = one.run();
  runs[0]?.end(new Error("the disk is broken"));
  await assert.rejects(first, /broken/);
  await turn();
  runs[1]?.end();
  await second;
});
