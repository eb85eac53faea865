/**
 * What is asked of a real cloud's APIs without the `openstack` client, which takes a second for each word: by a program
 * on the cloud's host, since the process of the test is not on it. Run by itself it is that program.
 */
import { client } from "#tests/support/client.ts";
import type { RealCloud } from "./real-cloud.ts";

/** Consumers in Placement. */
export function claims(cloud: RealCloud): Promise<string[]> {
  return ask(cloud, "claims");
}

/** Ids of the servers, as soon as all were answered with 202: one from the image, one from a new volume. */
export function createServers(cloud: RealCloud, name: string): Promise<string[]> {
  return ask(cloud, "create", name);
}

export interface Seen {
  servers: { id: string; status: string; reason: string | null }[];
  /** Ports of servers. */
  ports: { id: string; device_id: string }[];
  volumes: { id: string; status: string; servers: string[] }[];
  claims: string[];
}

/** Everything at once, when no server is being worked on any more; null before. */
export function look(cloud: RealCloud): Promise<Seen | null> {
  return ask(cloud, "look");
}

/** Begins to delete all servers. */
export function deleteAll(cloud: RealCloud): Promise<void> {
  return ask(cloud, "delete");
}

async function ask<T>(cloud: RealCloud, ...words: string[]): Promise<T> {
  const { stdout } = await cloud.run([process.execPath, import.meta.filename, cloud.url, cloud.state_dir, ...words]);
  return JSON.parse(stdout) as T; // written below
}

async function answer([url = "", state_dir = "", word = "", name = ""]: string[]): Promise<unknown> {
  const demo = await client(url, state_dir);
  if (word === "claims") return demo.claims();
  if (word === "create") {
    return Promise.all([demo.createServer(`${name}-image`), demo.createServer(`${name}-volume`, { volume: true })]);
  }
  const servers = await demo.settledServers();
  if (word === "delete") {
    for (const { id } of servers ?? []) await demo.deleteServer(id);
    return null;
  }
  if (!servers) return null;
  const volumes = await demo.volumes();
  return {
    servers: servers.map(({ id, status, fault }) => ({ id, status, reason: fault?.message ?? null })),
    ports: await demo.computePorts(),
    volumes: volumes.map(({ id, status, attachments }) => ({
      id,
      status,
      servers: attachments.map((a) => a.server_id),
    })),
    claims: await demo.claims(),
  } satisfies Seen;
}

if (import.meta.main) process.stdout.write(JSON.stringify(await answer(process.argv.slice(2))));
