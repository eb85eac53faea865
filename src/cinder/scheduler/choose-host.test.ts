import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseHost, type BackendState } from "./choose-host.ts";

const state = (host: string, more: Partial<BackendState> = {}): BackendState => ({
  host,
  availability_zone: "nova",
  up: true,
  disabled: false,
  total_gb: 100,
  free_gb: 50,
  provisioned_gb: 0,
  ...more,
});
const wish = { size_gb: 10, availability_zone: "nova", only_host: null };

test("the backend with the most room is chosen, and of equals the first by name", () => {
  assert.deepEqual(chooseHost(wish, [state("b"), state("a"), state("c", { free_gb: 60 })]), { host: "c" });
  assert.deepEqual(chooseHost(wish, [state("b"), state("a")]), { host: "a" });
  assert.deepEqual(chooseHost(wish, [state("a", { provisioned_gb: 500 }), state("b")]), { host: "b" });
});

test("each filter says by itself why nothing is left", () => {
  const cases: [BackendState[], Partial<typeof wish> | { only_host: string }, RegExp][] = [
    [[], {}, /is up and enabled/],
    [[state("a", { up: false }), state("b", { disabled: true })], {}, /is up and enabled/],
    [[state("a")], { availability_zone: "moon" }, /availability zone/],
    [[state("a")], { only_host: "b" }, /source volume/],
    [[state("a")], { size_gb: 51 }, /GiB free/],
    [[state("a", { provisioned_gb: 1995 })], {}, /promise/],
  ];
  for (const [states, more, sentence] of cases) {
    const choice = chooseHost({ ...wish, ...more }, states);
    assert.match("refused" in choice ? choice.refused : "", sentence);
  }
});
