/** The image service alone, on a folder of its own, for its tests. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { ask, testParts } from "#tests/support/parts.ts";
import { startGlance, type GlanceOptions, type RunningGlance } from "./service.ts";
import { openFileStore } from "./stores/file/file-store.ts";
import type { ImageStore } from "./stores/store.ts";

export const endings: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of endings) await end();
});

export async function start(
  options: Partial<GlanceOptions> = {},
): Promise<RunningGlance & { store: ImageStore; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "cumulet-glance-"));
  const store =
    options.store ??
    (await openFileStore({ folder: path.join(folder, "images"), clock: systemClock(), ids: systemIds() }));
  const role = await startGlance(testParts("glance-api"), { ...options, store });
  endings.push(async () => {
    await role.stop();
    await rm(folder, { recursive: true });
  });
  return { ...role, store, folder };
}

export type Glance = Awaited<ReturnType<typeof start>>;
export type Body = Record<string, unknown>;

export async function create(glance: Glance, body: Body = {}, token = "member"): Promise<Body> {
  const answer = await ask(glance.fetch, "POST", "/image/v2/images", {
    token,
    body: { disk_format: "raw", container_format: "bare", name: "a", ...body },
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as Body;
}

export function put(
  glance: Glance,
  id: unknown,
  data: Uint8Array | ReadableStream,
  token = "member",
  headers: Record<string, string> = {},
): Promise<Response> {
  return glance.fetch(
    new Request(`http://127.0.0.1:8774/image/v2/images/${String(id)}/file`, {
      method: "PUT",
      headers: {
        "x-auth-token": token,
        "content-type": "application/octet-stream",
        accept: "application/json",
        ...headers,
      },
      body: data,
      duplex: "half",
    } as RequestInit),
  );
}

export const get = (glance: Glance, id: unknown, token = "member") =>
  ask(glance.fetch, "GET", `/image/v2/images/${String(id)}`, { token });
export const patch = (glance: Glance, id: unknown, body: unknown, token = "member") =>
  ask(glance.fetch, "PATCH", `/image/v2/images/${String(id)}`, {
    token,
    body,
    headers: { "content-type": "application/openstack-images-v2.1-json-patch" },
  });
export const list = async (glance: Glance, query: string, token = "member"): Promise<string[]> => {
  const answer = await ask(glance.fetch, "GET", `/image/v2/images${query}`, { token });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return (answer.body as { images: { name: string }[] }).images.map((one) => one.name);
};
