import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sqliteOpener } from "#platform/db/database.ts";
import { ask, testParts } from "#tests/support/parts.ts";
import { bootstrapKeystone } from "./bootstrap.ts";
import { rotateTokenKeys, startKeystone } from "./service.ts";

const dir = await mkdtemp(join(tmpdir(), "cumulet-keystone-"));
const parts = testParts("keystone", dir);
let skew_ms = 0;
const clock = { ...parts.clock, now: () => parts.clock.now() + skew_ms };
const keystone = await startKeystone(
  { ...parts, clock, openDatabase: sqliteOpener({ dir }) },
  {
    bootstrap: {
      admin_password: "admin-pw",
      demo_password: "demo-pw",
      service_users: [{ name: "nova", password: "nova-pw" }],
      services: [{ type: "volumev3", name: "cinder", url: "http://c/v3/$(project_id)s" }],
    },
  },
);
const fetch = keystone.fetch ?? assert.fail("Keystone has an API");
after(async () => {
  await keystone.stop();
  await rm(dir, { recursive: true });
});

type Body = Record<string, unknown> & { token: Record<string, unknown> };
const send = async (method: string, path: string, token?: string, body?: unknown, headers?: Record<string, string>) =>
  ask(fetch, method, `/identity${path}`, {
    ...(token ? { token } : {}),
    ...(body ? { body } : {}),
    ...(headers ? { headers } : {}),
  });

const inProject = (name: string) => ({ project: { name, domain: { id: "default" } } });
const byPassword = (name: string, password: string) => ({
  methods: ["password"],
  password: { user: { name, domain: { name: "Default" }, password } },
});
async function login(identity: unknown, scope?: unknown) {
  const answer = await send("POST", "/v3/auth/tokens", undefined, { auth: { identity, ...(scope ? { scope } : {}) } });
  return { ...answer, text: answer.headers.get("x-subject-token") ?? "", token: (answer.body as Body).token };
}
const admin = async () => (await login(byPassword("admin", "admin-pw"), inProject("admin"))).text;
const check = async (text: string) =>
  (await send("GET", "/v3/auth/tokens", await admin(), undefined, { "x-subject-token": text })).status;

/** A user of its own for each test, with role member on a project of its own. */
async function makeUser(name: string, password = "pw") {
  const token = await admin();
  const user = ((await send("POST", "/v3/users", token, { user: { name, password } })).body as Body)["user"] as {
    id: string;
  };
  const made = await send("POST", "/v3/projects", token, { project: { name: `${name}-project` } });
  const project = (made.body as Body)["project"] as { id: string };
  const roles = ((await send("GET", "/v3/roles?name=member", token)).body as Body)["roles"] as { id: string }[];
  const grant = `/v3/projects/${project.id}/users/${user.id}/roles/${roles[0]?.id}`;
  assert.equal((await send("PUT", grant, token)).status, 204);
  const issue = () => login(byPassword(name, password), { project: { id: project.id } });
  return { user, project, grant, issue };
}

test("a password becomes a token with roles (implied ones too) and a catalogue filled in for the project", async () => {
  const { status, token } = await login(byPassword("demo", "demo-pw"), inProject("demo"));
  assert.equal(status, 201);
  assert.deepEqual((token["roles"] as { name: string }[]).map(({ name }) => name).sort(), ["member", "reader"]);
  const [service] = token["catalog"] as { endpoints: { url: string }[] }[];
  assert.equal(service?.endpoints[0]?.url, `http://c/v3/${(token["project"] as { id: string }).id}`);
  assert.equal(service?.endpoints.length, 3);
});

test("an unknown user, a wrong password and a project without a role get the same answer", async () => {
  const answers = [
    await login(byPassword("nobody", "x"), inProject("demo")),
    await login(byPassword("demo", "wrong"), inProject("demo")),
    await login(byPassword("demo", "demo-pw"), inProject("admin")),
    await login(byPassword("demo", "demo-pw"), inProject("no such project")),
  ];
  for (const { status, body } of answers) {
    assert.equal(status, 401);
    assert.deepEqual(body, answers[0]?.body);
  }
});

