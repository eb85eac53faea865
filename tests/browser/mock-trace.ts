/** MOCK, for tests of the pages only: a made-up flow whose 29 steps come to light as time passes. */

import { flow as contract, volumeSteps } from "#contracts/flow.ts";

const gap = { plain: 34, image: 420, network: 260, volume: 330, start: 510 };

/** [step, component, from, to, name, duration in ms, pause before it in ms] */
const script: [number, string, string, string, string, number, number][] = [
  [3, "nova-api", "horizon", "nova-api", "create server request", 6.4, 0],
  [4, "nova-api", "nova-api", "keystone", "validate token", 2.1, 4],
  [5, "keystone", "keystone", "nova-api", "token is good", 1.3, 3],
  [6, "nova-api", "nova-api", "database", "store configuration", 3.7, gap.plain],
  [7, "nova-api", "database", "nova-api", "stored, 202", 0.4, 4],
  [8, "nova-api", "nova-api", "queue", "server is to be created", 0.6, 3],
  [9, "nova-scheduler", "queue", "nova-scheduler", "taken", 0.9, gap.plain],
  [10, "nova-scheduler", "nova-scheduler", "database", "needs and hosts", 7.2, 2],
  [11, "nova-scheduler", "database", "nova-scheduler", "candidates", 4.8, 6],
  [12, "nova-scheduler", "nova-scheduler", "queue", "host chosen", 0.7, 5],
  [13, "nova-compute", "queue", "nova-compute", "taken", 0.8, gap.plain],
  [14, "nova-compute", "nova-compute", "queue", "ask conductor", 0.5, 2],
  [15, "nova-conductor", "queue", "nova-conductor", "taken", 0.6, 2],
  [16, "nova-conductor", "nova-conductor", "database", "read configuration", 1.9, 1],
  [17, "nova-conductor", "database", "nova-conductor", "configuration", 0.3, 2],
  [18, "nova-conductor", "nova-conductor", "queue", "reply", 0.4, 1],
  [19, "nova-compute", "queue", "nova-compute", "build order", 0.7, 2],
  [20, "nova-compute", "nova-compute", "glance", "get image", 3.1, gap.plain],
  [21, "glance", "glance", "keystone", "validate token", 1.8, 3],
  [22, "nova-compute", "glance", "nova-compute", "image", 380, 4],
  [23, "nova-compute", "nova-compute", "neutron", "ports", 4.2, gap.image],
  [24, "neutron", "neutron", "keystone", "validate token", 1.6, 3],
  [25, "nova-compute", "neutron", "nova-compute", "ports and addresses", 215, 4],
  [26, "nova-compute", "nova-compute", "cinder", "volumes", 5.3, gap.network],
  [27, "cinder", "cinder", "keystone", "validate token", 1.5, 3],
  [28, "nova-compute", "cinder", "nova-compute", "connection information", 290, 5],
  [29, "nova-compute", "nova-compute", "hypervisor", "start guest", 470, gap.volume],
];

export interface MockFlow {
  created_at: number;
  login_at: number;
  has_volumes: boolean;
  /** The step in which this server's building fails. */
  fails_at?: number;
}

interface MockStep {
  step: number;
  component: string;
  from: string;
  to: string;
  name: string;
  start_ms: number;
  duration_ms: number;
  status: "ok" | "error";
}

/** Every step of a flow with its moment, whether or not it has come. */
export function flowSteps(flow: MockFlow): MockStep[] {
  const login = (
    step: number,
    from: string,
    to: string,
    name: string,
    start_ms: number,
    duration_ms: number,
  ): MockStep => ({
    step,
    component: step === 1 ? "horizon" : "keystone",
    from,
    to,
    name,
    start_ms,
    duration_ms,
    status: "ok",
  });
  const steps = [
    login(1, "horizon", "keystone", "post password", flow.login_at, 96.1),
    login(2, "keystone", "horizon", "token issued", flow.login_at + 95, 1.1),
  ];
  let at = flow.created_at;
  for (const [step, component, from, to, name, duration_ms, pause_ms] of script) {
    if (!flow.has_volumes && step >= 26 && step <= 28) continue;
    at += pause_ms;
    const fails = step === flow.fails_at;
    steps.push({ step, component, from, to, name, start_ms: at, duration_ms, status: fails ? "error" : "ok" });
    if (fails) break;
    at += duration_ms;
  }
  return steps;
}

export function flowEnd(flow: MockFlow): number {
  return Math.max(...flowSteps(flow).map((step) => step.start_ms + step.duration_ms));
}

export function traceBody(serverId: string, flow: MockFlow, now: number): unknown {
  const done = flowSteps(flow).filter((step) => step.start_ms + step.duration_ms <= now);
  const steps = done.map(({ start_ms, duration_ms, ...step }) => ({
    ...step,
    start: new Date(start_ms).toISOString().replace("Z", "000Z"),
    offset_ms: start_ms - flow.login_at,
    duration_ms,
  }));
  const state = now >= flowEnd(flow) ? "complete" : "running";
  const missing = contract.map(({ step }) => step).filter((step) => !done.some((known) => known.step === step));
  const skipped = state === "complete" ? missing : flow.has_volumes ? [] : [...volumeSteps];
  return { server_id: serverId, state, steps, skipped };
}
