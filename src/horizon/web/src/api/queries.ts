/** What the pages read, and how often. Keys begin with the project, so a switch shows nothing of the one before. */
import { queryOptions } from "@tanstack/react-query";
import { call, callDashboard } from "./client.ts";
import { ApiError } from "./errors.ts";
import type * as Api from "./types.ts";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => callDashboard<Api.SessionInfo>("/session"),
  staleTime: 60_000,
});

/** While something changes the pages look every second, else every five. */
export const isChanging = (server: Api.Server) =>
  server.status !== "ERROR" && (server.status === "BUILD" || server["OS-EXT-STS:task_state"] !== null);

const pace = (servers: Api.Server[]) => (servers.some(isChanging) ? 1000 : 5000);

export const serversQuery = queryOptions({
  queryKey: ["cloud", "servers"],
  queryFn: async () => (await call<{ servers: Api.Server[] }>("compute", "/v2.1/servers/detail")).servers,
  refetchInterval: (query) => pace(query.state.data ?? []),
});

export const serverQuery = (id: string) =>
  queryOptions({
    queryKey: ["cloud", "servers", id],
    queryFn: async () => (await call<{ server: Api.Server }>("compute", `/v2.1/servers/${id}`)).server,
    refetchInterval: (query) => (isGone(query.state.error) ? false : pace(query.state.data ? [query.state.data] : [])),
    retry: (count, error) => !isGone(error) && count < 2,
  });

export const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;

const tracePace = (trace: Api.Trace | undefined) => (trace?.state === "complete" ? false : 300);

export const traceQuery = (id: string) =>
  queryOptions({
    queryKey: ["cloud", "trace", id],
    queryFn: async () => call<Api.Trace>("trace", `/v1/servers/${id}`),
    refetchInterval: (query) => (query.state.error ? false : tracePace(query.state.data)),
    staleTime: (query) => (tracePace(query.state.data) === false ? Infinity : 0),
    // Just after the launch the trace may not be written yet.
    retry: 8,
    retryDelay: 300,
  });

export const consoleQuery = (id: string, lines: number, live: boolean) =>
  queryOptions({
    queryKey: ["cloud", "console", id, lines],
    queryFn: async () => {
      const body = { "os-getConsoleOutput": { length: lines } };
      return (await call<{ output: string }>("compute", `/v2.1/servers/${id}/action`, { method: "POST", body })).output;
    },
    refetchInterval: live ? 1500 : false,
    retry: false,
  });

export const actionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["cloud", "actions", id],
    queryFn: async () => {
      const path = `/v2.1/servers/${id}/os-instance-actions`;
      return (await call<{ instanceActions: Api.InstanceAction[] }>("compute", path)).instanceActions;
    },
    refetchInterval: 3000,
  });

export const flavorsQuery = queryOptions({
  queryKey: ["cloud", "flavors"],
  queryFn: async () => (await call<{ flavors: Api.Flavor[] }>("compute", "/v2.1/flavors/detail")).flavors,
});

export const imagesQuery = queryOptions({
  queryKey: ["cloud", "images"],
  queryFn: async () => (await call<{ images: Api.Image[] }>("image", "/v2/images?limit=200")).images,
});

export const networksQuery = queryOptions({
  queryKey: ["cloud", "networks"],
  queryFn: async () => (await call<{ networks: Api.Network[] }>("network", "/v2.0/networks")).networks,
});

export const subnetsQuery = queryOptions({
  queryKey: ["cloud", "subnets"],
  queryFn: async () => (await call<{ subnets: Api.Subnet[] }>("network", "/v2.0/subnets")).subnets,
});

/** Administrators see every project's groups; only this project's are meant. */
export const groupsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["cloud", "groups", projectId],
    queryFn: async () => {
      const path = `/v2.0/security-groups?project_id=${projectId}`;
      return (await call<{ security_groups: Api.SecurityGroup[] }>("network", path)).security_groups;
    },
  });

export const floatingIpsQuery = queryOptions({
  queryKey: ["cloud", "floatingips"],
  queryFn: async () => (await call<{ floatingips: Api.FloatingIp[] }>("network", "/v2.0/floatingips")).floatingips,
});

export const volumesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["cloud", "volumes", projectId],
    queryFn: async () => (await call<{ volumes: Api.Volume[] }>("volume", `/v3/${projectId}/volumes/detail`)).volumes,
    refetchInterval: 5000,
  });

const limitsOf = (answer: { limits: { absolute: Record<string, number> } }) => answer.limits.absolute;

export const computeLimitsQuery = queryOptions({
  queryKey: ["cloud", "limits", "compute"],
  queryFn: async () => limitsOf(await call("compute", "/v2.1/limits")),
  refetchInterval: 5000,
});

export const volumeLimitsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["cloud", "limits", "volume", projectId],
    queryFn: async () => limitsOf(await call("volume", `/v3/${projectId}/limits`)),
    refetchInterval: 5000,
  });

export const keypairsQuery = queryOptions({
  queryKey: ["cloud", "keypairs"],
  queryFn: async () => {
    const { keypairs } = await call<{ keypairs: { keypair: Api.Keypair }[] }>("compute", "/v2.1/os-keypairs");
    return keypairs.map((entry) => entry.keypair);
  },
});
