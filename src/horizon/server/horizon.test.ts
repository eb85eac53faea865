import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { makeTracer, traceHeaders, type SpanRecord } from "#platform/trace/trace.ts";
import { makeHorizon } from "./horizon.ts";
import type { UpstreamInit } from "./upstream.ts";

interface Seen {
  service: string;
  path: string;
  method: string;
  headers: Headers;
  body: string;
}

/** What the tests read of the dashboard's own answers and of the fake services' ones. */
interface Answer {
  session: null | { project: { id: string; name: string } };
  error: { reason: string };
  token: string;
}

const read = async (response: Response) => (await response.json()) as Answer;

const projects = [
  { id: "p1", name: "admin" },
  { id: "p2", name: "demo" },
];

/** A Keystone that knows one password, and services that say who asked. FAKE, only for these tests. */
function setUp(options: { webDir?: string; reply?: (seen: Seen) => Response | undefined } = {}) {
  const seen: Seen[] = [];
  let now = 1_000_000;
  let issued = 0;
  const answer = (call: Seen): Response => {
    if (call.service !== "identity") return Response.json({ token: call.headers.get("x-auth-token") });
    if (call.path === "/v3/auth/projects") return Response.json({ projects });
    if (call.path.startsWith("/v3/users/")) return Response.json({ user: { id: "u1" } });
    if (call.method === "DELETE") return new Response(null, { status: 204 });
    const { auth } = JSON.parse(call.body);
    const refused = auth.identity.password && auth.identity.password.user.password !== "secret";
    if (refused) return Response.json({ error: { code: 401, message: "no" } }, { status: 401 });
    issued += 1;
    const token = {
      expires_at: new Date(now + 3_600_000).toISOString(),
      user: { id: "u1", name: "demo", domain: { name: "Default" } },
    };
    const subject = auth.scope.project ? `token-${auth.scope.project.id}-${issued}` : `unscoped-${issued}`;
    return Response.json(
      { token: { ...token, roles: [{ name: "member" }] } },
      { status: 201, headers: { "X-Subject-Token": subject } },
    );
  };
  const fetchUpstream = async (service: string, path: string, init: UpstreamInit) => {
    const body = init.body ? await new Response(init.body).text() : "";
    // As platform/http does it: the trace of the current work goes along.
    const headers = new Headers({ ...traceHeaders(), ...init.headers });
    const call = { service, path, method: init.method ?? "GET", headers, body };
    seen.push(call);
    return options.reply?.(call) ?? answer(call);
  };
  const spans: SpanRecord[] = [];
  const app = makeHorizon({
    upstream: { fetch: fetchUpstream },
    tracer: makeTracer("horizon", { clock: systemClock(), ids: systemIds(), sink: (span) => spans.push(span) }),
    clock: { ...systemClock(), now: () => now },
    ids: systemIds(),
    log: makeLog({ level: "silent" }),
    web_dir: options.webDir ?? "/nonexistent",
    cloud: { simulated: true, version: "test" },
  });
  const own = {
    "X-Cumulet-Dashboard": "1",
    Host: "cloud.test",
    Origin: "http://cloud.test",
    "Sec-Fetch-Site": "same-origin",
  };
  const send = (method: string, path: string, more: { headers?: Record<string, string>; body?: unknown } = {}) => {
    const init: RequestInit = { method, headers: { ...own, "Content-Type": "application/json", ...more.headers } };
    if (more.body !== undefined) init.body = JSON.stringify(more.body);
    return app.request(`http://cloud.test${path}`, init);
  };
  const login = async (password = "secret") => {
    const response = await send("POST", "/dashboard/login", { body: { user: "demo", password } });
    const cookies = response.headers.getSetCookie();
    return { response, cookies, cookie: cookies.map((cookie) => cookie.split(";")[0]).join("; ") };
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { seen, spans, send, login, app, pass };
}

describe("login", () => {
  test("posts the password to keystone, inside the span of step 1, and keeps tokens to itself", async () => {
    const { seen, spans, login } = setUp();
    const { response, cookies } = await login();
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.equal(JSON.parse(text).session?.project.name, "demo");
    assert.doesNotMatch(text + cookies.join(), /unscoped-|token-p/);
    assert.match(cookies[0] ?? "", /^cumulet_session=[\w-]{43}; Path=\/dashboard; HttpOnly; SameSite=Lax$/);
    const posted = seen[0];
    assert.equal(posted?.path, "/v3/auth/tokens");
    assert.equal(posted.headers.get("tracestate"), "cumulet=1");
    assert.equal(seen.filter((call) => call.headers.has("tracestate")).length, 1, "only the login is a step");
    assert.equal(JSON.parse(posted.body).auth.scope, "unscoped");
    assert.deepEqual(
      spans.map(({ step, status }) => [step, status]),
      [[1, "ok"]],
    );
  });

  test("a wrong password is keystone's verdict: 401, no session, and the span is ended", async () => {
    const { login, send, spans } = setUp();
    const { response, cookies } = await login("wrong");
    assert.equal(response.status, 401);
    assert.equal((await read(response)).error.reason, "wrong_credentials");
    assert.deepEqual(cookies, []);
    assert.deepEqual(
      spans.map(({ step, status }) => [step, status]),
      [[1, "error"]],
    );
    const session = await send("GET", "/dashboard/session");
    assert.equal((await read(session)).session, null);
  });

  test("a keystone that fails is not called a wrong password", async () => {
    const reply = (call: Seen) => (call.method === "POST" ? new Response("down", { status: 503 }) : undefined);
    const { response } = await setUp({ reply }).login();
    assert.equal(response.status, 502);
  });

  test("the project used last comes back at the next login", async () => {
    const { login, send } = setUp();
    const { cookie } = await login();
    const switched = await send("POST", "/dashboard/project", {
      headers: { Cookie: cookie },
      body: { project_id: "p1" },
    });
    const [kept = ""] = switched.headers.getSetCookie();
    const again = await send("POST", "/dashboard/login", {
      headers: { Cookie: kept.split(";")[0] ?? "" },
      body: { user: "demo", password: "secret" },
    });
    assert.equal((await read(again)).session?.project.name, "admin");
  });

  test("a project without a role is refused and nothing changes", async () => {
    const { login, send } = setUp();
    const headers = { Cookie: (await login()).cookie };
    assert.equal((await send("POST", "/dashboard/project", { headers, body: { project_id: "p9" } })).status, 403);
    assert.equal((await read(await send("GET", "/dashboard/session", { headers }))).session?.project.id, "p2");
  });

  test("logging out revokes every token and ends the session", async () => {
    const { login, send, seen } = setUp();
    const headers = { Cookie: (await login()).cookie };
    await send("POST", "/dashboard/logout", { headers });
    const revoked = seen.filter((call) => call.method === "DELETE").map((call) => call.headers.get("x-subject-token"));
    assert.deepEqual(revoked, ["token-p2-2", "unscoped-1"]);
    assert.equal((await send("GET", "/dashboard/api/compute/v2.1/servers", { headers })).status, 401);
  });

  test("a session ends with its token", async () => {
    const { login, send, pass } = setUp();
    const headers = { Cookie: (await login()).cookie };
    pass(3_600_001);
    assert.equal((await send("GET", "/dashboard/api/compute/v2.1/servers", { headers })).status, 401);
  });
});

describe("proxy", () => {
  test("adds the token, passes method, query, body and microversion, and holds back everything else", async () => {
    const { login, send, seen } = setUp();
    const { cookie } = await login();
    const forged = {
      "X-Auth-Token": "mine",
      "X-Roles": "admin",
      "X-Forwarded-For": "1.2.3.4",
      Connection: "x-gossip",
      "X-Gossip": "1",
      tracestate: "cumulet=20",
    };
    const response = await send("POST", "/dashboard/api/compute/v2.1/servers?a=b%20c", {
      headers: { Cookie: cookie, "OpenStack-API-Version": "compute 2.79", ...forged },
      body: { server: {} },
    });
    assert.equal((await read(response)).token, "token-p2-2");
    const call = seen.at(-1);
    assert.equal(`${call?.service} ${call?.method} ${call?.path}`, "compute POST /v2.1/servers?a=b%20c");
    assert.equal(call?.body, '{"server":{}}');
    assert.equal(call.headers.get("openstack-api-version"), "compute 2.79");
    for (const name of [
      "cookie",
      "x-roles",
      "x-forwarded-for",
      "origin",
      "x-gossip",
      "tracestate",
      "connection",
      "sec-fetch-site",
    ]) {
      assert.equal(call.headers.get(name), null, name);
    }
  });

  test("cookies and tokens of a service never reach the browser", async () => {
    const told = { "Set-Cookie": "a=b", "X-Subject-Token": "t", "X-OpenStack-Request-Id": "req-1" };
    const reply = (call: Seen) =>
      call.service === "image" ? new Response("{}", { status: 404, headers: told }) : undefined;
    const { login, send } = setUp({ reply });
    const response = await send("GET", "/dashboard/api/image/v2/images", {
      headers: { Cookie: (await login()).cookie },
    });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("x-openstack-request-id"), "req-1");
    assert.equal(response.headers.get("set-cookie"), null);
    assert.equal(response.headers.get("x-subject-token"), null);
  });

  test("401 from a service ends the session", async () => {
    const reply = (call: Seen) => (call.service === "volume" ? new Response("", { status: 401 }) : undefined);
    const { login, send } = setUp({ reply });
    const headers = { Cookie: (await login()).cookie };
    assert.equal((await send("GET", "/dashboard/api/volume/v3/p2/volumes", { headers })).status, 401);
    assert.equal((await read(await send("GET", "/dashboard/session", { headers }))).session, null);
  });

  test("only the known services exist", async () => {
    const { login, send } = setUp();
    const headers = { Cookie: (await login()).cookie };
    assert.equal((await send("GET", "/dashboard/api/object/v1", { headers })).status, 404);
  });
});

