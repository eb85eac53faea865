import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentReport, HostPlan } from "#contracts/neutron/host-plan.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { makeLog } from "#platform/log/log.ts";
import { type NeutronAgent, neutronAgent } from "./agent.ts";
import { fakeWiring } from "./wiring/fake/fake-wiring.ts";
import type { Wiring } from "./wiring/wiring.ts";

const plan = (revision: number, host = "h1"): HostPlan => ({
  host,
  revision,
  networks: [],
  ports: [],
  routers: [],
  metadata: { enabled: false },
});

interface Stage {
  agent: NeutronAgent;
  asked: () => number;
  reports: AgentReport[];
  tick: () => void;
}

function stage(wiring: Wiring, source: (asked: number) => Promise<HostPlan>): Stage {
  let asked = 0;
  let tick = (): void => undefined;
  const reports: AgentReport[] = [];
  const clock = {
    ...systemClock(),
    every: (_: number, task: () => void) => {
      tick = task;
      return () => undefined;
    },
  };
  const agent = neutronAgent({
    host: "h1",
    wiring,
    clock,
    log: makeLog({ level: "silent" }),
    source: { plan: () => source(++asked) },
    sink: { report: async (report) => void reports.push(report) },
  });
  return { agent, asked: () => asked, reports, tick: () => tick() };
}

test("a pass asks, applies, reports and shows what it did", async () => {
  const { agent, reports } = stage(fakeWiring(), async () => plan(7));
  await agent.settled();
  assert.deepEqual(reports.map((report) => report.revision), [7]); // prettier-ignore
  const { running, runs, revision, error } = agent.status();
  assert.deepEqual({ running, runs, revision, error }, { running: false, runs: 1, revision: 7, error: undefined });
});

test("many pokes during a pass become one pass after it", async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { agent, asked } = stage(fakeWiring(), async (count) => {
    if (count === 1) await gate;
    return plan(count);
  });
  agent.start();
  for (let count = 0; count < 5; count++) agent.poke();
  const after = agent.settled();
  assert.equal(asked(), 1);
  open();
  await after;
  assert.equal(asked(), 2);
  assert.equal(agent.status().revision, 2);
});

test("a failed pass is shown, not repeated by itself, and healed by the next period", async () => {
  const { agent, asked, tick } = stage(fakeWiring(), async (count) => {
    if (count === 1) throw new Error("the server is away");
    return plan(count);
  });
  agent.start();
  await agent.settled();
  assert.equal(asked(), 2);
  assert.equal(agent.status().error, undefined);
  tick();
  await agent.settled();
  assert.equal(agent.status().runs, 4);
});

test("the error of the last pass stands in the status with the last good revision", async () => {
  const { agent } = stage(fakeWiring(), async (count) => plan(count, count === 1 ? "h1" : "h2"));
  await agent.settled();
  await agent.settled();
  assert.match(agent.status().error ?? "", /a plan for h2 came to h1/);
  assert.equal(agent.status().revision, 1);
});

test("stop ends the running pass and asks no more", async () => {
  const fake = fakeWiring();
  let begun = (_signal: AbortSignal): void => undefined;
  const started = new Promise<AbortSignal>((resolve) => {
    begun = resolve;
  });
  const slow: Wiring = {
    ...fake,
    apply: (_, signal) =>
      new Promise((_resolve, reject) => {
        begun(signal);
        signal.addEventListener("abort", () => reject(new Error("stopped")));
      }),
  };
  const { agent, asked } = stage(slow, async () => plan(1));
  agent.start();
  const seen = await started;
  await agent.stop();
  assert.equal(seen.aborted, true);
  agent.poke();
  await agent.settled();
  assert.equal(asked(), 1);
});
