/** The dashboard on a loopback port over a given cloud, for tests and for working on the pages. */
import { serve } from "@hono/node-server";
import { fileURLToPath } from "node:url";
import { makeHorizon } from "#horizon/server/horizon.ts";
import type { Upstream } from "#horizon/server/upstream.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import { makeTracer } from "#platform/trace/trace.ts";

export const webDir = fileURLToPath(new URL("../../src/horizon/web/dist", import.meta.url));

export interface Served {
  url: string;
  close(): Promise<void>;
}

export async function serveDashboard(upstream: Upstream, port = 0): Promise<Served> {
  const cloud = { simulated: true, version: "0.1.0" };
  const parts = { clock: systemClock(), ids: systemIds(), log: makeLog({ level: "warn" }) };
  const tracer = makeTracer("horizon", { ...parts, sink: () => undefined });
  const app = makeHorizon({ upstream, tracer, cloud, web_dir: webDir, ...parts });
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (address) => {
      const close = () => new Promise<void>((done) => server.close(() => done()));
      resolve({ url: `http://127.0.0.1:${address.port}`, close });
    });
  });
}
