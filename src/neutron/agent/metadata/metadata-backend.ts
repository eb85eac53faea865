/** What answers the guests' metadata requests: Nova's metadata service, wired in by whoever builds the agent. */

export interface MetadataRequest {
  readonly method: string;
  /** Path and query, as the guest sent them. */
  readonly path: string;
  /** Lower-case names. Holds the identity headers set by the proxy; those of the guest are gone. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface MetadataResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Rejections become a bare 502 for the guest. */
export type MetadataBackend = (request: MetadataRequest, signal: AbortSignal) => Promise<MetadataResponse>;