test("a token made from a token keeps its end and names the first of its chain", async () => {
  const first = await login(byPassword("demo", "demo-pw"), "unscoped");
  assert.equal(first.token["project"], undefined);
  assert.equal(first.token["catalog"], undefined);
  skew_ms = 60_000;
  const second = await login({ methods: ["token"], token: { id: first.text } }, inProject("demo"));
  skew_ms = 0;
  const third = await login({ methods: ["token"], token: { id: second.text } }, "unscoped");
  assert.equal(second.token["expires_at"], first.token["expires_at"]);
  const own = (token: Body["token"]) => token["audit_ids"] as string[];
  assert.equal(own(second.token)[1], own(first.token)[0]);
  assert.equal(own(third.token)[1], own(first.token)[0]);
  assert.deepEqual(third.token["methods"], ["password", "token"]);
});

test("without a scope a user with a default project gets it", async () => {
  const { token } = await login(byPassword("demo", "demo-pw"));
  assert.equal((token["project"] as { name: string }).name, "demo");
});

test("a revoked token is no longer good, its sisters are", async () => {
  const { issue } = await makeUser("revoker");
  const [one, two] = [await issue(), await issue()];
  const headers = { "x-subject-token": one.text };
  assert.equal((await send("DELETE", "/v3/auth/tokens", one.text, undefined, headers)).status, 204);
  assert.equal(await check(one.text), 404);
  assert.equal(await check(two.text), 200);
});

test("nobody else's token may be looked at or revoked, except by administrators and services", async () => {
  const { issue } = await makeUser("victim");
  const victim = await issue();
  const demo = (await login(byPassword("demo", "demo-pw"), inProject("demo"))).text;
  const headers = { "x-subject-token": victim.text };
  assert.equal((await send("GET", "/v3/auth/tokens", demo, undefined, headers)).status, 403);
  assert.equal((await send("DELETE", "/v3/auth/tokens", demo, undefined, headers)).status, 403);
  const nova = (await login(byPassword("nova", "nova-pw"), inProject("service"))).text;
  assert.equal((await send("GET", "/v3/auth/tokens", nova, undefined, headers)).status, 200);
  assert.equal((await send("DELETE", "/v3/auth/tokens", nova, undefined, headers)).status, 403);
});

test("what ends a right ends the tokens at once, and they do not come back", async () => {
  const ends: Record<string, (one: Awaited<ReturnType<typeof makeUser>>, token: string) => Promise<unknown>> = {
    disabled: async ({ user }, token) => {
      await send("PATCH", `/v3/users/${user.id}`, token, { user: { enabled: false } });
      await send("PATCH", `/v3/users/${user.id}`, token, { user: { enabled: true } });
    },
    reset: ({ user }, token) => send("PATCH", `/v3/users/${user.id}`, token, { user: { password: "other" } }),
    changed: ({ user }) =>
      send("POST", `/v3/users/${user.id}/password`, undefined, {
        user: { original_password: "pw", password: "other" },
      }),
    ungranted: ({ grant }, token) => send("DELETE", grant, token),
    shut: async ({ project }, token) => {
      await send("PATCH", `/v3/projects/${project.id}`, token, { project: { enabled: false } });
      await send("PATCH", `/v3/projects/${project.id}`, token, { project: { enabled: true } });
    },
    deleted: ({ user }, token) => send("DELETE", `/v3/users/${user.id}`, token),
  };
  for (const [how, end] of Object.entries(ends)) {
    const made = await makeUser(`user-${how}`);
    const { text } = await made.issue();
    assert.equal(await check(text), 200, how);
    await end(made, await admin());
    assert.equal(await check(text), 404, how);
    assert.equal((await send("GET", "/v3/auth/projects", text)).status, 401, how);
  }
});

test("a token ends; services may still ask about it for work that outlives it", async () => {
  const { issue } = await makeUser("late");
  const { text } = await issue();
  skew_ms = 2 * 3_600_000;
  assert.equal(await check(text), 404);
  const nova = (await login(byPassword("nova", "nova-pw"), inProject("service"))).text;
  const headers = { "x-subject-token": text };
  assert.equal((await send("GET", "/v3/auth/tokens?allow_expired=1", nova, undefined, headers)).status, 200);
  skew_ms = 50 * 3_600_000;
  const later = (await login(byPassword("nova", "nova-pw"), inProject("service"))).text;
  assert.equal((await send("GET", "/v3/auth/tokens?allow_expired=1", later, undefined, headers)).status, 404);
  skew_ms = 0;
});

