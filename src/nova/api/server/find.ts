/** Finds a server for a caller: another project's is not there at all, unless the caller is an administrator. */
import { errors } from "#contracts/nova/errors.ts";
import type { Call } from "#platform/http/call.ts";
import type { Server } from "../../store/servers.ts";
import type { ApiDeps } from "../deps.ts";

/** The project and user that policies ask about. */
export function targetOf(server: Pick<Server, "project_id" | "user_id">): { project_id: string; user_id: string } {
  return { project_id: server.project_id, user_id: server.user_id };
}

export function isAdmin(call: Call): boolean {
  return call.allows("admin_api", {});
}

/** Throws 404, or 403 when the caller may see but not do this. */
export async function findServer(deps: Pick<ApiDeps, "store">, call: Call): Promise<Server> {
  const server_id = call.params["server_id"] ?? "";
  const server = await deps.store.servers.find(server_id);
  const visible = server && (server.project_id === call.identity.project_id || isAdmin(call));
  if (!visible || server.deleted_at !== null) throw errors.serverNotFound({ server_id });
  call.enforce(targetOf(server));
  return server;
}
