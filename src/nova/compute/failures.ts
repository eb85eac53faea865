/** Which failures another host might not have: those are worth scheduling the server again. */
import { UpstreamError } from "#platform/http/client.ts";
import { Cancelled } from "./conductor-client.ts";

/** What the user asked for cannot be had anywhere: no other host would help. */
export class HopelessError extends Error {}

/** Refusals by another service (4xx) are about the request, not about this host; so is a cancelled create. */
export function isRetryable(cause: unknown): boolean {
  if (cause instanceof Cancelled || cause instanceof HopelessError) return false;
  if (cause instanceof UpstreamError) return cause.status >= 500;
  return true;
}
