/** Stand-ins for Glance, Neutron and Cinder, for tests of nova-api alone: they know what a test puts into them. */
import type { Fetcher } from "#platform/http/service.ts";
import { projects, testParts, type TestParts } from "#tests/support/parts.ts";
import { openNovaStore, type NovaStore } from "../store/open.ts";
import { startNovaApi } from "./start.ts";

export const ids = {
  image: "11111111-1111-4111-8111-111111111111",
  network: "22222222-2222-4222-8222-222222222222",
  port: "33333333-3333-4333-8333-333333333333",
  group: "44444444-4444-4444-8444-444444444444",
  volume: "55555555-5555-4555-8555-555555555555",
};

export interface Neighbours {
  image: Record<string, unknown>;
  network: Record<string, unknown>;
  port: Record<string, unknown>;
  volume: Record<string, unknown>;
  /** Attachments that Cinder holds, by id. */
  attachments: Map<string, { volume_id: string; server_id: string }>;
  /** Requests that the three got. */
  seen: string[];
}

function neighbours(): Neighbours {
  return {
    image: { id: ids.image, status: "active", min_ram: 0, min_disk: 0, size: 1000 },
    network: {
      id: ids.network,
      name: "private",
      project_id: projects.demo,
      shared: false,
      "router:external": false,
      subnets: ["a-subnet"],
      port_security_enabled: true,
    },
    port: {
      id: ids.port,
      network_id: ids.network,
      project_id: projects.demo,
      device_id: "",
      status: "DOWN",
      mac_address: "fa:16:3e:00:00:01",
      fixed_ips: [{ ip_address: "10.0.0.5", subnet_id: "a-subnet" }],
      security_groups: [ids.group],
    },
    volume: { id: ids.volume, status: "available", size: 1, bootable: "true", multiattach: false },
    attachments: new Map(),
    seen: [],
  };
}

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

function fetcher(
  known: Neighbours,
  table: Record<string, (request: Request, id: string) => Promise<Response> | Response>,
): Fetcher {
  return async (request) => {
    const { pathname } = new URL(request.url);
    known.seen.push(`${request.method} ${pathname}`);
    for (const [pattern, handle] of Object.entries(table)) {
      const [method, path = ""] = pattern.split(" ");
      const match = new RegExp(`^${path.replace("{id}", "([^/]+)")}$`).exec(pathname);
      if (method === request.method && match) return handle(request, match[1] ?? "");
    }
    return json(404, { error: { message: "nothing there" } });
  };
}

const one = (key: string, thing: Record<string, unknown>, id: string): Response =>
  thing["id"] === id ? json(200, { [key]: thing }) : json(404, { itemNotFound: { message: "not found" } });

/** Those with one of the ids asked for; all without such a filter. */
function listOf(key: string, things: Record<string, unknown>[], request: Request): Response {
  const wanted = new URL(request.url).searchParams.getAll("id");
  return json(200, {
    [key]: wanted.length === 0 ? things : things.filter((thing) => wanted.includes(String(thing["id"]))),
  });
}

function mountAll(parts: TestParts, known: Neighbours): void {
  parts.mount(
    "/image",
    fetcher(known, {
      "GET /image/v2/images/{id}": (_request, id) =>
        id === known.image["id"] ? json(200, known.image) : json(404, {}),
    }),
  );
  parts.mount(
    "/network",
    fetcher(known, {
      "GET /network/v2.0/networks": (request) => listOf("networks", [known.network], request),
      "GET /network/v2.0/ports": (request) => listOf("ports", [known.port], request),
      "GET /network/v2.0/security-groups": (request) =>
        listOf("security_groups", [{ id: ids.group, name: "web", project_id: projects.demo }], request),
    }),
  );
  parts.mount(
    "/volume",
    fetcher(known, {
      "GET /volume/v3/volumes/{id}": (_request, id) => one("volume", known.volume, id),
      "POST /volume/v3/attachments": async (request) => {
        const body = (await request.json()) as { attachment: { volume_uuid: string; instance_uuid: string } };
        if (known.volume["status"] !== "available")
          return json(400, { badRequest: { message: "Invalid volume: it is taken." } });
        const id = parts.ids.uuid();
        known.attachments.set(id, { volume_id: body.attachment.volume_uuid, server_id: body.attachment.instance_uuid });
        known.volume["status"] = "reserved";
        return json(200, { attachment: { id } });
      },
      "DELETE /volume/v3/attachments/{id}": (_request, id) => {
        known.attachments.delete(id);
        known.volume["status"] = "available";
        return json(200, { attachments: [] });
      },
    }),
  );
}

export interface TestNova {
  parts: TestParts;
  store: NovaStore;
  fetch: Fetcher;
  known: Neighbours;
}

/** nova-api on a database in memory, with one flavor `1` (1 vCPU, 512 MiB, 1 GiB). */
export async function testNova(): Promise<TestNova> {
  const parts = testParts("nova-api");
  const known = neighbours();
  mountAll(parts, known);
  const store = await openNovaStore(parts);
  const usual = { ephemeral_gb: 0, swap: 0, rxtx_factor: 1, is_public: true, disabled: false, description: null };
  await store.flavors.insert({
    id: "1",
    name: "m1.tiny",
    vcpus: 1,
    memory_mb: 512,
    root_gb: 1,
    ...usual,
    extra_specs: { "hw:x": "1" },
  });
  const role = await startNovaApi(parts, { store });
  if (!role.fetch) throw new Error("nova-api has no entry");
  return { parts, store, fetch: role.fetch, known };
}