describe("other sites", () => {
  const bad: [string, Record<string, string>][] = [
    ["without our header", { "X-Cumulet-Dashboard": "" }],
    ["from another origin", { Origin: "http://evil.test" }],
    ["from no origin", { Origin: "null" }],
    ["that the browser calls cross-site", { "Sec-Fetch-Site": "cross-site" }],
    ["from a sibling site", { "Sec-Fetch-Site": "same-site" }],
  ];
  for (const [name, headers] of bad) {
    test(`a change ${name} is refused before anything is asked`, async () => {
      const { login, send, seen } = setUp();
      const { cookie } = await login();
      const before = seen.length;
      const response = await send("DELETE", "/dashboard/api/compute/v2.1/servers/x", {
        headers: { Cookie: cookie, ...headers },
      });
      assert.equal(response.status, 403);
      assert.equal(
        (await send("POST", "/dashboard/login", { headers, body: { user: "demo", password: "secret" } })).status,
        403,
      );
      assert.equal(seen.length, before);
    });
  }
});

describe("pages", () => {
  const webDir = mkdtempSync(join(tmpdir(), "cumulet-web-"));
  mkdirSync(join(webDir, "assets"));
  writeFileSync(join(webDir, "index.html"), "<!doctype html>page");
  writeFileSync(join(webDir, "assets", "a-1234.js"), "x".repeat(5000));
  after(() => rmSync(webDir, { recursive: true }));

  test("without a build a page says how to make one", async () => {
    const response = await setUp().send("GET", "/");
    assert.equal(response.status, 503);
    assert.match(await response.text(), /npm run build:web/);
  });

  test("client routes get the page, unknown files do not, and nothing outside the folder is found", async () => {
    const { send } = setUp({ webDir });
    const html = { Accept: "text/html" };
    assert.equal(await (await send("GET", "/servers/abc", { headers: html })).text(), "<!doctype html>page");
    assert.equal((await send("GET", "/assets/missing.js", { headers: { Accept: "*/*" } })).status, 404);
    assert.equal((await send("GET", "/..%2f..%2fetc%2fpasswd", { headers: { Accept: "*/*" } })).status, 404);
  });

  test("hashed files are kept for a year and compressed; the page is asked for again", async () => {
    const { send } = setUp({ webDir });
    const asset = await send("GET", "/assets/a-1234.js", { headers: { "Accept-Encoding": "gzip, br" } });
    assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(asset.headers.get("content-encoding"), "br");
    assert.equal(brotliDecompressSync(Buffer.from(await asset.arrayBuffer())).length, 5000);
    const page = await send("GET", "/");
    assert.equal(page.headers.get("cache-control"), "no-cache");
    const again = await send("GET", "/", { headers: { "If-None-Match": page.headers.get("etag") ?? "" } });
    assert.equal(again.status, 304);
  });

  test("every answer forbids framing, sniffing and inline scripts", async () => {
    const { send } = setUp({ webDir });
    for (const path of ["/", "/dashboard/session", "/nowhere.js"]) {
      const { headers } = await send("GET", path);
      assert.equal(headers.get("x-frame-options"), "DENY");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.doesNotMatch(headers.get("content-security-policy") ?? "unsafe", /unsafe/);
    }
  });
});
