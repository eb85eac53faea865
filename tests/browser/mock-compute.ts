/** MOCK, for tests of the pages only: the few compute routes the pages use. A server called `fail-…` finds no host. */
import { Hono } from "hono";
import { flowEnd, flowSteps } from "./mock-trace.ts";
import { mockFlavors, mockIds, mockImages, type MockServer, type MockWorld } from "./mock-world.ts";

const build = new Map([
  [8, "scheduling"],
  [20, "None"],
  [23, "networking"],
  [26, "block_device_mapping"],
  [29, "spawning"],
]);

function buildTask(server: MockServer, now: number): string | null {
  const begun = flowSteps(server.flow)
    .filter((step) => step.start_ms <= now)
    .map((step) => step.step);
  const last = [...build].filter(([step]) => begun.includes(step)).at(-1);
  return last?.[1] === "None" ? null : (last?.[1] ?? "scheduling");
}

function status(server: MockServer, now: number): { status: string; task: string | null } {
  if (now < flowEnd(server.flow)) return { status: "BUILD", task: buildTask(server, now) };
  if (server.flow.fails_at !== undefined) return { status: "ERROR", task: null };
  const settled = server.power === "on" ? "ACTIVE" : "SHUTOFF";
  if (server.task?.state === "reboot_started_hard") return { status: "HARD_REBOOT", task: server.task.state };
  if (server.task?.state === "reboot_started") return { status: "REBOOT", task: server.task.state };
  return { status: settled, task: server.task?.state ?? null };
}

function settle(world: MockWorld): void {
  const now = world.clock.now();
  for (const server of world.servers.values()) {
    if (!server.task || now < server.task.until) continue;
    if (server.task.next === "gone") {
      world.servers.delete(server.id);
      for (const ip of world.floatingips)
        if (ip.port_id === server.port_id) Object.assign(ip, { port_id: null, fixed_ip_address: null, status: "DOWN" });
    } else server.power = server.task.next;
    delete server.task;
  }
}

const vmStates: Record<string, string> = { BUILD: "building", SHUTOFF: "stopped", ERROR: "error" };

function view(world: MockWorld, server: MockServer): unknown {
  const now = world.clock.now();
  const { status: state, task } = status(server, now);
  const flavor = mockFlavors.find((candidate) => candidate.id === server.flavor);
  const iso = new Date(server.flow.created_at).toISOString();
  const fixed = {
    version: 4,
    addr: server.address,
    "OS-EXT-IPS:type": "fixed",
    "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:1a:2b:3c",
  };
  const floating = world.floatingips.find((ip) => ip.port_id === server.port_id);
  const extra = floating ? [{ ...fixed, addr: floating.floating_ip_address, "OS-EXT-IPS:type": "floating" }] : [];
  const networked = flowSteps(server.flow).some((step) => step.step === 25 && step.start_ms + step.duration_ms <= now);
  const fault = { code: 500, created: iso, message: "No valid host was found. There are not enough hosts available." };
  return {
    id: server.id,
    name: server.name,
    status: state,
    created: iso,
    updated: iso,
    key_name: server.key_name,
    "OS-EXT-STS:task_state": task,
    "OS-EXT-STS:vm_state": vmStates[state] ?? "active",
    "OS-SRV-USG:launched_at": now < flowEnd(server.flow) || state === "ERROR" ? null : iso,
    "OS-EXT-STS:power_state": 1,
    addresses: networked ? { private: [fixed, ...extra] } : {},
    flavor: {
      original_name: flavor?.name,
      vcpus: flavor?.vcpus,
      ram: flavor?.ram,
      disk: flavor?.disk,
      ephemeral: 0,
      swap: 0,
    },
    image: server.volume_id ? "" : { id: server.image },
    "os-extended-volumes:volumes_attached": server.volume_id
      ? [{ id: server.volume_id, delete_on_termination: false }]
      : [],
    security_groups: networked ? [{ name: "default" }] : [],
    "OS-EXT-AZ:availability_zone": "nova",
    ...(state === "ERROR" ? { fault } : {}),
  };
}

