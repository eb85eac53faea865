/** The volume service whole, with an agent that has no database, for its tests. */
import assert from "node:assert/strict";
import { after } from "node:test";
import { createHash } from "node:crypto";
import { ask, testParts, type TestParts } from "#tests/support/parts.ts";
import { until } from "#platform/clock/until.ts";
import { noDatabase } from "#platform/db/database.ts";
import { startCinderApi, type RunningCinderApi } from "./api/start.ts";
import { startCinderScheduler } from "./scheduler/start.ts";
import { openCinderStore, type CinderStore } from "./store/open.ts";
import type { VolumeBackend } from "./volume/backends/backend.ts";
import { makeFakeBackend } from "./volume/backends/fake/fake-backend.ts";
import { startCinderVolume } from "./volume/start.ts";

export type Body = Record<string, unknown>;

export const endings: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of endings.toReversed()) await end();
});

export interface Cloud {
  api: RunningCinderApi;
  parts: TestParts;
  store: CinderStore;
  backend: VolumeBackend;
  startAgent(): Promise<() => Promise<void>>;
}

export const image_id = "99999999-9999-4999-8999-999999999999";
const imageBytes = Buffer.alloc(100_000, "image");

/** A stand-in for the image service with one image. */
async function imageService(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === `/image/v2/images/${image_id}/file`) return new Response(imageBytes);
  if (pathname !== `/image/v2/images/${image_id}`)
    return Response.json({ message: "no", code: "404 Not Found" }, { status: 404 });
  const os_hash_value = createHash("sha512").update(imageBytes).digest("hex");
  const facts = {
    status: "active",
    size: imageBytes.length,
    virtual_size: null,
    min_disk: 2,
    disk_format: "raw",
    container_format: "bare",
  };
  return Response.json({ id: image_id, name: "cirros", hw_disk_bus: "virtio", os_hash_value, tags: [], ...facts });
}

export async function start(
  options: { backend?: VolumeBackend; agent?: boolean; supervise_period_ms?: number } = {},
): Promise<Cloud> {
  const parts = testParts("cinder-api");
  const store = await openCinderStore(parts);
  const api = await startCinderApi(parts, { store, supervise_period_ms: options.supervise_period_ms ?? 60_000 });
  const scheduler = await startCinderScheduler(parts, { store });
  parts.mount("/image", imageService);
  parts.mount("/compute", async () => Response.json({ volumeAttachment: {} }));
  const backend = options.backend ?? makeFakeBackend();
  const startAgent = async () => {
    const agent = await startCinderVolume(
      { ...parts, openDatabase: noDatabase("cinder-volume") },
      { host: "h1", backend },
    );
    await until(parts.clock, async () => (await store.services.list())[0], {
      limit_ms: 2000,
      period_ms: 2,
      what: "the agent's report",
    });
    return agent.stop;
  };
  endings.push(async () => {
    await api.stop();
    await scheduler.stop();
    await store.close();
  });
  if (options.agent !== false) endings.push(await startAgent());
  return { api, parts, store, backend, startAgent };
}

interface Asking {
  token?: string;
  body?: unknown;
  version?: string;
}

export function call(cloud: Cloud, method: string, path: string, { token = "member", body, version }: Asking = {}) {
  const headers: Record<string, string> = version ? { "openstack-api-version": `volume ${version}` } : {};
  return ask(cloud.api.fetch, method, `/volume/v3${path}`, { token, headers, ...(body === undefined ? {} : { body }) });
}

export async function waitFor(cloud: Cloud, id: unknown, status: string): Promise<Body> {
  return until(
    cloud.parts.clock,
    async () => {
      const { body } = await call(cloud, "GET", `/volumes/${String(id)}`, { token: "admin", version: "3.70" });
      const { volume } = body as { volume: Body };
      if (volume["status"] !== status) throw new Error(`it is ${String(volume["status"])}`);
      return volume;
    },
    { limit_ms: 5000, period_ms: 5, what: `volume ${String(id)} to be ${status}` },
  );
}

export async function create(cloud: Cloud, volume: Body = {}, token = "member"): Promise<Body> {
  const { status, body } = await call(cloud, "POST", "/volumes", { token, body: { volume: { size: 1, ...volume } } });
  assert.equal(status, 202, JSON.stringify(body));
  return (body as { volume: Body }).volume;
}

export const made = async (cloud: Cloud, volume: Body = {}) =>
  waitFor(cloud, (await create(cloud, volume))["id"], "available");
export const text = (answer: { body: unknown }): string => JSON.stringify(answer.body);
