/** What is known of a server besides its states: the shapes of nova's JSON columns, shared with agents and the API. */

/** A flavor as it was when the server was made. */
export interface ServerFlavor {
  /** The flavor's id at that time. */
  id: string;
  name: string;
  vcpus: number;
  memory_mb: number;
  root_gb: number;
  ephemeral_gb: number;
  /** MiB. */
  swap: number;
  extra_specs: Record<string, string>;
}

export interface ServerFault {
  code: number;
  /** The user's sentence. */
  message: string;
  /** Only administrators see it. */
  details?: string;
  /** Milliseconds since the epoch. */
  created_at: number;
}

/** One address of a server. */
export interface ServerAddress {
  addr: string;
  version: 4 | 6;
  type: "fixed" | "floating";
  mac: string;
  port_id: string;
}

/** Addresses as last known, by the network's name, in the order of the interfaces. */
export type InfoCache = Record<string, ServerAddress[]>;

/** What a user asked of the network: one interface. */
export interface RequestedNetwork {
  network_id?: string;
  port_id?: string;
  fixed_ip?: string;
  tag?: string;
}

/** `auto` and `none` are the user's words; a list names interfaces. */
export type RequestedNetworks = "auto" | "none" | RequestedNetwork[];
