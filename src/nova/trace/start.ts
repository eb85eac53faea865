/** The collector of traces: takes spans from the queue, and shows a server's trace to whoever may see the server. */
import { notFoundInNova, serverFacts } from "./server-facts.ts";
import { recordSpans, serverTrace, traceAddress } from "#contracts/trace/trace.ts";
import { defaultRules } from "#contracts/kit/resource.ts";
import { on } from "#platform/bus/bus.ts";
import { implement } from "#platform/http/call.ts";
import { makeService } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import { makeReconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { openSpanStore } from "./store.ts";
import { traceView } from "./view.ts";

const keep_ms = 7 * 24 * 3_600_000;
const purge_ms = 3_600_000;

export async function startTrace(parts: Parts): Promise<RunningRole> {
  const store = await openSpanStore(parts.openDatabase);
  const stopServing = await parts.bus.serve(traceAddress, [on(recordSpans, async ({ spans }) => store.insert(spans))]);
  const purging = makeReconciler({
    name: "old traces",
    period_ms: purge_ms,
    clock: parts.clock,
    log: parts.log,
    async run() {
      await store.purge(parts.clock.now() - keep_ms);
      return [];
    },
  });
  const implementation = implement(serverTrace, {
    async show(call) {
      const server_id = call.params["server_id"] ?? "";
      const facts = await serverFacts(parts.upstream, call.identity.token, server_id);
      if (!facts) throw notFoundInNova({ server_id });
      return traceView({ server_id, ...facts, spans: await store.listOf(server_id), now_ms: parts.clock.now() });
    },
  });
  const fetch = makeService({
    ...parts.service,
    name: "trace",
    prefix: "/trace",
    errorStyle: "nova",
    implementations: [implementation],
    policy: makePolicy(defaultRules([serverTrace])),
  });
  return {
    mount: "/trace",
    fetch,
    async stop() {
      await stopServing();
      await purging.stop();
      await store.close();
    },
  };
}