test("no answer ever holds a password or its hash", async () => {
  const token = await admin();
  const made = await send("POST", "/v3/users", token, {
    user: { name: "secretive", password: "hunter2-very-secret", color: "red" },
  });
  const list = await send("GET", "/v3/users", token);
  for (const { body } of [made, list]) assert.doesNotMatch(JSON.stringify(body), /hunter2|argon2/);
  assert.equal(((made.body as Body)["user"] as { color: string }).color, "red", "unknown attributes are kept");
});

test("plain users see themselves and their projects, and no lists", async () => {
  const demo = await login(byPassword("demo", "demo-pw"), inProject("demo"));
  const user_id = (demo.token["user"] as { id: string }).id;
  for (const path of [
    "/v3/users",
    "/v3/projects",
    "/v3/roles",
    "/v3/domains",
    "/v3/role_assignments",
    "/v3/services",
    "/v3/users/other",
  ]) {
    assert.equal((await send("GET", path, demo.text)).status, 403, path);
  }
  assert.equal((await send("GET", `/v3/users/${user_id}`, demo.text)).status, 200);
  const projects = (await send("GET", "/v3/auth/projects", demo.text)).body as Body;
  assert.deepEqual(
    (projects["projects"] as { name: string }[]).map(({ name }) => name),
    ["demo"],
  );
});

test("a domain's reader sees the users of that domain only", async () => {
  const token = await admin();
  const domain = ((await send("POST", "/v3/domains", token, { domain: { name: "away" } })).body as Body)["domain"] as {
    id: string;
  };
  const given = { name: "watcher", domain_id: domain.id, password: "pw" };
  const user = ((await send("POST", "/v3/users", token, { user: given })).body as Body)["user"] as { id: string };
  const roles = ((await send("GET", "/v3/roles?name=reader", token)).body as Body)["roles"] as { id: string }[];
  await send("PUT", `/v3/domains/${domain.id}/users/${user.id}/roles/${roles[0]?.id}`, token);
  const identity = { methods: ["password"], password: { user: { id: user.id, password: "pw" } } };
  const { text } = await login(identity, { domain: { id: domain.id } });
  const seen = ((await send("GET", "/v3/users", text)).body as Body)["users"] as { name: string }[];
  assert.deepEqual(
    seen.map(({ name }) => name),
    ["watcher"],
  );
});

test("an application credential gives part of its owner's roles on one project, and nothing more", async () => {
  const { user, project, grant, issue } = await makeUser("programmer");
  const owner = await issue();
  const path = `/v3/users/${user.id}/application_credentials`;
  const make = (given: object, token = owner.text) => send("POST", path, token, { application_credential: given });
  const made = (await make({ name: "one", roles: [{ name: "reader" }] })).body as Body;
  const one = made["application_credential"] as { id: string; secret: string };
  const by = ({ id, secret }: { id: string; secret: string }) => ({
    methods: ["application_credential"],
    application_credential: { id, secret },
  });
  const used = await login(by(one));
  assert.equal(used.status, 201);
  assert.deepEqual(
    (used.token["roles"] as { name: string }[]).map(({ name }) => name),
    ["reader"],
  );
  assert.equal((used.token["project"] as { id: string }).id, project.id);

  assert.equal((await make({ name: "admin", roles: [{ name: "admin" }] })).status, 400, "no role that the owner lacks");
  assert.equal((await make({ name: "two" }, used.text)).status, 403, "no credentials from a restricted one");
  assert.equal(
    (await make({ name: "rules", access_rules: [{ path: "/x" }] })).status,
    501,
    "limits that nobody would hold",
  );
  assert.equal((await login(by({ ...one, secret: "wrong" }))).status, 401);
  assert.equal((await login(by(one), inProject("demo"))).status, 400, "no other scope");
  const exchanged = await login({ methods: ["token"], token: { id: used.text } }, inProject("programmer-project"));
  assert.equal(exchanged.status, 401, "no way out through the token method");
  const list = await send("GET", path, owner.text);
  assert.doesNotMatch(JSON.stringify(list.body), new RegExp(one.secret));
  const stranger = (await login(byPassword("demo", "demo-pw"), inProject("demo"))).text;
  assert.equal((await send("GET", path, stranger)).status, 403);

  const other = ((await make({ name: "other" })).body as Body)["application_credential"] as {
    id: string;
    secret: string;
  };
  const second = await login(by(other));
  assert.equal((await send("DELETE", `${path}/${other.id}`, owner.text)).status, 204);
  assert.equal(await check(second.text), 404, "its tokens end with it");
  await send("DELETE", grant, await admin());
  assert.equal(await check(used.text), 404, "and with the owner's roles");
});

