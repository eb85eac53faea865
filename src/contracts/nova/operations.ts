/**
 * The long works of Nova: the steps of each, who does them, and the state in which a server is left. `{ vm_state: null }`
 * leaves the state as it is; `gone` deletes the server. The API writes the operation, compute or the conductor does it.
 */
export type OperationKind =
  | "server.create"
  | "server.delete"
  | "server.start"
  | "server.stop"
  | "server.reboot"
  | "server.attach_volume"
  | "server.detach_volume"
  | "server.attach_interface"
  | "server.detach_interface";

export interface Outcome {
  vm_state: string | null;
  /** The server is gone. */
  gone?: boolean;
}

export interface OperationPlan {
  /** Seconds that the whole may take before it is undone. */
  deadline_s: number;
  /** Names of compute's steps, in order. */
  steps: readonly string[];
  success: Outcome;
  failure: Outcome;
}

/** Parameters of each operation beside the server itself, as the API stores them. */
export interface OperationParams {
  "server.create": Record<string, never>;
  "server.delete": Record<string, never>;
  "server.start": Record<string, never>;
  "server.stop": Record<string, never>;
  "server.reboot": { type: "SOFT" | "HARD" };
  /** `block_device_id` names the row that the API wrote, with its reserved attachment. */
  "server.attach_volume": { block_device_id: string };
  "server.detach_volume": { block_device_id: string };
  /** Exactly one of the ids; `fixed_ip` only with a network. */
  "server.attach_interface": {
    network_id: string | null;
    port_id: string | null;
    fixed_ip: string | null;
    tag: string | null;
  };
  "server.detach_interface": { port_id: string };
}

const unchanged: Outcome = { vm_state: null };

export const operationPlans: Record<OperationKind, OperationPlan> = {
  "server.create": {
    deadline_s: 600,
    steps: ["image", "networks", "volumes", "spawn"],
    success: { vm_state: "active" },
    failure: { vm_state: "error" },
  },
  "server.delete": {
    deadline_s: 600,
    steps: ["destroy", "unplug", "release_volumes"],
    success: { vm_state: "deleted", gone: true },
    failure: { vm_state: "error" },
  },
  "server.start": { deadline_s: 120, steps: ["connect", "start"], success: { vm_state: "active" }, failure: unchanged },
  "server.stop": { deadline_s: 180, steps: ["stop"], success: { vm_state: "stopped" }, failure: unchanged },
  "server.reboot": {
    deadline_s: 180,
    steps: ["connect", "reboot"],
    success: { vm_state: "active" },
    failure: { vm_state: "error" },
  },
  "server.attach_volume": {
    deadline_s: 120,
    steps: ["connect", "plug", "complete"],
    success: unchanged,
    failure: unchanged,
  },
  "server.detach_volume": { deadline_s: 120, steps: ["unplug", "disconnect"], success: unchanged, failure: unchanged },
  "server.attach_interface": { deadline_s: 120, steps: ["port", "plug"], success: unchanged, failure: unchanged },
  "server.detach_interface": { deadline_s: 120, steps: ["unplug", "port"], success: unchanged, failure: unchanged },
};
