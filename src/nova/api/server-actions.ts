/** What can be done to a server that exists. */
import { computeAddress, consoleOutput } from "#contracts/nova/messages.ts";
import { errors } from "#contracts/nova/errors.ts";
import { serverAction } from "#contracts/nova/server-actions.ts";
import { BusError } from "#platform/bus/bus.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { ApiDeps } from "./deps.ts";
import { changeGroups } from "./server/groups.ts";
import { beginWork } from "./server/begin.ts";
import { deleteServer } from "./server/delete.ts";
import { findServer, isAdmin } from "./server/find.ts";

export function serverActionHandlers(deps: ApiDeps): Implementation {
  return implement(serverAction, {
    async start(call) {
      const server = await findServer(deps, call);
      await beginWork(deps, call, server, { action: "start", kind: "server.start", params: {}, log: "start" });
      return undefined;
    },
    async stop(call) {
      const server = await findServer(deps, call);
      await beginWork(deps, call, server, { action: "stop", kind: "server.stop", params: {}, log: "stop" });
      return undefined;
    },
    async reboot(call) {
      const server = await findServer(deps, call);
      const type = call.body.reboot.type.toUpperCase() === "HARD" ? "HARD" : "SOFT";
      const action = type === "HARD" ? "reboot_hard" : "reboot_soft";
      await beginWork(deps, call, server, { action, kind: "server.reboot", params: { type }, log: "reboot" });
      return undefined;
    },
    async resetState(call) {
      const server = await findServer(deps, call);
      await deps.store.servers.update(server.id, { vm_state: call.body["os-resetState"].state, task_state: null });
      return undefined;
    },
    async lock(call) {
      const server = await findServer(deps, call);
      const locked_by = server.user_id !== call.identity.user_id && isAdmin(call) ? "admin" : "owner";
      const locked_reason = call.body.lock?.locked_reason ?? null;
      await deps.store.servers.update(server.id, { locked: true, locked_by, locked_reason });
      return undefined;
    },
    async unlock(call) {
      const server = await findServer(deps, call);
      const mine = { project_id: server.project_id, user_id: server.user_id };
      if (server.locked_by === "admin") call.enforce(mine, "os_compute_api:os-lock-server:unlock:unlock_override");
      await deps.store.servers.update(server.id, { locked: false, locked_by: null, locked_reason: null });
      return undefined;
    },
    async forceDelete(call) {
      await deleteServer(deps, call, await findServer(deps, call));
      return undefined;
    },
    async addSecurityGroup(call) {
      await changeGroups(deps, call, await findServer(deps, call), { add: call.body["addSecurityGroup"]?.name });
      return undefined;
    },
    async removeSecurityGroup(call) {
      await changeGroups(deps, call, await findServer(deps, call), { remove: call.body["removeSecurityGroup"]?.name });
      return undefined;
    },
    async consoleOutput(call) {
      const length = call.body["os-getConsoleOutput"]?.length ?? null;
      const lines = length === null || Number(length) < 0 ? null : Number(length);
      return { output: await readConsole(deps, call, lines) };
    },
  });
}

async function readConsole(deps: ApiDeps, call: Call, lines: number | null): Promise<string> {
  const server = await findServer(deps, call);
  if (server.host === null) throw errors.notReady({ server_id: server.id });
  try {
    const address = computeAddress(server.host);
    const reply = await deps.bus.call(address, consoleOutput, { server_id: server.id, lines }, { timeout_ms: 15_000 });
    return reply.output;
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    if (error.code === "remote") throw errors.consoleMissing({ server_id: server.id }, { cause: error });
    throw errors.consoleFailed({ server_id: server.id }, { cause: error });
  }
}
