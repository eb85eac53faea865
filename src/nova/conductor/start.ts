/**
 * The role nova-conductor: compute's only way to the database. It hands out orders, keeps the journal of operations, and
 * ends them. Steps 15 to 18 of the flow are its part.
 */
import {
  activeOperations,
  computeAddress,
  conductorAddress,
  getOrder,
  hostReport,
  operationDone,
  operationFailing,
  operationUndone,
  recordInterfaces,
  recordStep,
  runOperation,
} from "#contracts/nova/messages.ts";
import type { Interface, Order } from "#contracts/nova/order.ts";
import { on, type BusHandler } from "#platform/bus/bus.ts";
import type { Operation } from "#platform/operations/operation.ts";
import { makeReconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { currentTrace, type Tracer } from "#platform/trace/trace.ts";
import { makeCinderClient } from "../clients/cinder.ts";
import { makePlacementClient } from "../clients/placement.ts";
import type { FlowParts } from "../flows/create-fails.ts";
import { forOperations, type NovaStore } from "../store/open.ts";
import { beat } from "../flows/heartbeat.ts";
import { applyEffect } from "./effects.ts";
import { endUndone, finishOperation } from "./finish.ts";
import { takeHostReport } from "./host-report.ts";
import { runHostless } from "./hostless.ts";
import { makeLeftoverFinder } from "./leftovers.ts";
import { orderOf, readOrder } from "./order.ts";
import { makeSupervisor } from "./supervise.ts";

const supervise_ms = 5_000;
const leftovers_ms = 30_000;

export async function startNovaConductor(parts: Parts, store: NovaStore): Promise<RunningRole> {
  const placement = makePlacementClient(parts.upstream, parts.serviceUser.token);
  const flow: FlowParts = { store, placement, bus: parts.bus, clock: parts.clock };
  const cinder = makeCinderClient(parts.upstream, parts.serviceUser.token);
  const hostless = on(runOperation, async ({ operation_id }) => {
    const operation = await store.operations.find(operation_id);
    if (operation && ["running", "undoing", "stuck"].includes(operation.state))
      await runHostless(flow, cinder, operation);
  });
  const handlers = [
    ...orderHandlers(store, parts.tracer),
    ...operationHandlers(flow),
    ...hostHandlers(store),
    hostless,
  ];
  const stopServing = await parts.bus.serve(conductorAddress, handlers);
  const supervisor = makeSupervisor({ ...flow, ids: parts.ids });
  let first = true;
  const reconciler = makeReconciler({
    name: "operations",
    period_ms: supervise_ms,
    clock: parts.clock,
    log: parts.log,
    async run() {
      const all = first;
      first = false;
      return supervisor.run(all);
    },
  });
  const leftovers = makeReconciler({
    name: "leftovers in other services",
    period_ms: leftovers_ms,
    clock: parts.clock,
    log: parts.log,
    run: makeLeftoverFinder({ store, placement, cinder }),
  });
  const stopBeating = beat({ store, clock: parts.clock, log: parts.log }, "nova-conductor");
  return {
    async stop() {
      stopBeating();
      await leftovers.stop();
      await reconciler.stop();
      await stopServing();
    },
  };
}

function orderHandlers(store: NovaStore, tracer: Tracer): BusHandler[] {
  return [
    on(getOrder, async ({ operation_id, host }) => {
      const owner = computeAddress(host);
      if (currentTrace()?.step !== 14) {
        const facts = await readOrder(store, operation_id, owner);
        return { order: facts ? orderOf(facts) : null };
      }
      return { order: (await tracedOrder(store, tracer, operation_id, owner)) ?? null };
    }),
  ];
}

/** The build order of a create, whose steps are seen. */
async function tracedOrder(
  store: NovaStore,
  tracer: Tracer,
  operation_id: string,
  owner: string,
): Promise<Order | undefined> {
  await tracer.step(15, {}, async () => undefined);
  const facts = await tracer.step(16, {}, () => readOrder(store, operation_id, owner));
  const order = await tracer.step(17, {}, async () => facts && orderOf(facts));
  await tracer.step(18, {}, async () => undefined);
  return order;
}

function operationHandlers(flow: FlowParts): BusHandler[] {
  const { store } = flow;
  /** The operation, if it is (still) this host's. */
  const mine = async (operation_id: string, host: string): Promise<Operation | undefined> => {
    const operation = await store.operations.find(operation_id);
    return operation?.owner === computeAddress(host) ? operation : undefined;
  };
  return [
    on(recordStep, async ({ operation_id, host, step, record }) => {
      // What users see of the step and the journal that knows it as done are one change.
      const state = await store.transaction(async (trx) => {
        const operation = await store.operations.recordFor(
          computeAddress(host),
          operation_id,
          step,
          record,
          forOperations(trx),
        );
        if (operation) await applyEffect({ store, trx }, operation, step, record);
        return operation?.state;
      });
      return { state: state ?? "failed" };
    }),
    on(operationDone, async ({ operation_id, host, power_state }) => {
      const operation = await mine(operation_id, host);
      if (operation?.state === "running") await finishOperation(flow, operation, power_state);
      return {};
    }),
    on(operationFailing, async ({ operation_id, host, reason, retryable }) => {
      const operation = await mine(operation_id, host);
      if (!operation) return {};
      if (operation.state === "running")
        await store.operations.record(operation_id, "failure", { status: "done", output: { reason, retryable } });
      await store.operations.change(operation_id, ["running"], {
        state: "undoing",
        error: reason,
        waiting_for: `${host} to undo it`,
      });
      return {};
    }),
    on(operationUndone, async ({ operation_id, host, stuck }) => {
      const operation = await mine(operation_id, host);
      if (!operation) return {};
      if (stuck === null) await endUndone(flow, operation, host);
      else
        await store.operations.change(operation_id, ["undoing", "stuck"], {
          state: "stuck",
          waiting_for: `an undo on ${host}: ${stuck}`,
        });
      return {};
    }),
    on(activeOperations, async ({ host }) => {
      const active = await store.operations.listActive(computeAddress(host));
      return {
        operations: active.map((operation) => ({ operation_id: operation.id, server_id: operation.resource_id })),
      };
    }),
  ];
}

function hostHandlers(store: NovaStore): BusHandler[] {
  return [
    on(hostReport, (report) => takeHostReport(store, report)),
    on(recordInterfaces, async ({ server_id, host, interfaces }) => {
      const server = await store.servers.find(server_id);
      if (server)
        await store.servers.update(server_id, { info_cache: refreshed(server.info_cache, interfaces) }, { host });
      return {};
    }),
  ];
}

/** Neutron's view of the interfaces in the order and with the origin that the server's row knows. Unknown ones are not ours to delete. */
function refreshed(known: readonly Interface[], seen: readonly Interface[]): Interface[] {
  const origin = new Map(known.map((one) => [one.port_id, one]));
  const rank = (one: Interface): number => {
    const at = known.findIndex((other) => other.port_id === one.port_id);
    return at === -1 ? known.length : at;
  };
  return [...seen]
    .sort((a, b) => rank(a) - rank(b))
    .map((one) => ({
      ...one,
      created_by_nova: origin.get(one.port_id)?.created_by_nova ?? false,
      tag: origin.get(one.port_id)?.tag ?? null,
    }));
}
