/** Gathers what the view of servers needs besides their rows: one query for all of them, not one each. */
import type { Service } from "../../store/hosts.ts";
import type { Server } from "../../store/servers.ts";
import type { ApiDeps } from "../deps.ts";
import type { ServerFacts } from "../views/server.ts";

export async function factsOf(
  deps: Pick<ApiDeps, "store">,
  servers: readonly Server[],
  admin: boolean,
): Promise<ServerFacts[]> {
  const ids = servers.map((server) => server.id);
  const [devices, services] = await Promise.all([
    deps.store.blockDevices.listOfMany(ids),
    admin ? deps.store.hosts.listServices({ binary: "nova-compute" }) : [],
  ]);
  const byServer = Map.groupBy(devices, (device) => device.server_id);
  const byHost = new Map(services.map((service) => [service.host, service]));
  return servers.map((server) => ({
    server,
    devices: byServer.get(server.id) ?? [],
    host_status: hostStatus(deps, server, byHost),
  }));
}

function hostStatus({ store }: Pick<ApiDeps, "store">, server: Server, byHost: Map<string, Service>): string {
  if (server.host === null) return "";
  const service = byHost.get(server.host);
  if (!service) return "UNKNOWN";
  if (service.forced_down) return "DOWN";
  if (service.disabled) return "MAINTENANCE";
  return store.hosts.isUp(service) ? "UP" : "UNKNOWN";
}
