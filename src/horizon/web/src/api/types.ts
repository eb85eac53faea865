/** The parts of the APIs' resources that the pages show; names are OpenStack's. */

export interface SessionInfo {
  session: null | {
    user: { id: string; name: string; domain: string };
    projects: { id: string; name: string }[];
    project: { id: string; name: string };
    roles: string[];
    expires_at: number;
  };
  cloud: { simulated: boolean; version: string };
}

export interface ServerAddress {
  addr: string;
  version: 4 | 6;
  "OS-EXT-IPS:type": "fixed" | "floating";
}

export interface Server {
  id: string;
  name: string;
  status: string;
  created: string;
  key_name: string | null;
  "OS-EXT-STS:vm_state": string;
  "OS-EXT-STS:task_state": string | null;
  /** Null until the guest has run once. */
  "OS-SRV-USG:launched_at": string | null;
  "OS-EXT-AZ:availability_zone"?: string;
  addresses: Record<string, ServerAddress[]>;
  flavor: { original_name: string; vcpus: number; ram: number; disk: number };
  /** An empty string when the server starts from a volume. */
  image: "" | { id: string };
  "os-extended-volumes:volumes_attached"?: { id: string; delete_on_termination?: boolean }[];
  security_groups?: { name: string }[];
  fault?: { code: number; message: string; created: string };
}

export interface Flavor {
  id: string;
  name: string;
  vcpus: number;
  /** MB */
  ram: number;
  /** GB */
  disk: number;
}

export interface Image {
  id: string;
  name: string;
  status: string;
  visibility: string;
  disk_format: string;
  /** Bytes. */
  size: number | null;
  virtual_size: number | null;
  /** GB */
  min_disk: number;
  /** MB */
  min_ram: number;
  created_at: string;
}

export interface Network {
  id: string;
  name: string;
  status: string;
  "router:external": boolean;
  subnets: string[];
}

export interface Subnet {
  id: string;
  name: string;
  cidr: string;
  network_id: string;
}

export interface SecurityGroupRule {
  direction: string;
  ethertype: string;
  protocol: string | null;
  port_range_min: number | null;
  port_range_max: number | null;
  remote_ip_prefix: string | null;
}

export interface SecurityGroup {
  id: string;
  name: string;
  security_group_rules: SecurityGroupRule[];
}

export interface FloatingIp {
  id: string;
  floating_ip_address: string;
  fixed_ip_address: string | null;
  port_id: string | null;
  status: string;
}

export interface Volume {
  id: string;
  name: string;
  size: number;
  status: string;
  bootable: string;
  volume_type: string | null;
  attachments: { server_id: string; device: string }[];
  /** Of a volume that was made from an image. */
  volume_image_metadata?: { image_name?: string };
}

export interface Keypair {
  name: string;
  type?: string;
  fingerprint: string;
}

export interface InstanceAction {
  action: string;
  request_id: string;
  start_time: string;
  message: string | null;
}

export interface TraceStep {
  step: number;
  component: string;
  from: string;
  to: string;
  name: string;
  /** ISO 8601 with microseconds. */
  start: string;
  offset_ms: number;
  duration_ms: number;
  status: "ok" | "error";
  detail?: string;
}

export interface Trace {
  server_id: string;
  state: "running" | "complete";
  steps: TraceStep[];
  skipped: number[];
}
