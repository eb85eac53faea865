/** Makes, checks and revokes tokens. */
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Identity } from "#platform/auth/identity.ts";
import type { ReferenceData } from "../store/reference-data.ts";
import type { SubjectUser } from "../store/subjects.ts";
import type { Db } from "../store/tables.ts";
import { makeTokenEpoch } from "../store/token-epoch.ts";
import { seal, unseal } from "./fernet.ts";
import type { KeyRepository } from "./key-repository.ts";
import { makeKnownTokens, type State } from "./known-tokens.ts";
import { pack, unpack, type Method, type ScopeRef, type TokenPayload } from "./payload.ts";
import { makeResolver, type Resolved, type Scope } from "./resolve.ts";

export interface IssueRequest {
  user: SubjectUser;
  methods: Method[];
  scope: Scope;
  /** The token this one is made from: its end and the first audit id of its chain are kept. */
  parent?: TokenPayload | undefined;
  /** The application credential that proved who it is, and when it ends. */
  credential?: { id: string; ends_at: number } | undefined;
}

export interface TokenProvider {
  /** Undefined when the user has no role in the scope. */
  issue(request: IssueRequest): Promise<{ text: string; resolved: Resolved } | undefined>;
  /** Undefined when the token is not good (any more). `grace_ms`: how long after its end it is still accepted. */
  validate(text: string, grace_ms?: number): Promise<Resolved | undefined>;
  /** From now on the token is not good, for every process. */
  revoke(resolved: Resolved): Promise<void>;
}

export interface TokenProviderParts {
  db: Db;
  reference: ReferenceData;
  keys: KeyRepository;
  clock: Clock;
  ids: Ids;
  /** How long a token lives. */
  lifetime_ms: number;
}

export function makeTokenProvider(parts: TokenProviderParts): TokenProvider {
  const { db, clock, ids, keys } = parts;
  const resolver = makeResolver(db, parts.reference, clock);
  const open = makeOpener(parts);
  const epoch = makeTokenEpoch(db);
  const known = makeKnownTokens();
  const look = async (text: string, state: State): Promise<Resolved | undefined> => {
    const payload = await open(text);
    const resolved = payload && (await resolver.resolve(payload));
    if (resolved) known.keep(text, state, resolved);
    return resolved;
  };

  return {
    async issue({ user, methods, scope, parent, credential }) {
      const reference = await parts.reference.current();
      const roles = await resolver.rolesIn(user.id, scope, reference);
      const issued_at = clock.now();
      const chain = parent?.audit_ids.at(-1);
      const payload: TokenPayload = {
        methods,
        user_id: user.id,
        user_generation: user.generation,
        scope: refOf(scope),
        issued_at,
        expires_at: Math.min(parent?.expires_at ?? issued_at + parts.lifetime_ms, credential?.ends_at ?? Infinity),
        audit_ids: [ids.bytes(16).toString("base64url"), ...(chain ? [chain] : [])],
        ...(credential ? { credential_id: credential.id } : {}),
      };
      const whole: Resolved = { payload, user, scope, roles, reference };
      const resolved = credential ? await resolver.limit(whole, credential.id) : whole;
      if (!resolved || (scope.kind !== "unscoped" && resolved.roles.length === 0)) return undefined;
      const key = keys.ring().primary;
      return { text: seal({ key, payload: pack(payload), now_ms: issued_at, iv: ids.bytes(16) }), resolved };
    },
    async validate(text, grace_ms = 0) {
      const state = { epoch: await epoch(), ring: keys.ring() };
      const kept = known.find(text, state);
      if (kept && kept.payload.expires_at > clock.now()) return kept;
      const resolved = await look(text, state);
      return resolved && resolved.payload.expires_at + grace_ms > clock.now() ? resolved : undefined;
    },
    async revoke({ payload }) {
      const [audit_id] = payload.audit_ids;
      if (!audit_id) return;
      await db
        .deleteFrom("revoked_tokens")
        .where("expires_at", "<", clock.now() - allowExpired_ms)
        .execute();
      await db
        .insertInto("revoked_tokens")
        .values({ audit_id, expires_at: payload.expires_at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

/** How long after its end a service may still ask about a token: the end of long work. Keystone's own default. */
export const allowExpired_ms = 48 * 3_600_000;

/** Another process may have rotated the keys: then the folder is read again, at most once a second. */
function makeOpener({ keys, clock }: TokenProviderParts): (text: string) => Promise<TokenPayload | undefined> {
  let read_ms = clock.monotonic();
  return async (text) => {
    let bytes = unseal(text, keys.ring().all);
    if (!bytes && clock.monotonic() - read_ms > 1000) {
      read_ms = clock.monotonic();
      bytes = unseal(text, (await keys.reload()).all);
    }
    return bytes && unpack(bytes);
  };
}

function refOf(scope: Scope): ScopeRef {
  if (scope.kind === "project") return { kind: "project", id: scope.project.id, generation: scope.project.generation };
  if (scope.kind === "domain") return { kind: "domain", id: scope.domain.id, generation: scope.domain.generation };
  return scope;
}

/** A good token as the identity of a caller. */
export function identityOf(text: string, { payload, user, scope, roles }: Resolved): Identity {
  const project = scope.kind === "project" ? scope.project : undefined;
  return {
    token: text,
    user_id: user.id,
    user_name: user.name,
    user_domain_id: user.domain_id,
    project_id: project?.id ?? null,
    project_name: project?.name ?? null,
    project_domain_id: project?.domain_id ?? null,
    domain_id: scope.kind === "domain" ? scope.domain.id : null,
    system: scope.kind === "system",
    roles: roles.map(({ name }) => name),
    audit_ids: payload.audit_ids,
    expires_at: new Date(payload.expires_at).toISOString(),
  };
}
