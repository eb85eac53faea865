import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceStep } from "../api/types.ts";
import { en } from "../i18n/en.ts";
import { zhCN } from "../i18n/zh-CN.ts";
import { bands, chart, labelPlace, laneX, rowY, textWidth } from "./geometry.ts";
import { isSkipped, steps } from "./steps.ts";
import { timing } from "./timing.ts";

const step = (number: number, start_ms: number, duration_ms: number, offset_ms = start_ms): TraceStep => ({
  step: number,
  component: "",
  from: "",
  to: "",
  name: "",
  status: "ok",
  start: new Date(1_000_000 + start_ms).toISOString(),
  offset_ms,
  duration_ms,
});

test("the table holds the 29 steps in order, and each phase is one block", () => {
  assert.deepEqual(
    steps.map((entry) => entry.step),
    Array.from({ length: 29 }, (_, at) => at + 1),
  );
  for (const { sentence } of steps) assert.ok(sentence in en, sentence);
  const changes = steps.filter((entry, at) => entry.phase !== steps[at - 1]?.phase);
  assert.equal(changes.length, bands.length);
});

test("every sentence stays inside the drawing in both languages, with a time behind it", () => {
  for (const [at, entry] of steps.entries()) {
    for (const words of [en, zhCN]) {
      const text = `${words[entry.sentence]}  123 ms`;
      const { x, anchor } = labelPlace(entry, text);
      const width = textWidth(text);
      const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      assert.ok(left >= chart.gutter && left + width <= chart.width, `step ${entry.step}: ${left} to ${left + width}`);
      const covers = left < laneX(entry.from) + chart.badge && left + width > laneX(entry.from) - chart.badge;
      assert.ok(!covers, `step ${entry.step}: its sentence lies on its number`);
    }
    assert.ok(rowY(at) < chart.height);
  }
});

test("time counts from the click; the login came before and is not counted", () => {
  const times = timing({
    steps: [step(1, -60_000, 90), step(2, -59_900, 1), step(3, 0, 10, 500), step(4, 20, 5, 520.5)],
  });
  assert.equal(times.byStep.get(1)?.at_ms, -60_000);
  assert.equal(times.byStep.get(4)?.at_ms, 20.5);
  assert.equal(times.total_ms, 25.5);
  assert.equal(times.slowest?.step, 3);
});

test("shares count each moment once and add up to the whole", () => {
  // Step 20 asks and waits until 22 is over; 21 happens meanwhile.
  const times = timing({
    steps: [step(3, 0, 10), step(20, 30, 70), step(21, 40, 10), step(22, 60, 40), step(29, 120, 30)],
  });
  assert.deepEqual(times.shares, [
    { phase: "request", duration_ms: 10 },
    { phase: "image", duration_ms: 70 },
    { phase: "start", duration_ms: 30 },
    { phase: "between", duration_ms: 40 },
  ]);
  assert.equal(
    times.shares.reduce((sum, share) => sum + share.duration_ms, 0),
    times.total_ms,
  );
});

test("a trace without steps has nothing to say", () => {
  assert.deepEqual(timing({ steps: [] }).shares, []);
});

test("only the steps about volumes are skipped; where the making ended early they were not reached", () => {
  const done = (last: number) => Array.from({ length: last }, (_, at) => ({ step: at + 1 }));
  const without = { state: "complete", skipped: [26, 27, 28], steps: [...done(25), { step: 29 }] };
  assert.equal(isSkipped(without, 27), true);
  assert.equal(isSkipped({ ...without, skipped: [17, 26, 27, 28] }, 17), false);
  assert.equal(isSkipped({ state: "running", skipped: [26, 27, 28], steps: done(4) }, 26), true);
  assert.equal(isSkipped({ state: "complete", skipped: [12, 26, 27, 28, 29], steps: done(11) }, 26), false);
});
