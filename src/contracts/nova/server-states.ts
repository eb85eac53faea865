/**
 * The states of a server, what users see of them, and which action may start in which: one table for the API (409), the
 * store (the guard of the update), the agents and the dashboard. Source: nova 26's compute API.
 */

export const vmStates = [
  "building",
  "active",
  "paused",
  "suspended",
  "stopped",
  "rescued",
  "resized",
  "soft-delete",
  "deleted",
  "error",
  "shelved",
  "shelved_offloaded",
] as const;
export type VmState = (typeof vmStates)[number];

export const taskStates = [
  "scheduling",
  "block_device_mapping",
  "networking",
  "spawning",
  "image_snapshot",
  "image_snapshot_pending",
  "image_pending_upload",
  "image_uploading",
  "image_backup",
  "updating_password",
  "resize_prep",
  "resize_migrating",
  "resize_migrated",
  "resize_finish",
  "resize_reverting",
  "resize_confirming",
  "rebooting",
  "reboot_pending",
  "reboot_started",
  "rebooting_hard",
  "reboot_pending_hard",
  "reboot_started_hard",
  "pausing",
  "unpausing",
  "suspending",
  "resuming",
  "powering-off",
  "powering-on",
  "rescuing",
  "unrescuing",
  "rebuilding",
  "rebuild_block_device_mapping",
  "rebuild_spawning",
  "migrating",
  "deleting",
  "soft-deleting",
  "restoring",
  "shelving",
  "shelving_image_pending_upload",
  "shelving_image_uploading",
  "shelving_offloading",
  "unshelving",
] as const;
export type TaskState = (typeof taskStates)[number];

/** 0 no state, 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended. */
export const powerStates = { nostate: 0, running: 1, paused: 3, shutdown: 4, crashed: 6, suspended: 7 } as const;
export type PowerState = number;

export type ServerStatus =
  | "ACTIVE"
  | "BUILD"
  | "SHUTOFF"
  | "REBOOT"
  | "HARD_REBOOT"
  | "PASSWORD"
  | "REBUILD"
  | "MIGRATING"
  | "RESIZE"
  | "VERIFY_RESIZE"
  | "REVERT_RESIZE"
  | "PAUSED"
  | "SUSPENDED"
  | "RESCUE"
  | "ERROR"
  | "SOFT_DELETED"
  | "DELETED"
  | "SHELVED"
  | "SHELVED_OFFLOADED"
  | "UNKNOWN";

interface StatusRow {
  status: ServerStatus;
  /** The status during some tasks. */
  during?: Partial<Record<TaskState, ServerStatus>>;
}

const rebuilding = {
  rebuilding: "REBUILD",
  rebuild_block_device_mapping: "REBUILD",
  rebuild_spawning: "REBUILD",
} as const;
const resizing = {
  resize_prep: "RESIZE",
  resize_migrating: "RESIZE",
  resize_migrated: "RESIZE",
  resize_finish: "RESIZE",
} as const;
const rebooting = {
  rebooting: "REBOOT",
  reboot_pending: "REBOOT",
  reboot_started: "REBOOT",
  rebooting_hard: "HARD_REBOOT",
  reboot_pending_hard: "HARD_REBOOT",
  reboot_started_hard: "HARD_REBOOT",
} as const;

const statusTable: Record<VmState, StatusRow> = {
  active: {
    status: "ACTIVE",
    during: { ...rebooting, ...rebuilding, ...resizing, updating_password: "PASSWORD", migrating: "MIGRATING" },
  },
  building: { status: "BUILD" },
  stopped: { status: "SHUTOFF", during: { ...resizing, ...rebuilding } },
  resized: { status: "VERIFY_RESIZE", during: { resize_reverting: "REVERT_RESIZE" } },
  paused: { status: "PAUSED", during: { migrating: "MIGRATING" } },
  suspended: { status: "SUSPENDED" },
  rescued: { status: "RESCUE" },
  error: { status: "ERROR", during: rebuilding },
  "soft-delete": { status: "SOFT_DELETED" },
  deleted: { status: "DELETED" },
  shelved: { status: "SHELVED" },
  shelved_offloaded: { status: "SHELVED_OFFLOADED" },
};

