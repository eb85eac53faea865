/** `/dashboard/login`, `logout`, `session` and `project`: what the pages know about their user. */
import type { Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { HorizonError } from "./errors.ts";
import type { HorizonParts } from "./horizon.ts";
import type { Credentials } from "./identity.ts";
import { login, logout, switchProject } from "./login.ts";
import type { Session } from "./sessions.ts";

export const sessionCookie = "cumulet_session";
/** Remembers the last project across logins; says nothing secret. */
const projectCookie = "cumulet_project";
const year_s = 365 * 24 * 3600;

function cookieOptions(c: Context) {
  return {
    httpOnly: true,
    sameSite: "Lax",
    path: "/dashboard",
    secure: new URL(c.req.url).protocol === "https:",
  } as const;
}

export function forgetCookie(c: Context): void {
  deleteCookie(c, sessionCookie, cookieOptions(c));
}

/** Body of `GET /dashboard/session`, and of what changes it. `session` is null when nobody is logged in. */
function describe(parts: HorizonParts, session: Session | undefined) {
  const roles = session?.scoped.get(session.project.id)?.roles ?? [];
  const known = session && {
    user: session.user,
    projects: session.projects,
    project: session.project,
    roles,
    expires_at: session.unscoped.expires_at,
  };
  return { session: known ?? null, cloud: parts.cloud };
}

async function readFields(c: Context): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) throw new HorizonError("bad_request");
  return { ...body };
}

function readCredentials(fields: Record<string, unknown>): Credentials {
  const { domain = "Default", user, password } = fields;
  const ok = typeof domain === "string" && typeof user === "string" && typeof password === "string";
  if (!ok || user === "") throw new HorizonError("bad_request");
  return { domain: domain || "Default", user, password };
}

export function addSessionRoutes(app: Hono, parts: HorizonParts): void {
  const remember = (c: Context, session: Session) =>
    setCookie(c, projectCookie, session.project.id, { ...cookieOptions(c), maxAge: year_s });

  app.post("/dashboard/login", async (c) => {
    const credentials = readCredentials(await readFields(c));
    const session = await login(parts, credentials, getCookie(c, projectCookie));
    // Whatever the browser brought along ends here: a login never continues an older session.
    await closeSession(c, parts);
    setCookie(c, sessionCookie, parts.sessions.open(session), cookieOptions(c));
    remember(c, session);
    return c.json(describe(parts, session));
  });

  app.post("/dashboard/logout", async (c) => {
    await closeSession(c, parts);
    forgetCookie(c);
    return c.json(describe(parts, undefined));
  });

  app.get("/dashboard/session", (c) => {
    c.header("Cache-Control", "no-store");
    return c.json(describe(parts, parts.sessions.find(getCookie(c, sessionCookie))));
  });

  app.post("/dashboard/project", async (c) => {
    const session = parts.sessions.find(getCookie(c, sessionCookie));
    if (!session) throw new HorizonError("no_session");
    const { project_id } = await readFields(c);
    if (typeof project_id !== "string") throw new HorizonError("bad_request");
    await switchProject(parts, session, project_id);
    remember(c, session);
    return c.json(describe(parts, session));
  });
}

async function closeSession(c: Context, parts: HorizonParts): Promise<void> {
  const secret = getCookie(c, sessionCookie);
  const session = parts.sessions.find(secret);
  if (!session || secret === undefined) return;
  parts.sessions.close(secret);
  await logout(parts, session);
}
