/** The scheduler and the conductor say that they live, as operators look for them in the list of services. */
import { hostname } from "node:os";
import type { Clock } from "#platform/clock/clock.ts";
import type { Log } from "#platform/log/log.ts";
import type { NovaStore } from "../store/open.ts";

const period_ms = 10_000;
/** Version of the messages of this release. */
export const serviceVersion = 66;

/** Beats until the returned function is called. */
export function beat(parts: { store: NovaStore; clock: Clock; log: Log }, binary: string): () => void {
  const once = (): void => {
    const report = { host: hostname(), binary, zone: "internal", version: serviceVersion };
    parts.store.hosts
      .heartbeat(report)
      .catch((error: unknown) => parts.log.warn({ err: error }, "a heartbeat was not written"));
  };
  once();
  return parts.clock.every(period_ms, once);
}
