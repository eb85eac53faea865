/** Protection against other sites' pages: a header no form can send, and what the browser says about the origin. */

export const dashboardHeader = "X-Cumulet-Dashboard";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

export interface RequestFacts {
  method: string;
  /** Value of a header by name, without regard to case. */
  header(name: string): string | undefined;
}

/**
 * True when the request may go on. Reading is protected by the same-origin policy (no CORS header is ever sent), so
 * only calls that change something must prove where they come from; every call to the proxy carries the header anyway.
 */
export function isSameSite(request: RequestFacts): boolean {
  if (safeMethods.has(request.method)) return true;
  if (request.header(dashboardHeader) !== "1") return false;
  const site = request.header("Sec-Fetch-Site");
  if (site !== undefined && site !== "same-origin") return false;
  const origin = request.header("Origin");
  return origin === undefined || originHost(origin) === request.header("Host");
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