function create(world: MockWorld, wanted: Record<string, unknown> & { name: string; flavorRef: string }): MockServer {
  const now = world.clock.now();
  const networks = wanted["networks"] as { uuid: string }[];
  const disks = (wanted["block_device_mapping_v2"] ?? []) as { uuid: string; volume_size?: number }[];
  const disk = disks[0];
  const volumeId = disk && world.ids.uuid();
  const fails = wanted.name.startsWith("fail-") ? { fails_at: 11 } : {};
  const server: MockServer = {
    id: world.ids.uuid(),
    name: wanted.name,
    flavor: wanted.flavorRef,
    power: "on",
    port_id: world.ids.uuid(),
    image: (wanted["imageRef"] as string) || (disk?.uuid ?? ""),
    key_name: (wanted["key_name"] as string) ?? null,
    ...(volumeId ? { volume_id: volumeId } : {}),
    network_id: networks[0]?.uuid ?? mockIds.privateNet,
    address: `10.0.0.${10 + world.servers.size * 7}`,
    flow: { created_at: now, login_at: world.login_at, has_volumes: disk !== undefined, ...fails },
    actions: [
      {
        action: "create",
        request_id: `req-${world.ids.uuid()}`,
        start_time: new Date(now).toISOString().slice(0, 23) + "000",
        message: null,
      },
    ],
  };
  world.servers.set(server.id, server);
  if (volumeId) {
    const attachments = [{ server_id: server.id, device: "/dev/vda" }];
    const base = { id: volumeId, name: "", size: disk.volume_size ?? 1, status: "in-use", bootable: "true" };
    world.volumes.push({
      ...base,
      volume_type: "__DEFAULT__",
      created_at: new Date(now).toISOString().slice(0, 23) + "000",
      attachments,
      volume_image_metadata: { image_name: mockImages.find((image) => image.id === disk.uuid)?.name },
    });
  }
  return server;
}

const boot = `[    0.000000] Linux version 5.15.0-117-generic (buildd@lcy02-amd64-075) #127-Ubuntu SMP
[    0.000000] Command line: LABEL=cirros-rootfs ro console=tty1 console=ttyS0
[    0.214211] smpboot: CPU0: QEMU Virtual CPU version 2.5+ (family: 0xf, model: 0x6b, stepping: 0x1)
[    0.930541] virtio_blk virtio1: [vda] 229376 512-byte logical blocks (117 MB/112 MiB)
[    1.482019] EXT4-fs (vda1): mounted filesystem with ordered data mode
info: initramfs: up at 2.06
Starting network: udhcpc: sending discover
udhcpc: lease of 10.0.0.10 obtained from 10.0.0.2, lease time 86400
route_add_default_gw 10.0.0.1
checking http://169.254.169.254/2009-04-04/instance-id
successful after 1/20 tries: up 3.41. iid=i-00000001
\u001b[32m=== datasource: ec2 net ===\u001b[0m
Top of dropbear init script
Starting dropbear sshd: OK
  ____               ____  ____
 / __/ __ ____ ____ / __ \\/ __/
/ /__ / // __// __// /_/ /\\ \\
\\___//_//_/  /_/   \\____/___/
   http://cirros-cloud.net

login as 'cirros' user. default password: 'gocubsgo'. use 'sudo' for root.
`;

const tasks: Record<string, { state: string; next: "on" | "off"; name: string }> = {
  "os-start": { state: "powering-on", next: "on", name: "start" },
  "os-stop": { state: "powering-off", next: "off", name: "stop" },
  "reboot:SOFT": { state: "reboot_started", next: "on", name: "reboot" },
  "reboot:HARD": { state: "reboot_started_hard", next: "on", name: "reboot" },
};

