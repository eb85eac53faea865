/** How much projects used in a time: hours of servers, times their size. */
import { errors } from "#contracts/nova/errors.ts";
import { usage } from "#contracts/nova/limits.ts";
import { statusOf } from "#contracts/nova/server-states.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import type { Server } from "../store/servers.ts";
import type { ApiDeps } from "./deps.ts";
import { lastOf } from "./paging.ts";

interface Period {
  start: number;
  end: number;
}

const hour_ms = 3_600_000;
const fourWeeks_ms = 28 * 24 * hour_ms;

export function usageHandlers(deps: ApiDeps): Implementation {
  return implement(usage, {
    async list(call) {
      const period = periodOf(deps, call.query);
      const detailed = lastOf(call.query.detailed) === "1";
      const byProject = Map.groupBy(await serversIn(deps, period), (server) => server.project_id);
      return {
        tenant_usages: [...byProject].map(([project_id, servers]) =>
          usageOf(project_id, servers, period, deps.clock.now(), detailed),
        ),
      };
    },
    async show(call) {
      const project_id = call.params["project_id"] ?? "";
      call.enforce({ project_id });
      const period = periodOf(deps, call.query);
      const servers = await serversIn(deps, period, project_id);
      return { tenant_usage: servers.length === 0 ? {} : usageOf(project_id, servers, period, deps.clock.now(), true) };
    },
  });
}

function periodOf(deps: ApiDeps, query: { start?: string | string[]; end?: string | string[] }): Period {
  const now = deps.clock.now();
  const end = timeOf(lastOf(query.end)) ?? now;
  const start = timeOf(lastOf(query.start)) ?? end - fourWeeks_ms;
  if (start > end)
    throw errors.badRequest({ reason: "Invalid start time. The start time cannot occur after the end time." });
  return { start, end };
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const iso = text.replace(" ", "T");
  const at_ms = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/i.test(iso) || !iso.includes("T") ? iso : `${iso}Z`);
  if (Number.isNaN(at_ms)) throw errors.badRequest({ reason: `Datetime is in invalid format` });
  return at_ms;
}

async function serversIn({ store }: ApiDeps, { start, end }: Period, project_id?: string): Promise<Server[]> {
  const all = await store.servers.list({
    ...(project_id === undefined ? {} : { equal: { project_id } }),
    sort: [],
    limit: Number.MAX_SAFE_INTEGER,
  });
  return all.filter(
    (server) => server.launched_at !== null && server.launched_at < end && (server.deleted_at ?? Infinity) > start,
  );
}

function hoursOf(server: Server, { start, end }: Period, now: number): number {
  const from = Math.max(server.launched_at ?? now, start);
  const to = Math.min(server.deleted_at ?? now, end);
  return Math.max(0, to - from) / hour_ms;
}

function usageOf(tenant_id: string, servers: readonly Server[], period: Period, now: number, detailed: boolean) {
  const sum = (size: (server: Server) => number): number =>
    servers.reduce((total, server) => total + hoursOf(server, period, now) * size(server), 0);
  return {
    tenant_id,
    start: isoMicrosNoZone(period.start),
    stop: isoMicrosNoZone(period.end),
    total_hours: sum(() => 1),
    total_vcpus_usage: sum((server) => server.vcpus),
    total_memory_mb_usage: sum((server) => server.memory_mb),
    total_local_gb_usage: sum((server) => server.flavor.root_gb),
    ...(detailed ? { server_usages: servers.map((server) => serverUsage(server, period, now)) } : {}),
  };
}

function serverUsage(server: Server, period: Period, now: number) {
  const ended = server.deleted_at;
  return {
    instance_id: server.id,
    name: server.name,
    hours: hoursOf(server, period, now),
    vcpus: server.vcpus,
    memory_mb: server.memory_mb,
    local_gb: server.flavor.root_gb,
    flavor: server.flavor.name,
    state: ended === null ? statusOf(server.vm_state, server.task_state).toLowerCase() : "terminated",
    tenant_id: server.project_id,
    started_at: isoMicrosNoZone(server.launched_at ?? server.created_at),
    ended_at: ended === null ? null : isoMicrosNoZone(ended),
    uptime: Math.floor(((ended ?? now) - (server.launched_at ?? now)) / 1000),
  };
}
