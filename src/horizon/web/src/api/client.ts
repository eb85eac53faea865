/** The one place where the pages talk to anything: the dashboard's own server, which passes calls on with the token. */
import { ApiError, messageIn } from "./errors.ts";

export type Service = "identity" | "image" | "compute" | "network" | "volume" | "trace";

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
}

/** Nova 2.79: the flavor stands inside the server (since 2.47), volumes tell whether they go with it (2.3). */
const microversion: Partial<Record<Service, string>> = { compute: "compute 2.79" };

let whenSessionEnds = () => {};

/** Says what happens when a call finds that nobody is logged in any more. */
export function onSessionEnd(handler: () => void): void {
  whenSessionEnds = handler;
}

/** Calls a service's API. Throws `ApiError`. */
export async function call<T>(service: Service, path: string, options: CallOptions = {}): Promise<T> {
  const version = microversion[service];
  return send(`/dashboard/api/${service}${path}`, options, version ? { "OpenStack-API-Version": version } : {});
}

/** Calls the dashboard's own server, for sessions. */
export async function callDashboard<T>(path: string, options: CallOptions = {}): Promise<T> {
  return send(`/dashboard${path}`, options, {});
}

async function send<T>(url: string, options: CallOptions, extra: Record<string, string>): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "X-Cumulet-Dashboard": "1", ...extra };
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  const response = await window.fetch(url, init).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "");
  });
  const text = await response.text();
  const body = parse(text);
  // The contract of the called API gives the shape.
  if (response.ok) return body as T;
  if (response.status === 401 && !url.endsWith("/login")) whenSessionEnds();
  throw new ApiError(
    response.status,
    messageIn(body, text),
    response.headers.get("X-OpenStack-Request-Id") ?? undefined,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