function act(world: MockWorld, server: MockServer, body: Record<string, { type?: string; length?: number }>) {
  const [verb = ""] = Object.keys(body);
  const task = tasks[verb === "reboot" ? `reboot:${body[verb]?.type}` : verb];
  if (!task) return undefined;
  const now = world.clock.now();
  server.task = { state: task.state, next: task.next, until: now + 900 };
  const start_time = new Date(now).toISOString().slice(0, 23) + "000";
  server.actions.unshift({ action: task.name, request_id: `req-${world.ids.uuid()}`, start_time, message: null });
  return task;
}

export function mockCompute(world: MockWorld): Hono {
  const app = new Hono().basePath("/v2.1");
  const missing = { itemNotFound: { code: 404, message: "Instance could not be found." } };
  app.use(async (_c, next) => {
    settle(world);
    await next();
  });
  app.get("/servers/detail", (c) =>
    c.json({ servers: [...world.servers.values()].reverse().map((server) => view(world, server)) }),
  );
  app.post("/servers", async (c) => {
    const { server: wanted } = await c.req.json();
    if (wanted.name === "quota") {
      const message = "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances";
      return c.json({ forbidden: { code: 403, message } }, 403);
    }
    return c.json({ server: { id: create(world, wanted).id } }, 202);
  });
  app.get("/servers/:id", (c) => {
    const server = world.servers.get(c.req.param("id"));
    return server ? c.json({ server: view(world, server) }) : c.json(missing, 404);
  });
  app.delete("/servers/:id", (c) => {
    const server = world.servers.get(c.req.param("id"));
    if (!server) return c.json(missing, 404);
    server.task = { state: "deleting", until: world.clock.now() + 1200, next: "gone" };
    return c.body(null, 204);
  });
  app.post("/servers/:id/action", async (c) => {
    const server = world.servers.get(c.req.param("id"));
    if (!server) return c.json(missing, 404);
    const body = await c.req.json();
    if ("os-getConsoleOutput" in body) {
      const begun = world.clock.now() - flowEnd(server.flow);
      const lines = boot.split("\n");
      return c.json({ output: lines.slice(0, Math.max(0, Math.floor(begun / 120))).join("\n") });
    }
    return act(world, server, body)
      ? c.body(null, 202)
      : c.json({ badRequest: { code: 400, message: "Unknown action." } }, 400);
  });
  app.get("/servers/:id/os-instance-actions", (c) =>
    c.json({ instanceActions: world.servers.get(c.req.param("id"))?.actions ?? [] }),
  );
  app.get("/flavors/detail", (c) =>
    c.json({
      flavors: mockFlavors.map((flavor) => ({
        ...flavor,
        "os-flavor-access:is_public": true,
        "OS-FLV-EXT-DATA:ephemeral": 0,
        swap: 0,
      })),
    }),
  );
  app.get("/limits", (c) => {
    const used = {
      totalInstancesUsed: world.servers.size,
      totalCoresUsed: world.servers.size,
      totalRAMUsed: world.servers.size * 512,
    };
    return c.json({
      limits: { rate: [], absolute: { maxTotalInstances: 10, maxTotalCores: 20, maxTotalRAMSize: 51_200, ...used } },
    });
  });
  app.get("/os-keypairs", (c) => c.json({ keypairs: world.keypairs.map((keypair) => ({ keypair })) }));
  app.post("/os-keypairs", async (c) => {
    const { keypair } = await c.req.json();
    const made = { name: keypair.name, type: "ssh", fingerprint: "1e:2c:9b:56:79:4b:45:77:f9:ca:7a:98:2c:b0:d5:3c" };
    world.keypairs.push(made);
    const begin = "-----BEGIN MOCK PRIVATE KEY-----";
    return c.json(
      {
        keypair: {
          ...made,
          public_key: keypair.public_key ?? "ssh-rsa MOCK",
          ...(keypair.public_key ? {} : { private_key: `${begin}\nnot a key\n` }),
        },
      },
      201,
    );
  });
  return app;
}
