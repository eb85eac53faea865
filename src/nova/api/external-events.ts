/** Events from Neutron and Cinder, passed on to the host of the server that each is about. */
import { errors } from "#contracts/nova/errors.ts";
import { externalEvents, type EventRequest } from "#contracts/nova/external-event.ts";
import { computeAddress, externalEvent } from "#contracts/nova/messages.ts";
import { implement, Reply, type Implementation } from "#platform/http/call.ts";
import type { Server } from "../store/servers.ts";
import type { ApiDeps } from "./deps.ts";

export function externalEventHandlers(deps: ApiDeps): Implementation {
  return implement(externalEvents, {
    async create(call) {
      const { events } = call.body;
      const servers = await deps.store.servers.findMany([...new Set(events.map((event) => event.server_uuid))]);
      const byId = new Map(servers.filter((server) => server.deleted_at === null).map((server) => [server.id, server]));
      const results = events.map((event) => judge(event, byId.get(event.server_uuid)));
      if (results.every(({ code }) => code === 404))
        throw errors.notFound({ reason: "No instances found for any event" });
      await Promise.all(
        results.filter(({ code }) => code === 200).map(({ event, server }) => pass(deps, event, server)),
      );
      const body = results.map(({ event, code, status }) => ({ ...event, status, code }));
      return new Reply({ events: body }, { status: results.every(({ code }) => code === 200) ? 200 : 207 });
    },
  });
}

interface Judged {
  event: EventRequest;
  server: Server | undefined;
  code: number;
  status: string;
}

/** 404: no such server; 422: it has no host that could be told. */
function judge(event: EventRequest, server: Server | undefined): Judged {
  const code = server === undefined ? 404 : server.host === null ? 422 : 200;
  return { event, server, code, status: code === 200 ? (event.status ?? "completed") : "failed" };
}

async function pass(deps: ApiDeps, event: EventRequest, server: Server | undefined): Promise<void> {
  if (!server?.host) return;
  const body = { name: event.name, server_id: server.id, tag: event.tag ?? null, status: event.status ?? "completed" };
  try {
    await deps.bus.cast(computeAddress(server.host), externalEvent, body);
  } catch (error) {
    deps.log.warn(
      { server_id: server.id, event: event.name, err: error },
      "an event could not be passed on; the host asks again itself",
    );
  }
}
