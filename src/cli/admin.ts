/** The administrator's token for commands on this machine, by the password in the state folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "#cloud/state-folder.ts";
import { makeServiceUser } from "#platform/auth/service-user.ts";
import { systemClock } from "#platform/clock/clock.ts";
import type { Upstream } from "#platform/http/client.ts";

export async function adminToken(upstream: Upstream, dir: string): Promise<string> {
  let password: string;
  try {
    password = readFileSync(join(dir, "admin-password"), "utf8").trim();
  } catch {
    throw new SetupError(
      `The admin's password in ${dir} cannot be read: this command needs the user who started the cloud.`,
    );
  }
  return makeServiceUser({ upstream, clock: systemClock(), username: "admin", password, project: "admin" }).token();
}

/** A server's id by its id or its name, in any project. */
export async function findServer(upstream: Upstream, token: string, name: string): Promise<string> {
  const headers = { "x-auth-token": token };
  const byId = await upstream.fetch("compute", `/v2.1/servers/${encodeURIComponent(name)}`, { headers });
  if (byId.status === 200) return name;
  const list = await upstream.fetch("compute", `/v2.1/servers?all_tenants=1&name=${encodeURIComponent(`^${name}$`)}`, {
    headers,
  });
  const { servers } = (await list.json()) as { servers: { id: string; name: string }[] };
  const [found, other] = servers.filter((server) => server.name === name);
  if (!found) throw new SetupError(`There is no server '${name}'.`);
  if (other) throw new SetupError(`There are several servers called '${name}'; use the id of one.`);
  return found.id;
}
