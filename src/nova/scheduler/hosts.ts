/** What the scheduler knows of hosts and of the server it places: plain data, so that choosing is a pure function. */
export interface HostState {
  host: string;
  /** Also the id of its resource provider. */
  node_uuid: string;
  hypervisor_hostname: string;
  hypervisor_type: string;
  hypervisor_version: number;
  zone: string;
  /** Enabled, not forced down, and heard of lately. */
  up: boolean;
  disabled: boolean;
  disabled_reason: string | null;
  vcpus_free: number;
  memory_mb_free: number;
  disk_gb_free: number;
  /** Builds, deletes and moves under way. */
  busy: number;
  servers: readonly string[];
}

export interface Request {
  server_id: string;
  project_id: string;
  vcpus: number;
  memory_mb: number;
  disk_gb: number;
  /** Null: any zone. */
  zone: string | null;
  /** Host that an administrator asked for. */
  forced_host: string | null;
  forced_node: string | null;
  /** Hosts on which this server could not be built before. */
  excluded_hosts: readonly string[];
  image_properties: Readonly<Record<string, unknown>>;
  extra_specs: Readonly<Record<string, string>>;
  /** Policy of its server group, and where the members are. */
  group: { policy: string; max_per_host: number; members_on: Readonly<Record<string, number>> } | null;
  hints: Readonly<Record<string, unknown>>;
}
