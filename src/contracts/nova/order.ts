/**
 * The build order: everything that compute needs to work on one server, read from the database by the conductor, so that
 * compute needs no database. No secrets in it but the user's own data; no tokens.
 */

/** What is known of one step of an operation. */
export interface JournalStep {
  status: "done" | "undone";
  output?: unknown;
}

export interface FlavorOrder {
  id: string;
  name: string;
  vcpus: number;
  memory_mb: number;
  /** 0: as large as the image. */
  root_gb: number;
  extra_specs: Record<string, string>;
}

/** A network that the user asked for, resolved by the API. */
export interface RequestedNetwork {
  network_id: string | null;
  port_id: string | null;
  fixed_ip: string | null;
  tag: string | null;
}

export interface BlockDeviceOrder {
  id: string;
  source_type: "image" | "volume" | "snapshot" | "blank";
  destination_type: "local" | "volume";
  image_id: string | null;
  volume_id: string | null;
  snapshot_id: string | null;
  /** GiB; null when the volume exists. */
  volume_size_gb: number | null;
  volume_type: string | null;
  /** 0 is the root disk; null: not booted from. */
  boot_index: number | null;
  /** `/dev/vdb`. */
  device_name: string | null;
  delete_on_termination: boolean;
  attachment_id: string | null;
  tag: string | null;
}

/** One network interface of a server, as compute found or made it. */
export interface Interface {
  port_id: string;
  network_id: string;
  network_name: string;
  mac: string;
  /** Tap device on the host. */
  tap: string;
  mtu: number;
  /** False when the user brought the port: it is unbound on delete, not deleted. */
  created_by_nova: boolean;
  fixed_ips: { ip_address: string; subnet_id: string; version: 4 | 6; floating_ips: string[] }[];
  tag: string | null;
}

export interface ServerOrder {
  id: string;
  name: string;
  hostname: string;
  project_id: string;
  user_id: string;
  flavor: FlavorOrder;
  image_ref: string | null;
  availability_zone: string;
  metadata: Record<string, string>;
  key: { name: string; data: string; type: string } | null;
  /** Base64, as the user gave it. */
  user_data: string | null;
  config_drive: boolean;
  requested_networks: RequestedNetwork[];
  /** Names or ids. */
  security_groups: string[];
  block_devices: BlockDeviceOrder[];
  interfaces: Interface[];
  vm_state: string;
  launch_index: number;
  created_at: string;
}

/** What compute is to do, and how far it got. */
export interface Order {
  operation_id: string;
  kind: string;
  state: "running" | "undoing" | "stuck";
  params: Record<string, unknown>;
  journal: Record<string, JournalStep>;
  /** Milliseconds since the epoch. */
  deadline_at: number;
  server: ServerOrder;
}
