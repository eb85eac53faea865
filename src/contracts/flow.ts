/**
 * The flow from *log in* to *a guest that runs*: 29 steps between components that know only Keystone. This table is the
 * system's specification: the trace, its tests, the dashboard's drawing and `cumulet trace` all read it.
 */
export type Component =
  | "horizon"
  | "keystone"
  | "nova-api"
  | "nova-scheduler"
  | "nova-conductor"
  | "nova-compute"
  | "glance-api"
  | "neutron-server"
  | "cinder-api";

/** Ends of an arrow that are not components that record spans. */
export type Party = Component | "database" | "queue" | "hypervisor";

export interface FlowStep {
  step: number;
  /** The component that does the step and records its span. */
  component: Component;
  from: Party;
  to: Party;
  text: string;
}

function row(step: number, component: Component, from: Party, to: Party, text: string): FlowStep {
  return { step, component, from, to, text };
}

export const flow: readonly FlowStep[] = [
  row(1, "horizon", "horizon", "keystone", "domain, user and password are posted to Keystone"),
  row(2, "keystone", "keystone", "horizon", "identity confirmed, a token is issued"),
  row(3, "nova-api", "horizon", "nova-api", "request, server configuration, token"),
  row(4, "nova-api", "nova-api", "keystone", "is this token good?"),
  row(5, "keystone", "keystone", "nova-api", "yes: who, which project, which roles"),
  row(6, "nova-api", "nova-api", "database", "the configuration is stored"),
  row(7, "nova-api", "database", "nova-api", "stored; the user gets 202"),
  row(8, "nova-api", "nova-api", "queue", "a server is to be created"),
  row(9, "nova-scheduler", "queue", "nova-scheduler", "taken"),
  row(10, "nova-scheduler", "nova-scheduler", "database", "what does this server need, what do the hosts have?"),
  row(11, "nova-scheduler", "database", "nova-scheduler", "the answer"),
  row(12, "nova-scheduler", "nova-scheduler", "queue", "the chosen host is told to build it"),
  row(13, "nova-compute", "queue", "nova-compute", "taken"),
  row(14, "nova-compute", "nova-compute", "queue", "conductor, fetch me the configuration"),
  row(15, "nova-conductor", "queue", "nova-conductor", "taken"),
  row(16, "nova-conductor", "nova-conductor", "database", "reads it"),
  row(17, "nova-conductor", "database", "nova-conductor", "the answer"),
  row(18, "nova-conductor", "nova-conductor", "queue", "reply"),
  row(19, "nova-compute", "queue", "nova-compute", "the build order, whole"),
  row(20, "nova-compute", "nova-compute", "glance-api", "the image, with compute's own token"),
  row(21, "glance-api", "glance-api", "keystone", "is this token good?"),
  row(22, "glance-api", "glance-api", "nova-compute", "the image"),
  row(23, "nova-compute", "nova-compute", "neutron-server", "the network resources"),
  row(24, "neutron-server", "neutron-server", "keystone", "is this token good?"),
  row(25, "neutron-server", "neutron-server", "nova-compute", "ports, addresses"),
  row(26, "nova-compute", "nova-compute", "cinder-api", "the volumes"),
  row(27, "cinder-api", "cinder-api", "keystone", "is this token good?"),
  row(28, "cinder-api", "cinder-api", "nova-compute", "connection information"),
  row(29, "nova-compute", "nova-compute", "hypervisor", "everything is handed over; the guest starts"),
];

/** Steps that happen only when the server has volumes. */
export const volumeSteps: readonly number[] = [26, 27, 28];

/** A request that is a step is followed by two more: the callee's token check, and its answer. */
export const followedBy: Readonly<Record<number, { check?: number; answer?: number }>> = {
  1: { answer: 2 },
  3: { check: 4 },
  4: { answer: 5 },
  20: { check: 21, answer: 22 },
  23: { check: 24, answer: 25 },
  26: { check: 27, answer: 28 },
};
