/** Who is logged in, for any page, and how that changes. */
import { useQuery, type QueryClient } from "@tanstack/react-query";
import { callDashboard } from "./api/client.ts";
import { sessionQuery } from "./api/queries.ts";
import type { SessionInfo } from "./api/types.ts";

export type LoggedIn = NonNullable<SessionInfo["session"]>;

export function useCloud(): SessionInfo["cloud"] {
  return useQuery(sessionQuery).data?.cloud ?? { simulated: false, version: "" };
}

/** For pages behind the login, where a session is certain (the router looked). */
export function useSession(): LoggedIn {
  const { data } = useQuery(sessionQuery);
  const none = { id: "", name: "" };
  return data?.session ?? { user: { ...none, domain: "" }, projects: [], project: none, roles: [], expires_at: 0 };
}

export async function login(client: QueryClient, credentials: { domain: string; user: string; password: string }) {
  const info = await callDashboard<SessionInfo>("/login", { method: "POST", body: credentials });
  client.clear();
  client.setQueryData(sessionQuery.queryKey, info);
}

export async function logout(client: QueryClient) {
  const info = await callDashboard<SessionInfo>("/logout", { method: "POST" });
  client.clear();
  client.setQueryData(sessionQuery.queryKey, info);
}

export async function switchProject(client: QueryClient, projectId: string) {
  const info = await callDashboard<SessionInfo>("/project", { method: "POST", body: { project_id: projectId } });
  client.removeQueries({ queryKey: ["cloud"] });
  client.setQueryData(sessionQuery.queryKey, info);
}
