/** Bad requests to Keystone and Placement. */
import type { World } from "#tests/support/world.ts";
import { rowsOf, unknownId, type Row } from "./row.ts";

const login = "POST /v3/auth/tokens";

function auth(user: object, scope?: object, methods: unknown = ["password"]): { body: object } {
  return { body: { auth: { identity: { methods, password: { user } }, ...(scope ? { scope } : {}) } } };
}

export function loginRows({ things, passwords }: World): Row[] {
  const row = rowsOf("identity", { who: null });
  const domain = { id: "default" };
  const good = { name: "demo", domain, password: passwords.member };
  const credential = (spoiled: object) => ({
    body: {
      auth: {
        identity: {
          methods: ["application_credential"],
          application_credential: { id: things.application_credential, secret: "secret-of-it", ...spoiled },
        },
      },
    },
  });
  return [
    row(401, "a wrong password", login, auth({ ...good, password: "wrong" })),
    row(401, "an unknown user", login, auth({ ...good, name: "nobody" })),
    row(401, "an unknown domain", login, auth({ ...good, domain: { id: "nowhere" } })),
    row(401, "an unknown project", login, auth(good, { project: { name: "no-such", domain } })),
    row(401, "a project of others", login, auth(good, { project: { id: things.other_project } })),
    row(401, "the whole system", login, auth(good, { system: { all: true } })),
    row(401, "a domain without a role", login, auth(good, { domain })),
    row(400, "a password with a NUL", login, auth({ ...good, password: `${passwords.member}\u0000` })),
    row(401, "an empty password", login, auth({ ...good, password: "" })),
    row(401, "a password of 4 000 letters", login, auth({ ...good, password: "p".repeat(4000) })),
    row(400, "a name with a NUL", login, auth({ ...good, name: "demo\u0000" })),
    row(401, "a wrong secret", login, credential({ secret: "wrong" })),
    row(401, "a credential that is not there", login, credential({ id: "f".repeat(32) })),
    row(401, "a token that is none", login, {
      body: { auth: { identity: { methods: ["token"], token: { id: "rubbish" } } } },
    }),
    row(401, "a way that nobody knows", login, auth(good, undefined, ["pigeon"])),
    row(400, "no way at all", login, auth(good, undefined, [])),
    row(400, "ways that are a text", login, auth(good, undefined, "password")),
    row(400, "no user", login, { body: { auth: { identity: { methods: ["password"] } } } }),
    row(401, "no password", login, auth({ name: "demo", domain })),
    row(400, "a password that is a number", login, auth({ ...good, password: 5 })),
    row(400, "a name without a domain", login, auth({ name: "demo", password: "x" })),
    row(400, "nothing to log in with", login, { body: {} }),
    row(400, "a list for everything", login, { body: { auth: [] } }),
    row(400, "two scopes", login, auth(good, { project: { id: things.project }, domain })),
    row(400, "a body that is no JSON", login, { body: "{" }),
  ];
}

export function identityRows({ things }: World): Row[] {
  const row = rowsOf("identity");
  const admin = rowsOf("identity", { who: "admin" });
  const user = (spoiled: object) => ({ body: { user: { name: "never", ...spoiled } } });
  const project = (spoiled: object) => ({ body: { project: { name: "never", domain_id: "default", ...spoiled } } });
  const credential = (spoiled: object) => ({ body: { application_credential: { name: "never", ...spoiled } } });
  const credentials = `POST /v3/users/${things.user}/application_credentials`;
  const x = (token: string) => ({ headers: { "x-subject-token": token } });
  return [
    row(403, "a member makes a user", "POST /v3/users", user({})),
    row(403, "a member lists users", "GET /v3/users"),
    row(
      403,
      "a member gives itself a role",
      `PUT /v3/projects/${things.project}/users/${things.user}/roles/${unknownId}`,
    ),
    row(403, "a member reads another user", `GET /v3/users/${things.stranger_user}`),
    row(403, "a member reads another project", `GET /v3/projects/${things.other_project}`),
    row(403, "a member asks for a user that is not there: it does not learn so", `GET /v3/users/${unknownId}`),
    row(404, "a subject token that is none", "GET /v3/auth/tokens", x("rubbish")),
    row(404, "a subject token that is none, revoked", "DELETE /v3/auth/tokens", x("rubbish")),
    admin(409, "a user whose name is taken", "POST /v3/users", user({ name: "demo", domain_id: "default" })),
    admin(400, "a user without a name", "POST /v3/users", user({ name: undefined })),
    admin(400, "a user with an empty name", "POST /v3/users", user({ name: "" })),
    admin(400, "a user with a number for a name", "POST /v3/users", user({ name: 5 })),
    admin(400, "a user of 256 letters", "POST /v3/users", user({ name: "n".repeat(256) })),
    admin(400, "a user with a NUL", "POST /v3/users", user({ name: "a\u0000b" })),
    admin(400, "a user that is enabled perhaps", "POST /v3/users", user({ enabled: "perhaps" })),
    admin(400, "a user changed by nothing", `PATCH /v3/users/${things.user}`, { body: { user: {} } }),
    admin(404, "a user that is not there", `PATCH /v3/users/${unknownId}`, { body: { user: { enabled: false } } }),
    admin(409, "a project whose name is taken", "POST /v3/projects", project({ name: "demo" })),
    admin(400, "a project of 65 letters", "POST /v3/projects", project({ name: "n".repeat(65) })),
    admin(400, "a project with a NUL", "POST /v3/projects", project({ name: "a\u0000b" })),
    admin(
      404,
      "a role that is not there",
      `PUT /v3/projects/${things.project}/users/${things.user}/roles/${unknownId}`,
    ),
    admin(404, "a role for nobody", `DELETE /v3/projects/${things.project}/users/${unknownId}/roles/${unknownId}`),
    admin(403, "a domain that is enabled", "DELETE /v3/domains/default"),
    row(409, "a credential whose name is taken", credentials, credential({ name: "credential-of-demo" })),
    row(400, "a credential that has ended already", credentials, credential({ expires_at: "2001-01-01T00:00:00Z" })),
    row(400, "a credential that ends never-when", credentials, credential({ expires_at: "tomorrow" })),
    row(
      403,
      "a credential for another user",
      `POST /v3/users/${things.stranger_user}/application_credentials`,
      credential({}),
    ),
    row(404, "a credential that is not there", `DELETE /v3/users/${things.user}/application_credentials/${unknownId}`),
  ];
}

