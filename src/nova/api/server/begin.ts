/**
 * Begins a long work on a server: may it start now, the guarded change of state, the log of the server, the operation's
 * row, all in one transaction; then a poke to whoever does it. A poke that is lost costs time, never the work.
 */
import { computeAddress, conductorAddress, runOperation } from "#contracts/nova/messages.ts";
import { errors } from "#contracts/nova/errors.ts";
import { operationPlans, type OperationKind, type OperationParams } from "#contracts/nova/operations.ts";
import {
  obstacle,
  serverActions,
  type ServerAction,
  type ServerActionName,
  type TaskState,
} from "#contracts/nova/server-states.ts";
import type { Call } from "#platform/http/call.ts";
import { forOperations } from "../../store/open.ts";
import type { NovaDb, Server, ServerGuard } from "../../store/servers.ts";
import type { ApiDeps } from "../deps.ts";
import { isAdmin } from "./find.ts";

export interface Work<K extends OperationKind> {
  action: ServerActionName;
  kind: K;
  params: OperationParams[K];
  /** Name in the log of the server. */
  log: string;
  /** Rows that belong to the same transaction. */
  also?: (trx: NovaDb) => Promise<void>;
}

/** Throws 409 when the action may not start now. */
export function refuseUnlessAllowed(call: Call, server: Server, name: ServerActionName): void {
  const action: ServerAction = serverActions[name];
  refuseLocked(call, server);
  const reason = obstacle(action, server);
  const facts = { server_id: server.id, action: action.word };
  if (reason === "not launched") throw errors.neverLaunched(facts);
  if (reason) throw errors.wrongState({ ...facts, ...reason });
}

export function refuseLocked(call: Call, server: Server): void {
  if (server.locked && !isAdmin(call)) throw errors.locked({ server_id: server.id });
}

/** Returns the id of the operation. */
export async function beginWork<K extends OperationKind>(
  deps: ApiDeps,
  call: Call,
  server: Server,
  work: Work<K>,
): Promise<string> {
  refuseUnlessAllowed(call, server, work.action);
  const operation_id = deps.ids.uuid();
  const action: ServerAction = serverActions[work.action];
  await deps.store.transaction(async (trx) => {
    const patch = action.begins ? { task_state: action.begins } : {};
    const changed = await deps.store.servers.update(server.id, patch, guardOf(action, server), trx);
    if (!changed) throw errors.changedMeanwhile({ server_id: server.id });
    await work.also?.(trx);
    await writeOperation(deps, call, server, { ...work, operation_id }, trx);
  });
  await poke(deps, server, operation_id);
  return operation_id;
}

/** What the table allows; one that was in a task that may be interrupted is in that task still. */
function guardOf(action: ServerAction, server: Server): ServerGuard {
  return {
    host: server.host,
    vm_state: action.vm_states === "any" ? [server.vm_state] : action.vm_states,
    ...(action.tasks === "any" ? {} : { task_state: [null, ...(action.tasks as readonly TaskState[])] }),
  };
}

/** The log of the server and the operation's row. */
export async function writeOperation<K extends OperationKind>(
  deps: ApiDeps,
  call: Call,
  server: Pick<Server, "id" | "host">,
  work: Pick<Work<K>, "kind" | "params" | "log"> & { operation_id: string },
  trx: NovaDb,
): Promise<void> {
  const { request_id, identity } = call;
  const { user_id, project_id } = identity;
  await deps.store.instanceActions.start(
    { request_id, server_id: server.id, action: work.log, user_id, project_id },
    trx,
  );
  await deps.store.operations.insert(forOperations(trx), {
    id: work.operation_id,
    kind: work.kind,
    resource_id: server.id,
    params: { ...work.params, request_id },
    owner: server.host ? computeAddress(server.host) : conductorAddress,
    waiting_for: server.host ? `${server.host} to begin` : "the conductor",
    deadline_ms: operationPlans[work.kind].deadline_s * 1000,
  });
}

export async function poke(deps: ApiDeps, server: Pick<Server, "id" | "host">, operation_id: string): Promise<void> {
  const address = server.host ? computeAddress(server.host) : conductorAddress;
  try {
    await deps.bus.cast(address, runOperation, { operation_id, server_id: server.id });
  } catch (error) {
    deps.log.warn(
      { server_id: server.id, operation_id, err: error },
      "the queue did not take a poke; it will be repeated",
    );
  }
}
