/**
 * Nova's tables. Columns are portable between SQLite and PostgreSQL: texts, integers, JSON as text, booleans as 0 and 1,
 * times as milliseconds since the epoch. Shapes inside JSON columns stand in `contracts/nova/server-facts.ts`.
 */
import type { OperationTables } from "#platform/operations/store.ts";
import type { PowerState, TaskState, VmState } from "#contracts/nova/server-states.ts";

/** 0 or 1. */
export type Flag = number;

export interface ServerRow {
  id: string;
  name: string;
  project_id: string;
  user_id: string;
  /** The chosen host; null until one is. */
  host: string | null;
  node: string | null;
  vm_state: VmState;
  task_state: TaskState | null;
  power_state: PowerState;
  /** Null when the server boots from a volume. */
  image_ref: string | null;
  /** Snapshot of the flavor at creation: JSON of `ServerFlavor`. */
  flavor: string;
  /** The flavor's id, for the filter of lists. */
  flavor_id: string;
  /** The flavor's, for sums. */
  vcpus: number;
  memory_mb: number;
  key_name: string | null;
  key_data: string | null;
  key_type: string | null;
  /** Base64, as the user sent it. */
  user_data: string | null;
  config_drive: Flag;
  /** The zone asked for, then the zone of the host. */
  availability_zone: string | null;
  /** Host and node asked for (`zone:host:node`, or `host` and `hypervisor_hostname`). */
  requested_host: string | null;
  requested_node: string | null;
  /** JSON object of texts. */
  metadata: string;
  description: string | null;
  locked: Flag;
  /** `owner` or `admin`. */
  locked_by: string | null;
  locked_reason: string | null;
  /** JSON array of texts. */
  tags: string;
  hostname: string;
  reservation_id: string;
  launch_index: number;
  root_device_name: string | null;
  access_ip_v4: string | null;
  access_ip_v6: string | null;
  disk_config: string;
  /** JSON array of the ids of the groups asked for; empty: Neutron's default. */
  security_groups: string;
  /** JSON array of their names, for users. */
  security_group_names: string;
  /** JSON array of `RequestedNetwork` (`contracts/nova/order.ts`): what the user asked for, resolved. */
  requested_networks: string;
  /** JSON object of `os:scheduler_hints`. */
  scheduler_hints: string;
  server_group_id: string | null;
  /** JSON of `ServerFault`, or null. */
  fault: string | null;
  /** JSON array of `Interface` (`contracts/nova/order.ts`): the interfaces as last known, and who made their ports. */
  info_cache: string;
  /** Number of the newest report of an agent that was taken in: an older one changes nothing. */
  generation: number;
  progress: number;
  launched_at: number | null;
  terminated_at: number | null;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
  /** Trace of the request that created it: for `cumulet trace`. */
  trace_id: string | null;
  request_id: string | null;
}

/** What the guest and the metadata service posted or asked for, one value per key (`password`). */
export interface SystemMetadataRow {
  server_id: string;
  key: string;
  value: string;
}

/** One decision of the scheduler, as JSON for people: which hosts there were, which filter refused which, the weights. */
export interface SchedulerDecisionRow {
  server_id: string;
  attempt: number;
  decision: string;
  created_at: number;
}

export interface BlockDeviceRow {
  id: string;
  server_id: string;
  /** `image`, `volume`, `snapshot` or `blank`. */
  source_type: string;
  /** `local` or `volume`. */
  destination_type: string;
  volume_id: string | null;
  image_id: string | null;
  snapshot_id: string | null;
  volume_size: number | null;
  volume_type: string | null;
  boot_index: number | null;
  device_name: string | null;
  delete_on_termination: Flag;
  /** Cinder's attachment. */
  attachment_id: string | null;
  tag: string | null;
  disk_bus: string | null;
  device_type: string | null;
  guest_format: string | null;
  /** True once the guest has it: an attachment under way is not shown as attached. */
  attached: Flag;
  created_at: number;
  updated_at: number;
}

export interface FlavorRow {
  /** The user's id: a UUID or any text. */
  id: string;
  name: string;
  memory_mb: number;
  vcpus: number;
  root_gb: number;
  ephemeral_gb: number;
  /** MiB. */
  swap: number;
  rxtx_factor: number;
  is_public: Flag;
  disabled: Flag;
  description: string | null;
  /** JSON object of texts. */
  extra_specs: string;
  created_at: number;
}

export interface FlavorAccessRow {
  flavor_id: string;
  project_id: string;
}

export interface KeypairRow {
  id: string;
  user_id: string;
  name: string;
  /** `ssh` or `x509`. */
  type: string;
  public_key: string;
  fingerprint: string;
  created_at: number;
}

export interface ServiceRow {
  id: string;
  host: string;
  binary: string;
  zone: string;
  disabled: Flag;
  disabled_reason: string | null;
  forced_down: Flag;
  last_seen_at: number | null;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface ComputeNodeRow {
  /** Also the id of its resource provider in Placement. */
  id: string;
  host: string;
  hypervisor_hostname: string;
  /** `QEMU`, `simulated`. */
  hypervisor_type: string;
  hypervisor_version: number;
  vcpus: number;
  memory_mb: number;
  local_gb: number;
  vcpus_used: number;
  memory_mb_used: number;
  local_gb_used: number;
  running_vms: number;
  /** JSON. */
  cpu_info: string;
  host_ip: string | null;
  /** Text of the host's uptime, or null. */
  uptime: string | null;
  created_at: number;
  updated_at: number;
}

export interface AggregateRow {
  id: number;
  uuid: string;
  name: string;
  /** JSON array of texts. */
  hosts: string;
  /** JSON object of texts; `availability_zone` among them. */
  metadata: string;
  created_at: number;
  updated_at: number | null;
}

export interface ServerGroupRow {
  id: string;
  project_id: string;
  user_id: string;
  name: string;
  policy: string;
  /** JSON: `max_server_per_host`. */
  rules: string;
  created_at: number;
}

export interface InstanceActionRow {
  /** Of the request that began it. */
  request_id: string;
  server_id: string;
  action: string;
  user_id: string | null;
  project_id: string | null;
  message: string | null;
  start_time: number;
  updated_at: number;
}

export interface InstanceActionEventRow {
  request_id: string;
  server_id: string;
  /** `compute__do_build_and_run_instance`. */
  event: string;
  start_time: number;
  finish_time: number | null;
  /** `Success` or `Error`. */
  result: string | null;
  host: string | null;
  details: string | null;
}

/** A project's own limit, or a class's when `project_id` is `class:default`. */
export interface QuotaRow {
  project_id: string;
  resource: string;
  hard_limit: number;
}

export interface NovaTables extends OperationTables {
  servers: ServerRow;
  system_metadata: SystemMetadataRow;
  scheduler_decisions: SchedulerDecisionRow;
  block_devices: BlockDeviceRow;
  flavors: FlavorRow;
  flavor_access: FlavorAccessRow;
  keypairs: KeypairRow;
  services: ServiceRow;
  compute_nodes: ComputeNodeRow;
  aggregates: AggregateRow;
  server_groups: ServerGroupRow;
  instance_actions: InstanceActionRow;
  instance_action_events: InstanceActionEventRow;
  quotas: QuotaRow;
}
