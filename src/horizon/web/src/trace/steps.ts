/** How the drawing shows the flow: the contract says who asks whom; here stand the lanes and the phases. */
import { flow, volumeSteps, type Party } from "#contracts/flow.ts";
import type { MessageId } from "../i18n/en.ts";

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

const laneOf: Record<Party, Lane> = {
  horizon: "horizon",
  keystone: "keystone",
  "nova-api": "nova-api",
  database: "database",
  queue: "queue",
  "nova-scheduler": "scheduler",
  "nova-compute": "compute",
  "nova-conductor": "conductor",
  "glance-api": "glance",
  "neutron-server": "neutron",
  "cinder-api": "cinder",
  hypervisor: "hypervisor",
};

export const phases = ["login", "request", "schedule", "order", "image", "network", "volume", "start"] as const;

export type Phase = (typeof phases)[number];

/** The last step of each phase. */
const phaseEnds: Record<Phase, number> = {
  login: 2,
  request: 7,
  schedule: 12,
  order: 19,
  image: 22,
  network: 25,
  volume: 28,
  start: 29,
};

/** Answers are drawn with a thinner line. */
const answers = new Set([2, 5, 7, 11, 17, 18, 19, 22, 25, 28]);

type SentenceId = MessageId & `step.${number}`;

export interface Step {
  step: number;
  from: Lane;
  to: Lane;
  phase: Phase;
  answer: boolean;
  /** The message that says what happens. A test sees to it that each step has one. */
  sentence: SentenceId;
}

export const steps: readonly Step[] = flow.map(({ step, from, to }) => ({
  step,
  from: laneOf[from],
  to: laneOf[to],
  phase: phases.find((phase) => step <= phaseEnds[phase]) ?? "start",
  answer: answers.has(step),
  sentence: `step.${step}` as SentenceId, // a number is not known to the compiler; a test holds it
}));

/**
 * True when the step does not happen because the server has no volumes. When the making ended early the collector lists
 * every missing step as skipped; those were simply not reached.
 */
export function isSkipped(
  trace: { state: string; skipped: number[]; steps: { step: number }[] },
  step: number,
): boolean {
  const early = trace.state === "complete" && !trace.steps.some((done) => done.step === steps.length);
  return !early && volumeSteps.includes(step) && trace.skipped.includes(step);
}
