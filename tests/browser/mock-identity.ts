/** MOCK, for tests of the pages only: a Keystone with two users. `admin` and `demo`, password `secret`. */
import { Hono } from "hono";
import type { MockWorld } from "./mock-world.ts";

const users: Record<string, { id: string; projects: string[] }> = {
  demo: { id: "7f1c2f6e0a5b4a30b7b1a1f0f2f3d4e5", projects: ["demo", "research"] },
  admin: { id: "0d9e0c6c1ab54b8db0b8b3f5c4a3e2f1", projects: ["admin", "demo"] },
};

export const mockProjects: Record<string, string> = {
  demo: "4c1f0a8f1fb64e5f8f0c6d0e3f7a9b21",
  research: "9a7d3b1c5e2f4d6a8b0c1d2e3f4a5b6c",
  admin: "1b2c3d4e5f60718293a4b5c6d7e8f901",
};

export function mockIdentity(world: MockWorld): Hono {
  const app = new Hono();
  const expires_at = () => new Date(world.clock.now() + 3_600_000).toISOString().replace("Z", "000Z");
  const refuse = {
    error: { code: 401, title: "Unauthorized", message: "The request you have made requires authentication." },
  };
  const issue = (name: string, project?: string) => {
    const token = world.ids.hex();
    world.tokens.set(token, { user: name, project: project ?? "" });
    const user = { id: users[name]?.id, name, domain: { id: "default", name: "Default" } };
    return { token, body: { token: { expires_at: expires_at(), user, roles: project ? [{ name: "member" }] : [] } } };
  };
  app.post("/v3/auth/tokens", async (c) => {
    const { auth } = await c.req.json();
    const password = auth.identity.password?.user;
    const name = password ? password.name : world.tokens.get(auth.identity.token?.id)?.user;
    const domainOk = !password || password.domain.name === "Default";
    if (!users[name] || !domainOk || (password && password.password !== "secret")) return c.json(refuse, 401);
    if (password) world.login_at = world.clock.now();
    const issued = issue(name, auth.scope?.project?.id);
    return c.json(issued.body, 201, { "X-Subject-Token": issued.token });
  });
  app.delete("/v3/auth/tokens", (c) => {
    world.tokens.delete(c.req.header("X-Subject-Token") ?? "");
    return c.body(null, 204);
  });
  app.get("/v3/auth/projects", (c) => {
    const known = world.tokens.get(c.req.header("X-Auth-Token") ?? "");
    const names = users[known?.user ?? ""]?.projects ?? [];
    return c.json({ projects: names.map((name) => ({ id: mockProjects[name], name })) });
  });
  app.get("/v3/users/:id", (c) => c.json({ user: { id: c.req.param("id") } }));
  return app;
}
