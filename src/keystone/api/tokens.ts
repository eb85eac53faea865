/** Steps 1, 2 and 5 of the flow: a password becomes a token, and services ask whether a token is good. */
import { errors } from "#contracts/keystone/errors.ts";
import { token } from "#contracts/keystone/token.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import { authenticate, defaultScope, scopeAsked, type Authenticated } from "../tokens/authenticate.ts";
import { catalogOf, tokenBody } from "../tokens/body.ts";
import { allowExpired_ms } from "../tokens/provider.ts";
import type { Resolved } from "../tokens/resolve.ts";
import type { KeystoneDeps } from "./deps.ts";
import { collection } from "./collection.ts";
import { listScopes } from "./scopes.ts";

export function tokenHandlers(deps: KeystoneDeps): Implementation {
  return implement(token, {
    issue: async (call) => {
      const { identity, scope } = call.body.auth;
      const proven = await authenticate(deps, identity);
      const issued = await issue(deps, proven, await scopeOf(deps, proven, scope));
      link(call, issued.resolved);
      const body = { token: tokenBody(issued.resolved, { catalog: call.query.nocatalog === undefined }) };
      return new Reply(body, { headers: tokenHeaders(issued.text) });
    },
    validate: async (call) => {
      const text = call.headers.get("x-subject-token") ?? "";
      const resolved = await subject(deps, call, text, wantsExpired(call, call.query.allow_expired));
      link(call, resolved);
      const body = { token: tokenBody(resolved, { catalog: call.query.nocatalog === undefined }) };
      return new Reply(body, { headers: tokenHeaders(text) });
    },
    revoke: async (call) => {
      await deps.tokens.revoke(await subject(deps, call, call.headers.get("x-subject-token") ?? "", false));
      return undefined;
    },
    catalog: async (call) => {
      const resolved = await own(deps, call);
      if (resolved.scope.kind === "unscoped") {
        throw errors.forbidden({ detail: "No service catalog can be made for a token without a scope." });
      }
      return { catalog: catalogOf(resolved), links: { self: call.url("/v3/auth/catalog") } };
    },
    projects: async (call) => collection(call, "projects", await listScopes(deps, call, "project")),
    domains: async (call) => collection(call, "domains", await listScopes(deps, call, "domain")),
    system: async (call) => {
      const assigned = await deps.db
        .selectFrom("assignments")
        .select("role_id")
        .where("actor_id", "=", call.identity.user_id)
        .where("target_type", "=", "system")
        .executeTakeFirst();
      return collection(call, "system", assigned ? [{ all: true }] : []);
    },
  });
}

/** What the token is for: as asked, or what the application credential is for. */
async function scopeOf({ db }: KeystoneDeps, { credential }: Authenticated, asked: Parameters<typeof scopeAsked>[1]) {
  if (!credential) return scopeAsked(db, asked);
  if (asked !== undefined) throw errors.invalid({ detail: "Application credentials cannot request a scope." });
  return scopeAsked(db, { project: { id: credential.project_id } });
}

async function issue(
  { db, tokens }: KeystoneDeps,
  proven: Authenticated,
  asked: Awaited<ReturnType<typeof scopeAsked>>,
): Promise<{ text: string; resolved: Resolved }> {
  if (asked) {
    const issued = await tokens.issue({ ...proven, scope: asked });
    if (!issued) throw errors.notAuthenticated();
    return issued;
  }
  const preferred = await defaultScope(db, proven.user);
  const scoped = preferred && (await tokens.issue({ ...proven, scope: preferred }));
  const issued = scoped ?? (await tokens.issue({ ...proven, scope: { kind: "unscoped" } }));
  if (!issued) throw errors.notAuthenticated();
  return issued;
}

/** The token that is asked about; 404 for one that is not good, whoever asks. */
async function subject(deps: KeystoneDeps, call: Call, text: string, expired: boolean): Promise<Resolved> {
  const resolved = await deps.tokens.validate(text, expired ? allowExpired_ms : 0);
  if (!resolved) throw errors.tokenNotFound();
  call.enforce({ user_id: resolved.user.id });
  return resolved;
}

async function own(deps: KeystoneDeps, call: Call): Promise<Resolved> {
  const resolved = await deps.tokens.validate(call.identity.token);
  if (!resolved) throw errors.notAuthenticated();
  return resolved;
}

/** Only services may ask about tokens that have ended: for work that outlives them. */
function wantsExpired(call: Call, asked: string | undefined): boolean {
  const yes = asked !== undefined && !/^(0|false|no|off|f|n)$/i.test(asked);
  return yes && call.identity.roles.some((role) => role === "service" || role === "admin");
}

function tokenHeaders(text: string): Record<string, string> {
  return { "X-Subject-Token": text, Vary: "X-Auth-Token" };
}

/** Audit ids tie the traces of one login together without showing the token. */
function link(call: Call, { payload }: Resolved): void {
  const [audit_id, parent] = payload.audit_ids;
  if (audit_id) call.traceAttributes["audit_id"] = audit_id;
  if (parent) call.traceAttributes["parent_audit_id"] = parent;
}