export function placementRows({ things }: World): Row[] {
  const row = rowsOf("placement", { who: "admin", headers: { "openstack-api-version": "placement 1.39" } });
  const one = `/resource_providers/${things.provider}`;
  const claim = (spoiled: object, provider: string = things.provider) => ({
    body: {
      allocations: { [provider]: { resources: { VCPU: 1 } } },
      project_id: things.project,
      user_id: things.user,
      consumer_generation: null,
      consumer_type: "INSTANCE",
      ...spoiled,
    },
  });
  const put = `PUT /allocations/${unknownId}`;
  return [
    row(403, "a member", "GET /resource_providers", { who: "member" }),
    row(403, "a member claims", put, { ...claim({}), who: "member" }),
    row(409, "a provider whose id is taken", "POST /resource_providers", {
      body: { name: "never", uuid: things.provider },
      says: /placement.duplicate_name/,
    }),
    row(400, "a provider of 201 letters", "POST /resource_providers", { body: { name: "n".repeat(201) } }),
    row(400, "a provider whose id is none", "POST /resource_providers", { body: { name: "never", uuid: "no-id" } }),
    row(409, "a provider in use", `DELETE ${one}`, { says: /placement.resource_provider.inuse/ }),
    row(409, "inventory of another time", `PUT ${one}/inventories`, {
      body: { resource_provider_generation: 4711, inventories: {} },
      says: /placement.concurrent_update/,
    }),
    row(400, "inventory of nothing known", `PUT ${one}/inventories`, {
      body: { resource_provider_generation: things.provider_generation, inventories: { HORSES: { total: 1 } } },
    }),
    row(400, "inventory below zero", `PUT ${one}/inventories`, {
      body: { resource_provider_generation: things.provider_generation, inventories: { VCPU: { total: -1 } } },
    }),
    row(404, "inventory that is not there", `GET ${one}/inventories/CUSTOM_HORSES`),
    row(400, "a claim on a provider that is not there", put, claim({}, unknownId)),
    row(
      409,
      "a claim of more than there is",
      put,
      claim({ allocations: { [things.provider]: { resources: { VCPU: 100_000 } } } }),
    ),
    row(
      400,
      "a claim of what is not known",
      put,
      claim({ allocations: { [things.provider]: { resources: { HORSES: 1 } } } }),
    ),
    row(400, "a claim of nothing", put, claim({ allocations: { [things.provider]: { resources: { VCPU: 0 } } } })),
    row(409, "a claim of another time", `PUT /allocations/${things.server}`, {
      ...claim({ consumer_generation: 4711 }),
      says: /placement.concurrent_update/,
    }),
    row(400, "a claim without a project", put, claim({ project_id: undefined })),
    row(400, "candidates for nothing", "GET /allocation_candidates"),
    row(400, "candidates for what is not known", "GET /allocation_candidates?resources=HORSES:1"),
    row(400, "candidates for a word", "GET /allocation_candidates?resources=VCPU:many"),
    row(400, "candidates, and a word for how many", "GET /allocation_candidates?resources=VCPU:1&limit=many"),
    row(400, "an unknown question", "GET /resource_providers?color=red"),
    row(400, "a trait without its prefix", "PUT /traits/HORSES"),
    row(404, "a trait that is not there", "GET /traits/CUSTOM_HORSES"),
    row(400, "a standard trait deleted", "DELETE /traits/HW_CPU_X86_AVX"),
    row(400, "a resource class without its prefix", "PUT /resource_classes/HORSES"),
  ];
}
