/** From the body of a login to who it is and what for. Every refusal is the same 401, whatever was wrong. */
import type { Static } from "typebox";
import { errors } from "#contracts/keystone/errors.ts";
import type { AuthRequest } from "#contracts/keystone/token.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Passwords } from "../passwords/passwords.ts";
import { endOf, findApplicationCredential, findOwnCredential, hasEnded } from "../store/application-credentials.ts";
import { findDomain, findProject, findUser, type NameRef, type SubjectUser } from "../store/subjects.ts";
import type { Db } from "../store/tables.ts";
import type { Method, TokenPayload } from "./payload.ts";
import type { TokenProvider } from "./provider.ts";
import { isUsable, type Scope } from "./resolve.ts";

type Auth = Static<typeof AuthRequest>["auth"];
type AuthIdentity = Auth["identity"];

export interface AuthenticateParts {
  db: Db;
  passwords: Passwords;
  tokens: TokenProvider;
  clock: Clock;
}

export interface Authenticated {
  user: SubjectUser;
  methods: Method[];
  parent?: TokenPayload;
  /** The only scope that an application credential has. */
  credential?: { id: string; project_id: string; ends_at: number };
}

/** Proves who it is by every method named. Throws 401; 501 for methods that are not built. */
export async function authenticate(parts: AuthenticateParts, identity: AuthIdentity): Promise<Authenticated> {
  let proven: Authenticated | undefined;
  for (const method of new Set(identity.methods)) {
    const next = await byMethod(parts, identity, method);
    if (proven && proven.user.id !== next.user.id) throw errors.notAuthenticated();
    const methods = [...new Set([...(proven?.methods ?? []), ...next.methods])];
    const parent = next.parent ?? proven?.parent;
    const credential = next.credential ?? proven?.credential;
    proven = { user: next.user, methods, ...(parent ? { parent } : {}), ...(credential ? { credential } : {}) };
  }
  if (!proven) throw errors.notAuthenticated();
  return proven;
}

const notBuilt = ["totp", "oauth1", "mapped", "saml2", "openid", "external"];

async function byMethod(parts: AuthenticateParts, identity: AuthIdentity, method: string): Promise<Authenticated> {
  if (method === "password") return byPassword(parts, identity);
  if (method === "token") return byToken(parts, identity);
  if (method === "application_credential") return byCredential(parts, identity);
  throw notBuilt.includes(method) ? errors.notBuilt({ method }) : errors.notAuthenticated();
}

async function byPassword({ db, passwords }: AuthenticateParts, identity: AuthIdentity): Promise<Authenticated> {
  const given = identity.password?.user;
  if (!given) throw errors.invalid({ detail: "Expecting to find password in identity." });
  if (given.id === undefined && (given.name === undefined || !given.domain)) {
    throw errors.invalid({ detail: "Expecting to find domain in user." });
  }
  const user = await findUser(db, given);
  const right = await passwords.verify(given.password ?? "", user?.password_hash);
  if (!right || !isUsable(user)) throw errors.notAuthenticated();
  return { user, methods: ["password"] };
}

async function byToken({ tokens }: AuthenticateParts, identity: AuthIdentity): Promise<Authenticated> {
  if (!identity.token) throw errors.invalid({ detail: "Expecting to find token in identity." });
  const resolved = await tokens.validate(identity.token.id);
  // A token got by an application credential stays what it is: another scope would be more than was given.
  if (!resolved || resolved.credential) throw errors.notAuthenticated();
  const methods = [...new Set<Method>([...resolved.payload.methods, "token"])];
  return { user: resolved.user, methods, parent: resolved.payload };
}

async function byCredential(
  { db, passwords, clock }: AuthenticateParts,
  identity: AuthIdentity,
): Promise<Authenticated> {
  const given = identity.application_credential;
  if (!given) throw errors.invalid({ detail: "Expecting to find application_credential in identity." });
  const named = given.user && given.name !== undefined ? await findUser(db, given.user) : undefined;
  const row =
    given.id === undefined
      ? await findOwnCredential(db, named, given.name ?? "")
      : await findApplicationCredential(db, given.id);
  const right = await passwords.verify(given.secret, row?.secret_hash);
  const user = row && (await findUser(db, { id: row.user_id }));
  if (!right || !row || !isUsable(user) || hasEnded(row, clock.now())) throw errors.notAuthenticated();
  const ends_at = row.expires_at === null ? Number.POSITIVE_INFINITY : endOf(row.expires_at);
  return { user, methods: ["application_credential"], credential: { id: row.id, project_id: row.project_id, ends_at } };
}

/** What the token is asked for; undefined when the request leaves it to the user's default project. */
export async function scopeAsked(db: Db, scope: Auth["scope"]): Promise<Scope | undefined> {
  if (scope === undefined) return undefined;
  if (scope === "unscoped") return { kind: "unscoped" };
  if (Object.keys(scope).length > 1) {
    throw errors.invalid({ detail: "Expecting to find exactly one of project, domain, system, unscoped in scope." });
  }
  if (scope.unscoped) return { kind: "unscoped" };
  if (scope.system) return { kind: "system" };
  if (scope.project) return projectScope(db, scope.project);
  if (scope.domain) {
    const domain = await findDomain(db, scope.domain);
    if (domain?.enabled !== 1) throw errors.notAuthenticated();
    return { kind: "domain", domain };
  }
  throw errors.notBuilt({ method: "trust" });
}

async function projectScope(db: Db, ref: NameRef): Promise<Scope> {
  if (ref.id === undefined && (ref.name === undefined || !ref.domain)) {
    throw errors.invalid({ detail: "Expecting to find domain in project." });
  }
  const project = await findProject(db, ref);
  if (project?.enabled !== 1 || project.domain_enabled !== 1) throw errors.notAuthenticated();
  return { kind: "project", project };
}

/** The scope of the user's default project, when there is one that can be used. */
export async function defaultScope(db: Db, user: SubjectUser): Promise<Scope | undefined> {
  if (user.default_project_id === null) return undefined;
  const project = await findProject(db, { id: user.default_project_id });
  return project?.enabled === 1 && project.domain_enabled === 1 ? { kind: "project", project } : undefined;
}