test("stored credentials belong to their owner, lie encrypted, and are not made by restricted programs", async () => {
  const { user, project, issue } = await makeUser("signer");
  const { text } = await issue();
  const path = `/v3/users/${user.id}/credentials/OS-EC2`;
  const made = (await send("POST", path, text, { tenant_id: project.id })).body as Body;
  const keys = made["credential"] as { access: string; secret: string };
  const shown = (await send("GET", `${path}/${keys.access}`, text)).body as Body;
  assert.deepEqual(shown["credential"], made["credential"]);
  const db = await readFile(join(dir, "keystone.sqlite"));
  const log = await readFile(join(dir, "keystone.sqlite-wal"));
  for (const file of [db, log]) assert.ok(!file.includes(keys.secret), "not readable on the disk");

  const demo = (await login(byPassword("demo", "demo-pw"), inProject("demo"))).text;
  assert.equal((await send("GET", path, demo)).status, 403);
  assert.deepEqual(((await send("GET", "/v3/credentials", demo)).body as Body)["credentials"], []);
  assert.equal((await send("POST", path, demo, { tenant_id: project.id })).status, 403);

  const given = { application_credential: { name: "robot", secret: "r" } };
  const robot = (await send("POST", `/v3/users/${user.id}/application_credentials`, text, given)).body as Body;
  const { id } = robot["application_credential"] as { id: string };
  const identity = { methods: ["application_credential"], application_credential: { id, secret: "r" } };
  assert.equal((await send("POST", path, (await login(identity)).text, { tenant_id: project.id })).status, 403);
});

test("what one process does, another on the same database sees at once", async () => {
  const second = await startKeystone({ ...parts, clock, openDatabase: sqliteOpener({ dir }) });
  const there = second.fetch ?? assert.fail("Keystone has an API");
  const { issue, grant } = await makeUser("nomad");
  const { text } = await issue();
  const seen = async (one: string) =>
    ask(there, "GET", "/identity/v3/auth/tokens", { token: await admin(), headers: { "x-subject-token": one } });
  const rolesThere = async () => {
    const { token } = (await seen(text)).body as Body;
    return (token["roles"] as { name: string }[]).map(({ name }) => name).sort();
  };
  assert.deepEqual(await rolesThere(), ["member", "reader"]);
  const token = await admin();
  const made = ((await send("POST", "/v3/roles", token, { role: { name: "extra" } })).body as Body)["role"] as {
    id: string;
  };
  const member = grant.split("/").at(-1);
  await send("PUT", `/v3/roles/${member}/implies/${made.id}`, token);
  assert.deepEqual(await rolesThere(), ["extra", "member", "reader"]);
  await send("DELETE", `/v3/roles/${made.id}`, token);
  assert.deepEqual(await rolesThere(), ["member", "reader"]);
  await rotateTokenKeys({ state_dir: dir, ids: parts.ids });
  const revoked = await send("DELETE", "/v3/auth/tokens", text, undefined, { "x-subject-token": text });
  assert.equal(revoked.status, 204);
  assert.equal((await seen(text)).status, 404);
  await second.stop();
});

