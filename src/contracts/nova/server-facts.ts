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
