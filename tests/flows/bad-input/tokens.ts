/** Tokens that were good once, got by the ways in which tokens end. */
import assert from "node:assert/strict";
import { eventually, type Answer } from "#tests/support/cloud.ts";
import type { World } from "#tests/support/world.ts";
import type { SpentTokens } from "./wire.ts";

const domain = { id: "default" };

async function login(world: World, identity: object, scope?: unknown): Promise<string> {
  const body = { auth: { identity, ...(scope === undefined ? {} : { scope }) } };
  const answer = await world.ask(undefined, "POST", "identity", "/v3/auth/tokens", { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.headers.get("x-subject-token") ?? "";
}

export function byPassword(world: World, name: string, password: string): Promise<Answer> {
  const user = { name, domain, password };
  const body = { auth: { identity: { methods: ["password"], password: { user } } } };
  return world.ask(undefined, "POST", "identity", "/v3/auth/tokens", { body });
}

/** A token of an application credential ends with it: a second after the credential was made. */
async function expiredToken(world: World): Promise<string> {
  const expires_at = new Date(Date.now() + 1000).toISOString().replace("Z", "");
  const path = `/v3/users/${world.things.user}/application_credentials`;
  const credential = { name: "ends soon", secret: "short", expires_at };
  const made = await world.ask("member", "POST", "identity", path, { body: { application_credential: credential } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id } = made.body.application_credential;
  const token = await login(world, {
    methods: ["application_credential"],
    application_credential: { id, secret: "short" },
  });
  const who = { token };
  assert.equal((await world.ask(who, "GET", "network", "/v2.0/networks")).status, 200, "the token was never good");
  await eventually("the token to expire", async () =>
    (await world.ask(who, "GET", "network", "/v2.0/networks")).status === 401 ? true : undefined,
  );
  await world.ask("member", "DELETE", "identity", `${path}/${id}`);
  return token;
}

/** Revoked by its holder; every service had taken it before. */
async function revokedToken(world: World): Promise<string> {
  const user = { name: "demo", domain, password: world.passwords.member };
  const token = await login(
    world,
    { methods: ["password"], password: { user } },
    { project: { id: world.things.project } },
  );
  const lists = [
    ["compute", "/v2.1/servers"],
    ["volume", "/v3/volumes"],
    ["network", "/v2.0/networks"],
    ["image", "/v2/images"],
    ["identity", "/v3/auth/projects"],
  ] as const;
  for (const [service, path] of lists)
    assert.equal((await world.ask({ token }, "GET", service, path)).status, 200, service);
  const gone = await world.ask({ token }, "DELETE", "identity", "/v3/auth/tokens", {
    headers: { "x-subject-token": token },
  });
  assert.equal(gone.status, 204);
  return token;
}

export async function spendTokens(world: World): Promise<SpentTokens> {
  const user = { name: "demo", domain, password: world.passwords.member };
  return {
    expired: await expiredToken(world),
    revoked: await revokedToken(world),
    unscoped: await login(world, { methods: ["password"], password: { user } }, "unscoped"),
  };
}
