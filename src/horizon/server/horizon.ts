/**
 * The dashboard's server: sessions, a same-origin proxy to the services' public APIs, and the built pages.
 * It has no power of its own: everything it can do, its user can do with the same token on the command line.
 */
import { Hono, type Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import type { Tracer } from "#platform/trace/trace.ts";
import { errorBody, errorStatus, HorizonError } from "./errors.ts";
import { makeIdentity } from "./identity.ts";
import { logout, tokenFor, type LoginParts } from "./login.ts";
import { notBuiltPage } from "./not-built.ts";
import { headersDown, headersUp } from "./proxy-headers.ts";
import { isSameSite } from "./same-site.ts";
import { securityHeaders } from "./security-headers.ts";
import { addSessionRoutes, forgetCookie, sessionCookie } from "./session-routes.ts";
import { makeSessions, type Session, type Sessions } from "./sessions.ts";
import { makeStaticFiles, type StaticFiles } from "./static-files.ts";
import { isUpstreamService, type Upstream, type UpstreamInit } from "./upstream.ts";

export interface HorizonOptions {
  upstream: Upstream;
  tracer: Tracer;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Folder of the built pages (`src/horizon/web/dist`). */
  web_dir: string;
  /** Shown in the pages; `simulated` brings the banner. */
  cloud: { simulated: boolean; version: string };
}

/** What the routes share. */
export interface HorizonParts extends LoginParts {
  sessions: Sessions;
  cloud: HorizonOptions["cloud"];
}

export function makeHorizon(options: HorizonOptions): Hono {
  const { upstream, tracer, clock, ids, log } = options;
  const sessions = makeSessions(clock, ids);
  const parts: HorizonParts = { identity: makeIdentity(upstream), tracer, clock, sessions, cloud: options.cloud };
  const app = new Hono();
  app.use(securityHeaders());
  app.use("/dashboard/*", async (c, next) => {
    const header = (name: string) => c.req.header(name);
    if (!isSameSite({ method: c.req.method, header })) throw new HorizonError("cross_site");
    await next();
  });
  addSessionRoutes(app, parts);
  app.all("/dashboard/api/:service/*", (c) => proxy(c, parts, upstream));
  app.all("/dashboard/*", () => {
    throw new HorizonError("not_found");
  });
  const files = makeStaticFiles(options.web_dir);
  app.on(["GET", "HEAD"], "*", (c) => serveFile(c, files));
  app.onError((error, c) => {
    if (error instanceof HorizonError) return c.json(errorBody(error.code), errorStatus(error.code));
    log.warn({ err: error, path: c.req.path }, "dashboard request failed");
    return c.json(errorBody("upstream"), errorStatus("upstream"));
  });
  app.notFound((c) => c.json(errorBody("not_found"), errorStatus("not_found")));
  return app;
}

async function proxy(c: Context, parts: HorizonParts, upstream: Upstream): Promise<Response> {
  const secret = getCookie(c, sessionCookie);
  const session = parts.sessions.find(secret);
  if (!session || secret === undefined) throw new HorizonError("no_session");
  const service = c.req.param("service") ?? "";
  if (!isUpstreamService(service)) throw new HorizonError("not_found");
  const url = new URL(c.req.url);
  const path = url.pathname.slice(`/dashboard/api/${service}`.length) + url.search;
  const { token } = await tokenFor(parts, session).catch((error: unknown) => {
    // Keystone no longer takes the session's own token: there is nothing left to renew it with.
    if (error instanceof HorizonError && error.code === "no_session") parts.sessions.close(secret);
    throw error;
  });
  const response = await upstream.fetch(service, path, upstreamInit(c.req.raw, token));
  if (response.status === 401) return endSession(c, parts, secret, session, response);
  return new Response(response.body, { status: response.status, headers: headersDown(response.headers) });
}

/** The body goes on as it arrives: an image upload is never held in memory. */
function upstreamInit(request: Request, token: string): UpstreamInit {
  const init: UpstreamInit = {
    method: request.method,
    headers: headersUp(request.headers, token),
    signal: request.signal,
  };
  const hasBody = request.method !== "GET" && request.method !== "HEAD" && request.body !== null;
  return hasBody ? { ...init, body: request.body, duplex: "half" } : init;
}

/** A service that no longer knows the token ends the session: the page then asks for the password again. */
async function endSession(c: Context, parts: HorizonParts, secret: string, session: Session, refusal: Response) {
  await refusal.body?.cancel();
  parts.sessions.close(secret);
  await logout(parts, session);
  forgetCookie(c);
  return c.json(errorBody("no_session"), errorStatus("no_session"));
}

async function serveFile(c: Context, files: StaticFiles): Promise<Response> {
  if (!files.built) return c.html(notBuiltPage, 503);
  const request = {
    acceptEncoding: c.req.header("Accept-Encoding") ?? "",
    ifNoneMatch: c.req.header("If-None-Match") ?? "",
  };
  const wantsPage = c.req.header("Accept")?.includes("text/html") ?? false;
  const path = c.req.path === "/" ? "/index.html" : c.req.path;
  const answer =
    (await files.find(path, request)) ?? (wantsPage ? await files.find("/index.html", request) : undefined);
  if (!answer) throw new HorizonError("not_found");
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}
