/** The dashboard's conversation with Keystone: password for token, token for project, and revoking. */
import { HorizonError } from "./errors.ts";
import type { Project, ScopedToken } from "./sessions.ts";
import type { Upstream } from "./upstream.ts";

export interface Credentials {
  domain: string;
  user: string;
  password: string;
}

export interface UnscopedToken {
  token: string;
  expires_at: number;
  user: { id: string; name: string; domain: string };
}

export interface Identity {
  /** Steps 1 and 2 of the flow. Throws `wrong_credentials` when Keystone says 401. */
  login(credentials: Credentials): Promise<UnscopedToken>;
  listProjects(token: string): Promise<Project[]>;
  /** The user's default project, if Keystone tells. */
  findDefaultProject(token: string, userId: string): Promise<string | undefined>;
  scope(token: string, projectId: string): Promise<ScopedToken>;
  /** Ends a token; a token that is already gone is fine. */
  revoke(token: string): Promise<void>;
}

interface TokenBody {
  token: {
    expires_at: string;
    user: { id: string; name: string; domain: { name: string } };
    roles?: { name: string }[];
  };
}

const json = { "Content-Type": "application/json", Accept: "application/json" };

async function read<T>(response: Response): Promise<T> {
  // Keystone's contract gives the shape; a wrong answer fails at the first missing field and becomes 502.
  if (response.ok) return (await response.json()) as T;
  await response.body?.cancel();
  throw new HorizonError(response.status === 401 ? "no_session" : "identity");
}

async function issue(upstream: Upstream, auth: unknown) {
  const init = { method: "POST", headers: json, body: JSON.stringify({ auth }) };
  const response = await upstream.fetch("identity", "/v3/auth/tokens", init);
  const token = response.headers.get("X-Subject-Token");
  const body = await read<TokenBody>(response);
  if (token === null) throw new HorizonError("identity");
  return { token, body: body.token, expires_at: Date.parse(body.token.expires_at) };
}

function passwordAuth(credentials: Credentials): unknown {
  const user = { name: credentials.user, domain: { name: credentials.domain }, password: credentials.password };
  return { identity: { methods: ["password"], password: { user } }, scope: "unscoped" };
}

export function makeIdentity(upstream: Upstream): Identity {
  const get = async <T>(token: string, path: string) =>
    read<T>(await upstream.fetch("identity", path, { headers: { ...json, "X-Auth-Token": token } }));
  return {
    async login(credentials) {
      try {
        const issued = await issue(upstream, passwordAuth(credentials));
        const { id, name, domain } = issued.body.user;
        return { token: issued.token, expires_at: issued.expires_at, user: { id, name, domain: domain.name } };
      } catch (error) {
        if (error instanceof HorizonError && error.code === "no_session") throw new HorizonError("wrong_credentials");
        throw error;
      }
    },
    async listProjects(token) {
      const body = await get<{ projects: Project[] }>(token, "/v3/auth/projects");
      return body.projects.map(({ id, name }) => ({ id, name }));
    },
    async findDefaultProject(token, userId) {
      // A policy may forbid users to read themselves; then there is simply no preference.
      const path = `/v3/users/${encodeURIComponent(userId)}`;
      const body = await get<{ user: { default_project_id?: string } }>(token, path).catch(() => undefined);
      return body?.user.default_project_id;
    },
    async scope(token, projectId) {
      const identity = { methods: ["token"], token: { id: token } };
      const issued = await issue(upstream, { identity, scope: { project: { id: projectId } } });
      const roles = (issued.body.roles ?? []).map((role) => role.name);
      return { token: issued.token, expires_at: issued.expires_at, roles };
    },
    async revoke(token) {
      const headers = { ...json, "X-Auth-Token": token, "X-Subject-Token": token };
      const response = await upstream.fetch("identity", "/v3/auth/tokens", { method: "DELETE", headers });
      await response.body?.cancel();
    },
  };
}
