/**
 * MOCK, for tests of the pages only: an in-memory cloud that answers the few routes the dashboard uses, fast enough to
 * watch and slow enough to see. It proves nothing about the real services; the same page actions run against those too.
 */
import { Hono } from "hono";
import type { Upstream, UpstreamService } from "#horizon/server/upstream.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import { mockCompute } from "./mock-compute.ts";
import { mockIdentity } from "./mock-identity.ts";
import { traceBody } from "./mock-trace.ts";
import { makeMockWorld, mockIds, mockImages, type MockWorld } from "./mock-world.ts";

function mockNetwork(world: MockWorld): Hono {
  const app = new Hono().basePath("/v2.0");
  const network = { status: "ACTIVE", admin_state_up: true, shared: false, subnets: [] as string[] };
  const nets = [
    { ...network, id: mockIds.privateNet, name: "private", "router:external": false, subnets: [world.ids.uuid()] },
    { ...network, id: mockIds.publicNet, name: "public", "router:external": true, subnets: [world.ids.uuid()] },
  ];
  app.get("/networks", (c) => c.json({ networks: nets }));
  app.get("/subnets", (c) =>
    c.json({
      subnets: [
        { id: nets[0]?.subnets[0], network_id: mockIds.privateNet, name: "private-subnet", cidr: "10.0.0.0/26" },
        { id: nets[1]?.subnets[0], network_id: mockIds.publicNet, name: "public-subnet", cidr: "172.24.4.0/24" },
      ],
    }),
  );
  app.get("/security-groups", (c) =>
    c.json({
      security_groups: [
        {
          id: mockIds.defaultGroup,
          name: "default",
          description: "Default security group",
          security_group_rules: world.rules,
        },
      ],
    }),
  );
  app.post("/security-group-rules", async (c) => {
    const { security_group_rule: rule } = await c.req.json();
    if (world.rules.some((known) => known["protocol"] === rule.protocol)) {
      return c.json(
        {
          NeutronError: { type: "SecurityGroupRuleExists", message: "Security group rule already exists.", detail: "" },
        },
        409,
      );
    }
    world.rules.push({ id: world.ids.uuid(), ...rule });
    return c.json({ security_group_rule: rule }, 201);
  });
  app.get("/ports", (c) => {
    const server = world.servers.get(c.req.query("device_id") ?? "");
    return c.json({
      ports: server
        ? [
            {
              id: server.port_id,
              device_id: server.id,
              network_id: server.network_id,
              status: "ACTIVE",
              fixed_ips: [{ ip_address: server.address }],
            },
          ]
        : [],
    });
  });
  app.get("/floatingips", (c) => c.json({ floatingips: world.floatingips }));
  app.post("/floatingips", async (c) => {
    const { floatingip } = await c.req.json();
    const port_id: string | null = floatingip.port_id ?? null;
    const made = {
      id: world.ids.uuid(),
      floating_ip_address: `172.24.4.${31 + world.floatingips.length}`,
      fixed_ip_address: port_id ? "10.0.0.10" : null,
      port_id,
      status: port_id ? "ACTIVE" : "DOWN",
    };
    world.floatingips.push(made);
    return c.json({ floatingip: made }, 201);
  });
  return app;
}

/** The state can be looked into and changed by a test. */
export function makeMockCloud(clock: Clock, ids: Ids): { upstream: Upstream; world: MockWorld } {
  const world = makeMockWorld(clock, ids);
  const image = new Hono().get("/v2/images", (c) => c.json({ images: mockImages }));
  const volume = new Hono().get("/v3/:project/volumes/detail", (c) => c.json({ volumes: world.volumes }));
  volume.get("/v3/:project/limits", (c) => {
    const used = { totalVolumesUsed: world.volumes.length, totalGigabytesUsed: world.volumes.length };
    return c.json({ limits: { rate: [], absolute: { maxTotalVolumes: 10, maxTotalVolumeGigabytes: -1, ...used } } });
  });
  const trace = new Hono().get("/v1/servers/:id", (c) => {
    const server = world.servers.get(c.req.param("id"));
    if (!server) return c.json({ error: { code: 404, title: "Not Found", message: "No trace of this server." } }, 404);
    return c.json(Object(traceBody(server.id, server.flow, clock.now())));
  });
  const services: Record<UpstreamService, Hono> = {
    identity: mockIdentity(world),
    compute: mockCompute(world),
    network: mockNetwork(world),
    image,
    volume,
    trace,
    placement: new Hono(),
  };
  const needsToken = (service: UpstreamService) => service !== "identity";
  return {
    world,
    upstream: {
      async fetch(service, path, init) {
        const token = new Headers(init.headers).get("X-Auth-Token") ?? "";
        if (needsToken(service) && !world.tokens.has(token))
          return new Response("Authentication required", { status: 401 });
        return services[service].fetch(new Request(`http://mock${path}`, init as RequestInit));
      },
    },
  };
}
