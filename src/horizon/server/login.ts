/** Logging in, out and between projects. The dashboard never judges a password; Keystone does. */
import { HorizonError } from "./errors.ts";
import type { Credentials, Identity } from "./identity.ts";
import type { Project, ScopedToken, Session } from "./sessions.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Tracer } from "#platform/trace/trace.ts";

export interface LoginParts {
  identity: Identity;
  tracer: Tracer;
  clock: Clock;
}

/** The project to begin with: the one used last, the user's default, one called `demo`, or the first. */
export function chooseProject(projects: Project[], lastUsed?: string, preferred?: string): Project | undefined {
  const byId = (id?: string) => projects.find((project) => project.id === id);
  return byId(lastUsed) ?? byId(preferred) ?? projects.find((project) => project.name === "demo") ?? projects[0];
}

export async function login(parts: LoginParts, credentials: Credentials, lastUsed?: string): Promise<Session> {
  const { identity, tracer } = parts;
  // The first step of the flow; Keystone's answer is the second. What follows is no step.
  const unscoped = await tracer.step(1, {}, () => identity.login(credentials));
  const [projects, preferred] = await Promise.all([
    identity.listProjects(unscoped.token),
    identity.findDefaultProject(unscoped.token, unscoped.user.id),
  ]);
  const project = chooseProject(projects, lastUsed, preferred);
  if (!project) {
    await identity.revoke(unscoped.token);
    throw new HorizonError("no_project");
  }
  const scoped = await identity.scope(unscoped.token, project.id);
  const { token, expires_at, user } = unscoped;
  return { user, unscoped: { token, expires_at }, projects, project, scoped: new Map([[project.id, scoped]]) };
}

/** The token for the session's current project, asked of Keystone again when it is missing or old. */
export async function tokenFor(parts: LoginParts, session: Session): Promise<ScopedToken> {
  const kept = session.scoped.get(session.project.id);
  if (kept && kept.expires_at > parts.clock.now()) return kept;
  const fresh = await parts.identity.scope(session.unscoped.token, session.project.id);
  session.scoped.set(session.project.id, fresh);
  return fresh;
}

/** Reads the projects again first, for one that was made after the login. */
export async function switchProject(parts: LoginParts, session: Session, projectId: string): Promise<void> {
  if (!session.projects.some((project) => project.id === projectId)) {
    session.projects = await parts.identity.listProjects(session.unscoped.token);
  }
  const project = session.projects.find((candidate) => candidate.id === projectId);
  if (!project) throw new HorizonError("no_project");
  const before = session.project;
  session.project = project;
  try {
    await tokenFor(parts, session);
  } catch (error) {
    session.project = before;
    throw error;
  }
}

/** Revokes every token of the session. A Keystone that does not answer must not keep anyone logged in. */
export async function logout(parts: LoginParts, session: Session): Promise<void> {
  const tokens = [...session.scoped.values()].map((scoped) => scoped.token).concat(session.unscoped.token);
  await Promise.allSettled(tokens.map((token) => parts.identity.revoke(token)));
}
