/** What making servers costs: one after another, and a hundred at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { cpu_s } from "./cloud.ts";
import { serverBody, type Session } from "./session.ts";
import { spread, type Spread } from "./stats.ts";

export interface ServerNumbers {
  post_ms: Spread;
  active_ms: Spread;
  bursts: Burst[];
}

export interface Burst {
  servers: number;
  /** Until the last 202. */
  accepted_ms: number;
  /** Until the last server was ACTIVE. */
  active_ms: number;
  /** Processor time of the cloud for each server. */
  cpu_ms: number;
}

export async function measureServers(session: Session): Promise<ServerNumbers> {
  for (let at = 0; at < 10; at += 1) await one(session, `warm-${at}`);
  await wipe(session);
  const singles = [];
  for (let at = 0; at < 30; at += 1) singles.push(await one(session, `one-${at}`));
  await wipe(session);
  const bursts = [];
  for (let at = 0; at < 5; at += 1) {
    bursts.push(await burst(session, 100));
    await wipe(session);
  }
  return {
    post_ms: spread(singles.map(({ post }) => post)),
    active_ms: spread(singles.map(({ active }) => active)),
    bursts,
  };
}

async function one(session: Session, name: string): Promise<{ post: number; active: number }> {
  const began = performance.now();
  const { body, ms } = await session.must("POST", "/compute/v2.1/servers", serverBody(session, name));
  for (;;) {
    const { server } = (await session.must("GET", `/compute/v2.1/servers/${body.server.id}`)).body;
    if (server.status === "ACTIVE") return { post: ms, active: performance.now() - began };
    if (server.status !== "BUILD")
      throw new Error(`a server ended as ${server.status}: ${JSON.stringify(server.fault)}`);
    await sleep(2);
  }
}

async function burst(session: Session, servers: number): Promise<Burst> {
  const { pid } = session.cloud;
  const cpu_before = cpu_s(pid);
  const began = performance.now();
  const names = Array.from({ length: servers }, (_one, at) => `burst-${at}`);
  await Promise.all(names.map((name) => session.must("POST", "/compute/v2.1/servers", serverBody(session, name))));
  const accepted_ms = performance.now() - began;
  while ((await count(session, "BUILD")) > 0) await sleep(25);
  const active_ms = performance.now() - began;
  const cpu_ms = ((cpu_s(pid) - cpu_before) * 1000) / servers;
  const active = await count(session, "ACTIVE");
  if (active !== servers) throw new Error(`of ${servers} servers ${active} are ACTIVE`);
  return { servers, accepted_ms, active_ms, cpu_ms };
}

async function count(session: Session, status: string): Promise<number> {
  return (await session.must("GET", `/compute/v2.1/servers?status=${status}`)).body.servers.length;
}

async function wipe(session: Session): Promise<void> {
  const { servers } = (await session.must("GET", "/compute/v2.1/servers")).body;
  await Promise.all(servers.map(({ id }: { id: string }) => session.must("DELETE", `/compute/v2.1/servers/${id}`)));
  while ((await session.must("GET", "/compute/v2.1/servers?limit=1")).body.servers.length > 0) await sleep(20);
}
