/** What the dashboard needs from the rest of the cloud: the services' ordinary HTTP APIs and nothing else. */

export const upstreamServices = ["identity", "image", "compute", "placement", "network", "volume", "trace"] as const;

export type UpstreamService = (typeof upstreamServices)[number];

/** The part of a fetch request that the dashboard uses. A streamed body is sent as it arrives. */
export interface UpstreamInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | ReadableStream<Uint8Array> | null;
  /** Set with a streamed body, as fetch demands. */
  duplex?: "half";
  signal?: AbortSignal;
}

/**
 * Sends one request to a service. `path` starts behind the service's root: `/v3/auth/tokens`, `/v2.1/servers`,
 * `/v1/servers/{id}` (trace); it carries the query. Rejects only when no answer came. `platform/http` has one that fits.
 */
export interface Upstream {
  fetch(service: UpstreamService, path: string, init: UpstreamInit): Promise<Response>;
}

export function isUpstreamService(name: string): name is UpstreamService {
  return upstreamServices.some((service) => service === name);
}
