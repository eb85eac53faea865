/** The 29 steps of the flow: who, to whom, and in which phase. The order is the system's specification. */

export const lanes = [
  "horizon",
  "keystone",
  "nova-api",
  "database",
  "queue",
  "scheduler",
  "compute",
  "conductor",
  "glance",
  "neutron",
  "cinder",
  "hypervisor",
] as const;

export type Lane = (typeof lanes)[number];

export const phases = ["login", "request", "schedule", "order", "image", "network", "volume", "start"] as const;

export type Phase = (typeof phases)[number];

/** Number of a step; also the end of its message id. */
export type StepNumber = (typeof table)[number][0];

export interface Step {
  step: StepNumber;
  from: Lane;
  to: Lane;
  phase: Phase;
  /** Answers are drawn with a dashed line. */
  answer: boolean;
}

const ask = false;
const answer = true;

const table = [
  [1, "horizon", "keystone", "login", ask],
  [2, "keystone", "horizon", "login", answer],
  [3, "horizon", "nova-api", "request", ask],
  [4, "nova-api", "keystone", "request", ask],
  [5, "keystone", "nova-api", "request", answer],
  [6, "nova-api", "database", "request", ask],
  [7, "database", "nova-api", "request", answer],
  [8, "nova-api", "queue", "schedule", ask],
  [9, "queue", "scheduler", "schedule", ask],
  [10, "scheduler", "database", "schedule", ask],
  [11, "database", "scheduler", "schedule", answer],
  [12, "scheduler", "queue", "schedule", ask],
  [13, "queue", "compute", "order", ask],
  [14, "compute", "queue", "order", ask],
  [15, "queue", "conductor", "order", ask],
  [16, "conductor", "database", "order", ask],
  [17, "database", "conductor", "order", answer],
  [18, "conductor", "queue", "order", answer],
  [19, "queue", "compute", "order", answer],
  [20, "compute", "glance", "image", ask],
  [21, "glance", "keystone", "image", ask],
  [22, "glance", "compute", "image", answer],
  [23, "compute", "neutron", "network", ask],
  [24, "neutron", "keystone", "network", ask],
  [25, "neutron", "compute", "network", answer],
  [26, "compute", "cinder", "volume", ask],
  [27, "cinder", "keystone", "volume", ask],
  [28, "cinder", "compute", "volume", answer],
  [29, "compute", "hypervisor", "start", ask],
] as const satisfies readonly (readonly [number, Lane, Lane, Phase, boolean])[];

export const steps: readonly Step[] = table.map(([step, from, to, phase, isAnswer]) => ({
  step,
  from,
  to,
  phase,
  answer: isAnswer,
}));