/** What users see of a server's state. */
export function statusOf(vm_state: VmState, task_state: TaskState | null): ServerStatus {
  const row = statusTable[vm_state];
  return (task_state === null ? undefined : row.during?.[task_state]) ?? row.status;
}

/** The vm states (and tasks) that show as a status: for the filter of the list. Empty for an unknown status. */
export function statesOf(status: string): { vm_state: VmState; task_states: TaskState[] | undefined }[] {
  return vmStates.flatMap((vm_state): { vm_state: VmState; task_states: TaskState[] | undefined }[] => {
    const row = statusTable[vm_state];
    if (row.status === status) return [{ vm_state, task_states: undefined }];
    const during = Object.entries(row.during ?? {}).filter(([, shown]) => shown === status);
    return during.length === 0 ? [] : [{ vm_state, task_states: during.map(([task]) => task as TaskState) }];
  });
}

export interface ServerAction {
  /** The word in the sentence of a refusal: "Cannot 'stop' instance …". */
  word: string;
  vm_states: readonly VmState[] | "any";
  /** Tasks that it may interrupt besides none. */
  tasks: readonly TaskState[] | "any";
  /** True when the guest must have run once. */
  launched: boolean;
  /** The task it begins; undefined when it begins none. */
  begins?: TaskState;
}

const withVolumes: readonly VmState[] = [
  "active",
  "paused",
  "stopped",
  "resized",
  "soft-delete",
  "shelved",
  "shelved_offloaded",
];
const withMetadata: readonly VmState[] = ["active", "paused", "suspended", "stopped"];
const withInterfaces: readonly VmState[] = ["active", "paused", "stopped"];

export const serverActions = {
  delete: { word: "delete", vm_states: "any", tasks: "any", launched: false, begins: "deleting" },
  start: { word: "start", vm_states: ["stopped"], tasks: [], launched: true, begins: "powering-on" },
  stop: { word: "stop", vm_states: ["active", "error"], tasks: [], launched: true, begins: "powering-off" },
  reboot_soft: { word: "reboot", vm_states: ["active"], tasks: [], launched: true, begins: "rebooting" },
  reboot_hard: {
    word: "reboot",
    vm_states: ["active", "stopped", "paused", "suspended", "error"],
    tasks: [
      "rebooting",
      "reboot_pending",
      "reboot_started",
      "rebooting_hard",
      "reboot_pending_hard",
      "reboot_started_hard",
      "resuming",
      "unpausing",
      "pausing",
      "suspending",
    ],
    launched: true,
    begins: "rebooting_hard",
  },
  attach_volume: { word: "attach_volume", vm_states: withVolumes, tasks: "any", launched: true },
  detach_volume: { word: "detach_volume", vm_states: withVolumes, tasks: "any", launched: true },
  attach_interface: { word: "attach_interface", vm_states: withInterfaces, tasks: [], launched: true },
  detach_interface: { word: "detach_interface", vm_states: withInterfaces, tasks: [], launched: true },
  update_metadata: { word: "update metadata", vm_states: withMetadata, tasks: [], launched: true },
  delete_metadata: { word: "delete metadata", vm_states: withMetadata, tasks: [], launched: true },
  console_output: { word: "get_console_output", vm_states: "any", tasks: "any", launched: false },
} as const satisfies Record<string, ServerAction>;

export type ServerActionName = keyof typeof serverActions;

export interface ServerState {
  vm_state: VmState;
  task_state: TaskState | null;
  launched_at: number | null;
}

/** Why an action may not start now, in the terms of the refusal; undefined when it may. */
export function obstacle(
  action: ServerAction,
  server: ServerState,
): { attr: string; state: string } | "not launched" | undefined {
  if (action.vm_states !== "any" && !action.vm_states.includes(server.vm_state))
    return { attr: "vm_state", state: server.vm_state };
  const task = server.task_state;
  if (task !== null && action.tasks !== "any" && !action.tasks.includes(task))
    return { attr: "task_state", state: task };
  return action.launched && server.launched_at === null ? "not launched" : undefined;
}
