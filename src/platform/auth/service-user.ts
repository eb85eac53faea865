/** A service's own user: its token, got from Keystone by password and renewed before it ends. */
import type { Clock } from "../clock/clock.ts";
import { UpstreamError, type Upstream } from "../http/client.ts";
import { withoutStep } from "../trace/trace.ts";

export interface ServiceUserOptions {
  upstream: Upstream;
  clock: Clock;
  username: string;
  password: string;
  /** Project that the token is scoped to; service users live in `service`, in the domain `Default`. */
  project?: string;
}

export interface ServiceUser {
  /** A token that is good for at least another minute. */
  token(): Promise<string>;
  /** Forgets the token: somebody said that it is not good any more. */
  forget(): void;
}

const margin_ms = 60_000;

export function makeServiceUser(options: ServiceUserOptions): ServiceUser {
  let held: { token: string; expires_ms: number } | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    const response = await withoutStep(() =>
      options.upstream.fetch("identity", "/v3/auth/tokens", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(loginBody(options)),
      }),
    );
    const token = response.headers.get("x-subject-token");
    if (response.status !== 201 || !token) {
      throw new UpstreamError("identity", response.status, `Keystone refuses the service user ${options.username}`);
    }
    const body = (await response.json()) as { token: { expires_at: string } };
    held = { token, expires_ms: Date.parse(body.token.expires_at) };
    return token;
  };

  return {
    token() {
      if (held && held.expires_ms - margin_ms > options.clock.now()) return Promise.resolve(held.token);
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    forget() {
      held = undefined;
    },
  };
}

function loginBody(options: ServiceUserOptions): unknown {
  const domain = { name: "Default" };
  return {
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: options.username, domain, password: options.password } },
      },
      scope: { project: { name: options.project ?? "service", domain } },
    },
  };
}
