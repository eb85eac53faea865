/** Who is logged in. Tokens live here, in memory, and never reach the browser; after a restart one logs in again. */
import { createHash } from "node:crypto";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";

export interface Project {
  id: string;
  name: string;
}

export interface ScopedToken {
  token: string;
  /** Milliseconds since the epoch. */
  expires_at: number;
  roles: string[];
}

export interface Session {
  user: { id: string; name: string; domain: string };
  unscoped: { token: string; expires_at: number };
  projects: Project[];
  project: Project;
  /** One token for each project used so far, by project id. */
  scoped: Map<string, ScopedToken>;
}

export interface Sessions {
  /** Keeps a session and returns the secret for the cookie. */
  open(session: Session): string;
  find(secret: string | undefined): Session | undefined;
  close(secret: string): void;
  /** How many are open, for the metrics. */
  size(): number;
}

const most = 10_000;

/** A session ends with its unscoped token. Beyond 10 000 the oldest one ends, so that logins cannot fill the memory. */
export function makeSessions(clock: Clock, ids: Ids): Sessions {
  const open = new Map<string, Session>();
  const keyOf = (secret: string) => createHash("sha256").update(secret).digest("base64url");
  const sweep = () => {
    for (const [key, session] of open) if (session.unscoped.expires_at <= clock.now()) open.delete(key);
    const oldest = open.keys().next();
    if (open.size >= most && !oldest.done) open.delete(oldest.value);
  };
  return {
    open(session) {
      sweep();
      const secret = ids.bytes(32).toString("base64url");
      open.set(keyOf(secret), session);
      return secret;
    },
    find(secret) {
      if (secret === undefined) return undefined;
      const session = open.get(keyOf(secret));
      return session && session.unscoped.expires_at > clock.now() ? session : undefined;
    },
    close(secret) {
      open.delete(keyOf(secret));
    },
    size: () => open.size,
  };
}