test("starting again changes nothing that people may change, and follows the configuration", async () => {
  const token = await admin();
  const id = (await login(byPassword("demo", "demo-pw"), inProject("demo"))).token["user"] as { id: string };
  const fresh = { password: "chosen-by-demo", original_password: "demo-pw" };
  assert.equal((await send("POST", `/v3/users/${id.id}/password`, undefined, { user: fresh })).status, 204);
  const spec = {
    admin_password: "another",
    demo_password: "demo-pw",
    service_users: [{ name: "nova", password: "new-nova-pw" }],
    services: [{ type: "volumev3", name: "cinder", url: "http://moved/v3/$(project_id)s" }],
  };
  await bootstrapKeystone({ ...parts, openDatabase: sqliteOpener({ dir }) }, spec);
  assert.equal((await login(byPassword("demo", "demo-pw"))).status, 401);
  assert.equal((await login(byPassword("admin", "another"))).status, 401);
  assert.equal((await login(byPassword("nova", "nova-pw"))).status, 401);
  assert.equal((await login(byPassword("nova", "new-nova-pw"), inProject("service"))).status, 201);
  const catalog = ((await send("GET", "/v3/auth/catalog", token)).body as Body)["catalog"] as {
    endpoints: { url: string }[];
  }[];
  assert.equal(catalog.length, 1);
  assert.match(catalog[0]?.endpoints[0]?.url ?? "", /^http:\/\/moved/);
  await send("PATCH", `/v3/users/${id.id}`, token, { user: { password: "demo-pw" } });
});

test("a limit needs a registered limit, and projects see their own only", async () => {
  const token = await admin();
  const { project, issue } = await makeUser("limited");
  const made = await send("POST", "/v3/services", token, { service: { type: "limited", name: "limited" } });
  const { id: service_id } = (made.body as Body)["service"] as { id: string };
  const wanted = { limits: [{ service_id, resource_name: "things", resource_limit: 5, project_id: project.id }] };
  assert.equal((await send("POST", "/v3/limits", token, wanted)).status, 403);
  const given = { registered_limits: [{ service_id, resource_name: "things", default_limit: 10 }] };
  const registered = await send("POST", "/v3/registered_limits", token, given);
  assert.equal(registered.status, 201);
  assert.equal((await send("POST", "/v3/registered_limits", token, given)).status, 409);
  assert.equal((await send("POST", "/v3/limits", token, wanted)).status, 201);
  assert.equal((await send("POST", "/v3/limits", token, wanted)).status, 409);
  const [row] = (registered.body as Body)["registered_limits"] as { id: string }[];
  assert.equal((await send("DELETE", `/v3/registered_limits/${row?.id}`, token)).status, 403);

  const member = (await issue()).text;
  const demo = (await login(byPassword("demo", "demo-pw"), inProject("demo"))).text;
  const seen = async (who: string) =>
    ((await send("GET", "/v3/limits", who)).body as Body)["limits"] as { id: string }[];
  const [own] = await seen(member);
  assert.equal((await send("GET", `/v3/limits/${own?.id}`, member)).status, 200);
  assert.deepEqual(await seen(demo), []);
  assert.equal((await send("GET", `/v3/limits/${own?.id}`, demo)).status, 403);
  assert.equal((await send("POST", "/v3/limits", member, wanted)).status, 403);
});

test("an application credential ends, and no token of it lives longer", async () => {
  const { user, issue } = await makeUser("temporary");
  const expires_at = new Date(parts.clock.now() + 60_000).toISOString().replace("Z", "");
  const given = { application_credential: { name: "short", expires_at, secret: "s3cret" } };
  const answer = await send("POST", `/v3/users/${user.id}/application_credentials`, (await issue()).text, given);
  const one = (answer.body as Body)["application_credential"] as { id: string; expires_at: string };
  assert.equal(one.expires_at, expires_at);
  const identity = { methods: ["application_credential"], application_credential: { id: one.id, secret: "s3cret" } };
  assert.equal(Date.parse(String((await login(identity)).token["expires_at"])), Date.parse(`${expires_at}Z`));
  skew_ms = 61_000;
  assert.equal((await login(identity)).status, 401);
  skew_ms = 0;
});

test("steps 1 and 2 of the flow are recorded and carry the audit id, not the token", async () => {
  parts.spans.length = 0;
  const { text, token } = await login(byPassword("demo", "demo-pw"), inProject("demo"));
  assert.deepEqual(parts.spans.map(({ step }) => step).sort(), [1, 2]);
  const answered = parts.spans.find(({ step }) => step === 2);
  assert.equal(answered?.attributes["audit_id"], (token["audit_ids"] as string[])[0]);
  assert.doesNotMatch(JSON.stringify(parts.spans), new RegExp(text.slice(0, 60)));
});
