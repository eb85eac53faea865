/** The messages between nova-api, scheduler, conductor and compute. Casts are pokes: rows hold what they are about. */
import { Type } from "typebox";
import type { Interface, JournalStep, Order } from "./order.ts";
import { defineMessage } from "../kit/message.ts";

/** Addresses on the queue. */
export const schedulerAddress = "nova-scheduler";
export const conductorAddress = "nova-conductor";
export const computeAddress = (host: string): string => `nova-compute.${host}`;

const poke = Type.Object({ operation_id: Type.String(), server_id: Type.String() });
const done = Type.Object({});

/** A shape that TypeScript knows and the queue passes through. */
const shaped = <T>() => Type.Unsafe<T>({ type: "object" });

/** To the scheduler: choose a host for this server. */
export const scheduleServer = defineMessage({ name: "nova.schedule_server", version: 1, body: poke });

/** To compute: build this server (step 12 of the flow). */
export const buildServer = defineMessage({ name: "nova.build_server", version: 1, body: poke });

/** To compute, or to the conductor for a server without a host: go on with this operation. */
export const runOperation = defineMessage({ name: "nova.run_operation", version: 1, body: poke });

/** To the conductor: the order of an operation; null when there is nothing to do any more. */
export const getOrder = defineMessage({
  name: "nova.get_order",
  version: 1,
  body: Type.Object({ operation_id: Type.String(), host: Type.String() }),
  reply: Type.Object({ order: Type.Union([shaped<Order>(), Type.Null()]) }),
});

/** To the conductor: a step is done or undone. */
export const recordStep = defineMessage({
  name: "nova.record_step",
  version: 1,
  body: Type.Object({
    operation_id: Type.String(),
    host: Type.String(),
    step: Type.String(),
    record: shaped<JournalStep>(),
  }),
  reply: Type.Object({ state: Type.String() }),
});

/** To the conductor: all steps on this host are done. */
export const operationDone = defineMessage({
  name: "nova.operation_done",
  version: 1,
  body: Type.Object({
    operation_id: Type.String(),
    host: Type.String(),
    power_state: Type.Union([Type.Integer(), Type.Null()]),
  }),
  reply: done,
});

/** To the conductor: a step failed, undoing begins. */
export const operationFailing = defineMessage({
  name: "nova.operation_failing",
  version: 1,
  body: Type.Object({
    operation_id: Type.String(),
    host: Type.String(),
    step: Type.String(),
    reason: Type.String(),
    retryable: Type.Boolean(),
  }),
  reply: done,
});

/** To the conductor: everything on this host is undone; or an undo failed (`stuck`). */
export const operationUndone = defineMessage({
  name: "nova.operation_undone",
  version: 1,
  body: Type.Object({
    operation_id: Type.String(),
    host: Type.String(),
    stuck: Type.Union([Type.String(), Type.Null()]),
  }),
  reply: done,
});

/** To the conductor: what is still to be done on a host that has just started. */
export const activeOperations = defineMessage({
  name: "nova.active_operations",
  version: 1,
  body: Type.Object({ host: Type.String() }),
  reply: Type.Object({ operations: Type.Array(poke) }),
});

/** To the conductor, every few seconds: this host lives, has this much, and runs these guests. */
export const hostReport = defineMessage({
  name: "nova.host_report",
  version: 1,
  body: Type.Object({
    host: Type.String(),
    node_uuid: Type.String(),
    hypervisor_type: Type.String(),
    hypervisor_version: Type.Integer(),
    vcpus: Type.Integer(),
    memory_mb: Type.Integer(),
    local_gb: Type.Integer(),
    cpu_info: Type.String(),
    host_ip: Type.String(),
    guests: Type.Array(Type.Object({ server_id: Type.String(), power_state: Type.Integer() })),
  }),
  /** The servers that belong on this host: guests beyond them are leftovers. */
  reply: Type.Object({ servers: Type.Array(Type.Object({ server_id: Type.String(), should_run: Type.Boolean() })) }),
});

/** To the conductor: the interfaces of a server as Neutron has them now. */
export const recordInterfaces = defineMessage({
  name: "nova.record_interfaces",
  version: 1,
  body: Type.Object({ server_id: Type.String(), host: Type.String(), interfaces: Type.Array(shaped<Interface>()) }),
  reply: done,
});

/** To compute: the end of a guest's console log. */
export const consoleOutput = defineMessage({
  name: "nova.console_output",
  version: 1,
  body: Type.Object({ server_id: Type.String(), lines: Type.Union([Type.Integer(), Type.Null()]) }),
  reply: Type.Object({ output: Type.String() }),
});

/** To compute: Neutron or Cinder said that something changed. */
export const externalEvent = defineMessage({
  name: "nova.external_event",
  version: 1,
  body: Type.Object({
    name: Type.String(),
    server_id: Type.String(),
    tag: Type.Union([Type.String(), Type.Null()]),
    status: Type.String(),
  }),
});
