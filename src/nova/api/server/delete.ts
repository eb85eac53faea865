/**
 * Deletion: allowed in any state, also while the server is built. A create that is under way is told to unwind in the
 * same transaction that begins the deletion, so that nothing can begin between the two.
 */
import { until } from "#platform/clock/until.ts";
import type { Call } from "#platform/http/call.ts";
import { activeStates } from "#platform/operations/store.ts";
import { forOperations } from "../../store/open.ts";
import type { NovaDb, Server } from "../../store/servers.ts";
import type { ApiDeps } from "../deps.ts";
import { poke, refuseLocked, writeOperation } from "./begin.ts";

export async function deleteServer(deps: ApiDeps, call: Call, server: Server): Promise<void> {
  refuseLocked(call, server);
  const begun = await deps.store.transaction((trx) => begin(deps, call, server.id, trx));
  for (const operation_id of begun.operation_ids) await poke(deps, begun, operation_id);
  const [last] = begun.operation_ids.slice(-1);
  if (begun.host === null && last !== undefined) await untilGone(deps, last);
}

/** Without a host there is little to do: users expect the server to be gone when they are told 204. */
const hostless_ms = 1500;

async function untilGone(deps: ApiDeps, operation_id: string): Promise<void> {
  const ended = async (): Promise<true | undefined> => {
    const operation = await deps.store.operations.find(operation_id);
    return operation?.state === "done" ? true : undefined;
  };
  const limits = { limit_ms: hostless_ms, period_ms: 5, what: "the end of a server without a host" };
  await until(deps.clock, ended, limits).catch(() => undefined); // it goes on without us
}

interface Begun extends Pick<Server, "id" | "host"> {
  /** To be poked: a create that unwinds, then the deletion. */
  operation_ids: string[];
}

async function begin(deps: ApiDeps, call: Call, id: string, trx: NovaDb): Promise<Begun> {
  const { store } = deps;
  const server = await store.servers.find(id, trx);
  if (!server || server.deleted_at !== null) return { id, host: null, operation_ids: [] };
  const active = await activeOn(trx, id);
  const { host } = server;
  const deleting = active.find((one) => one.kind === "server.delete");
  if (deleting) return { id, host, operation_ids: [deleting.id] };
  const creating = active.filter((one) => one.kind === "server.create").map((one) => one.id);
  const gone = { state: "undoing" as const, error: "deleted", waiting_for: "the deletion" };
  for (const one of creating) await store.operations.change(one, ["running"], gone, forOperations(trx));
  await store.servers.update(id, { task_state: "deleting" }, {}, trx);
  const operation_id = deps.ids.uuid();
  await writeOperation(deps, call, server, { operation_id, kind: "server.delete", params: {}, log: "delete" }, trx);
  return { id, host, operation_ids: [...creating, operation_id] };
}

/** Read in the transaction: two deletions at once must not both begin. */
function activeOn(trx: NovaDb, resource_id: string): Promise<{ id: string; kind: string }[]> {
  const query = trx.selectFrom("operations").select(["id", "kind"]).where("resource_id", "=", resource_id);
  return query.where("state", "in", [...activeStates]).execute();
}
