/** A Neutron of a test's own: in memory, with people for Keystone and a listener for Nova. */
import assert from "node:assert/strict";
import type { Fetcher } from "#platform/http/service.ts";
import { ask, projects, testParts, type TestParts } from "./parts.ts";
import { startNeutronServer, type NeutronOptions, type RunningNeutron } from "#neutron/service.ts";

export type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- bodies are checked by assertions

export interface TestNeutron {
  parts: TestParts;
  role: RunningNeutron;
  /** Words that Nova heard: `network-vif-plugged <server>`. */
  heard: string[];
  /** What Nova answers: 200 unless a test says otherwise. */
  nova: { status: number };
  /** Sends a request and returns its body; the status must be the wished one. */
  call(token: string, method: string, path: string, body?: unknown, status?: number): Promise<Json>;
  /** The type of the refusal. */
  refused(token: string, method: string, path: string, body: unknown, status: number): Promise<string>;
  network(token: string, cidr?: string, more?: Json): Promise<{ network: Json; subnet: Json }>;
  port(token: string, body: Json): Promise<Json>;
}

export async function testNeutron(options: NeutronOptions = {}): Promise<TestNeutron> {
  const parts = testParts("neutron-server");
  const heard: string[] = [];
  const nova = { status: 200 };
  parts.mount("/compute", async (request) => {
    const { events } = (await request.json()) as { events: Json[] };
    if (nova.status !== 200) return new Response("{}", { status: nova.status });
    heard.push(...events.map((event) => `${event["name"]} ${event["server_uuid"]}`));
    return new Response(JSON.stringify({ events: [] }));
  });
  const role = await startNeutronServer(parts, { network_hosts: ["host1"], ...options });
  assert.ok(role.fetch);
  const { call, refused } = requests(role.fetch);
  return {
    parts,
    role,
    heard,
    nova,
    call,
    refused,
    async network(token, cidr = "10.0.0.0/24", more = {}) {
      const { network } = await call(token, "POST", "/networks", { network: more });
      const facts = { network_id: network.id, ip_version: 4, cidr };
      const { subnet } = await call(token, "POST", "/subnets", { subnet: facts });
      return { network, subnet };
    },
    async port(token, body) {
      return (await call(token, "POST", "/ports", { port: body }))["port"];
    },
  };
}

function requests(fetch: Fetcher): Pick<TestNeutron, "call" | "refused"> {
  const usual: Record<string, number> = { GET: 200, POST: 201, PUT: 200, DELETE: 204 };
  return {
    async call(token, method, path, body, status = usual[method]) {
      const answer = await ask(fetch, method, `/network/v2.0${path}`, { token, body });
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      return (answer.body ?? {}) as Json;
    },
    async refused(token, method, path, body, status) {
      const answer = await ask(fetch, method, `/network/v2.0${path}`, { token, body });
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      return (answer.body as { NeutronError: { type: string } }).NeutronError.type;
    },
  };
}

export { projects };
