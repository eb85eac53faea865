/** The log of a server, readable also after the server is gone (from 2.21 on). */
import { errors } from "#contracts/nova/errors.ts";
import { instanceAction, serverPassword } from "#contracts/nova/server-parts.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { InstanceAction, InstanceActionEvent } from "../store/instance-actions.ts";
import type { Server } from "../store/servers.ts";
import type { ApiDeps } from "./deps.ts";
import { afterMarker, limitOf, nextLink } from "./paging.ts";
import { findServer, isAdmin, targetOf } from "./server/find.ts";
import { hostIdOf } from "./views/server.ts";

export function instanceActionHandlers(deps: ApiDeps): Implementation {
  return implement(instanceAction, {
    async list(call) {
      const server = await findLogged(deps, call);
      const paged = call.has("paged actions");
      const all = await deps.store.instanceActions.list(server.id);
      const { limit, marker, "changes-since": since, "changes-before": before } = call.query;
      const between = paged
        ? all.filter(({ updated_at }) => updated_at >= timeOf(since, 0) && updated_at <= timeOf(before, Infinity))
        : all;
      const rest = afterMarker(between, paged ? marker : undefined, (action) => action.request_id);
      if (!rest) throw errors.badMarker({ marker });
      const size = paged ? limitOf(limit) : rest.length;
      const page = rest.slice(0, size);
      const links = paged ? nextLink(call, page, size, page.at(-1)?.request_id) : undefined;
      return { instanceActions: page.map(viewAction), ...(links ? { links } : {}) };
    },
    async show(call) {
      const server = await findLogged(deps, call);
      const request_id = call.params["request_id"] ?? "";
      const action = await deps.store.instanceActions.find(server.id, request_id);
      if (!action) throw errors.actionNotFound({ request_id });
      const details = call.allows("os_compute_api:os-instance-actions:events", targetOf(server));
      if (!details && !call.has("events for owners")) return { instanceAction: viewAction(action) };
      const events = await deps.store.instanceActions.listEvents(server.id, request_id);
      return {
        instanceAction: { ...viewAction(action), events: events.map((event) => viewEvent(event, server, details)) },
      };
    },
  });
}

async function findLogged(deps: ApiDeps, call: Call): Promise<Server> {
  if (!call.has("actions of deleted servers")) return findServer(deps, call);
  const server_id = call.params["server_id"] ?? "";
  const server = await deps.store.servers.find(server_id);
  if (!server || (server.project_id !== call.identity.project_id && !isAdmin(call)))
    throw errors.serverNotFound({ server_id });
  call.enforce(targetOf(server));
  return server;
}

function timeOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const at_ms = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(at_ms)) throw errors.badRequest({ reason: `'${text}' is not a 'date-time'` });
  return at_ms;
}

function viewAction(action: InstanceAction) {
  return {
    action: action.action,
    instance_uuid: action.server_id,
    request_id: action.request_id,
    user_id: action.user_id,
    project_id: action.project_id,
    start_time: isoMicrosNoZone(action.start_time),
    message: action.message,
    updated_at: isoMicrosNoZone(action.updated_at),
  };
}

/** Hosts and tracebacks are for administrators. */
function viewEvent(event: InstanceActionEvent, server: Server, details: boolean) {
  return {
    event: event.event,
    start_time: isoMicrosNoZone(event.start_time),
    finish_time: event.finish_time === null ? null : isoMicrosNoZone(event.finish_time),
    result: event.result,
    traceback: null,
    ...(details ? { host: event.host } : {}),
    hostId: hostIdOf({ project_id: server.project_id, host: event.host }),
    details: event.details,
  };
}

export function serverPasswordHandlers(deps: ApiDeps): Implementation {
  return implement(serverPassword, {
    async show(call) {
      const server = await findServer(deps, call);
      return { password: (await deps.store.servers.findSystemMetadata(server.id, "password")) ?? "" };
    },
    async clear(call) {
      const server = await findServer(deps, call);
      await deps.store.servers.putSystemMetadata(server.id, "password", null);
      return undefined;
    },
  });
}
