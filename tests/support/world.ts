/**
 * A simulated cloud with something of every kind in it, and people around it: a member and a reader of the project
 * `demo`, a stranger of another project, an administrator. For tests of what is refused.
 */
import assert from "node:assert/strict";
import { makeUpstream, type ServiceName } from "#platform/http/client.ts";
import { eventually, startTestCloud, type Answer, type TestCloud } from "./cloud.ts";

export type Person = "member" | "reader" | "stranger" | "admin";
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

export interface AskOptions {
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Ids of what is there; everything belongs to `demo` unless its name says otherwise. */
export interface Things {
  project: string;
  other_project: string;
  user: string;
  stranger_user: string;
  image: string;
  private_image: string;
  queued_image: string;
  network: string;
  subnet: string;
  public_network: string;
  router: string;
  port: string;
  floatingip: string;
  security_group: string;
  security_group_rule: string;
  server: string;
  server_port: string;
  stopped_server: string;
  volume: string;
  attached_volume: string;
  attachment: string;
  server_group: string;
  application_credential: string;
  provider: string;
  provider_generation: number;
}

export interface World {
  cloud: TestCloud;
  things: Things;
  tokens: Record<Person, string>;
  passwords: { member: string };
  /** `who` is a person, or a token as it is, or nothing for no token. */
  ask(
    who: Person | { token: string } | undefined,
    method: Method,
    service: ServiceName,
    path: string,
    options?: AskOptions,
  ): Promise<Answer>;
  stop(): Promise<void>;
}

export const keypairName = "key-of-demo";
export const newest = { "openstack-api-version": "compute 2.93" };

type Ask = World["ask"];

export async function startWorld(config?: string): Promise<World> {
  const cloud = await startTestCloud(config === undefined ? {} : { config });
  const upstream = makeUpstream({ local: new Map(), base_url: cloud.url });
  const tokens = { member: await cloud.demo(), admin: await cloud.admin(), reader: "", stranger: "" };
  const ask: Ask = async (who, method, service, path, options = {}) => {
    const token = who === undefined ? undefined : typeof who === "string" ? tokens[who] : who.token;
    const { body } = options;
    const headers = {
      accept: "application/json",
      ...(token === undefined ? {} : { "x-auth-token": token }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    };
    const sent =
      body === undefined ? null : typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await upstream.fetch(service, path, { method, headers, body: sent });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: readBody(text) };
  };
  const people = await addPeople(ask);
  tokens.reader = await cloud.login("reader", "reader-secret", "demo");
  tokens.stranger = await cloud.login("stranger", "stranger-secret", "other");
  const things = await fill(ask, people);
  return {
    cloud,
    things,
    tokens,
    passwords: { member: cloud.demo_password },
    ask,
    async stop() {
      await upstream.close();
      await cloud.stop();
    },
  };
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

type People = Pick<Things, "project" | "other_project" | "user" | "stranger_user">;

async function addPeople(ask: Ask): Promise<People> {
  const ok = needs(ask);
  const find = async (plural: string, name: string): Promise<string> =>
    (await ok("admin", "GET", "identity", `/v3/${plural}?name=${name}`))[plural][0].id;
  const project = await find("projects", "demo");
  const user = await find("users", "demo");
  const { project: other } = await ok("admin", "POST", "identity", "/v3/projects", {
    project: { name: "other", domain_id: "default" },
  });
  const join = async (name: string, role: string, project_id: string): Promise<string> => {
    const account = { name, password: `${name}-secret`, domain_id: "default" };
    const { user: made } = await ok("admin", "POST", "identity", "/v3/users", { user: account });
    await ok(
      "admin",
      "PUT",
      "identity",
      `/v3/projects/${project_id}/users/${made.id}/roles/${await find("roles", role)}`,
    );
    return made.id;
  };
  await join("reader", "reader", project);
  return { project, user, other_project: other.id, stranger_user: await join("stranger", "member", other.id) };
}

type Needs = (
  who: Person,
  method: Method,
  service: ServiceName,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer["body"]>;

/** Asks for what must succeed. */
export function needs(ask: Ask): Needs {
  return async (who, method, service, path, body, headers) => {
    const answer = await ask(who, method, service, path, { body, ...(headers ? { headers } : {}) });
    assert.ok(answer.status < 300, `${method} ${service}${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}

async function fill(ask: Ask, people: People): Promise<Things> {
  const ok = needs(ask);
  const network = await fillNetwork(ok);
  const [image] = (await ok("member", "GET", "image", "/v2/images")).images;
  const images = await fillImages(ok);
  await ok("member", "POST", "compute", "/v2.1/os-keypairs", { keypair: { name: keypairName } });
  const group = { name: "group-of-demo", policies: ["anti-affinity"] };
  const { server_group } = await ok("member", "POST", "compute", "/v2.1/os-server-groups", { server_group: group });
  const credential = { name: "credential-of-demo", secret: "secret-of-it" };
  const { application_credential } = await ok(
    "member",
    "POST",
    "identity",
    `/v3/users/${people.user}/application_credentials`,
    {
      application_credential: credential,
    },
  );
  const servers = await fillServers(ask, ok, { image: image.id, network: network.network, project: people.project });
  // Neutron makes a project's default group when somebody of it first looks.
  await ok("stranger", "GET", "network", "/v2.0/security-groups");
  const { resource_providers } = await ok("admin", "GET", "placement", "/resource_providers");
  return {
    ...people,
    ...network,
    ...images,
    ...servers,
    image: image.id,
    server_group: server_group.id,
    application_credential: application_credential.id,
    provider: resource_providers[0].uuid,
    provider_generation: resource_providers[0].generation,
  };
}

type OfNetwork = Pick<
  Things,
  "network" | "subnet" | "public_network" | "router" | "port" | "floatingip" | "security_group" | "security_group_rule"
>;

async function fillNetwork(ok: Needs): Promise<OfNetwork> {
  const { networks } = await ok("member", "GET", "network", "/v2.0/networks");
  const network = networks.find((one: { name: string }) => one.name === "private");
  const outside = networks.find((one: { "router:external": boolean }) => one["router:external"]);
  const { routers } = await ok("member", "GET", "network", "/v2.0/routers");
  const { port } = await ok("member", "POST", "network", "/v2.0/ports", {
    port: { network_id: network.id, name: "free-port" },
  });
  const { floatingip } = await ok("member", "POST", "network", "/v2.0/floatingips", {
    floatingip: { floating_network_id: outside.id },
  });
  const { security_groups } = await ok("member", "GET", "network", "/v2.0/security-groups?name=default");
  const rule = {
    security_group_id: security_groups[0].id,
    direction: "ingress",
    protocol: "tcp",
    port_range_min: 22,
    port_range_max: 22,
  };
  const { security_group_rule } = await ok("member", "POST", "network", "/v2.0/security-group-rules", {
    security_group_rule: rule,
  });
  return {
    network: network.id,
    subnet: network.subnets[0],
    public_network: outside.id,
    router: routers[0].id,
    port: port.id,
    floatingip: floatingip.id,
    security_group: security_groups[0].id,
    security_group_rule: security_group_rule.id,
  };
}

async function fillImages(ok: Needs): Promise<Pick<Things, "private_image" | "queued_image">> {
  const image = { disk_format: "raw", container_format: "bare", visibility: "private" };
  const one = await ok("member", "POST", "image", "/v2/images", { ...image, name: "private-image" });
  const bytes = { "content-type": "application/octet-stream" };
  await ok("member", "PUT", "image", `/v2/images/${one.id}/file`, "x".repeat(4096), bytes);
  const queued = await ok("member", "POST", "image", "/v2/images", { ...image, name: "queued-image" });
  return { private_image: one.id, queued_image: queued.id };
}

type OfServers = Pick<
  Things,
  "server" | "server_port" | "stopped_server" | "volume" | "attached_volume" | "attachment"
>;

async function fillServers(
  ask: Ask,
  ok: Needs,
  from: { image: string; network: string; project: string },
): Promise<OfServers> {
  const make = async (name: string): Promise<string> => {
    const server = {
      name,
      imageRef: from.image,
      flavorRef: "42",
      networks: [{ uuid: from.network }],
      key_name: keypairName,
    };
    return (await ok("member", "POST", "compute", "/v2.1/servers", { server })).server.id;
  };
  const volume = async (name: string): Promise<string> =>
    (await ok("member", "POST", "volume", `/v3/${from.project}/volumes`, { volume: { name, size: 1 } })).volume.id;
  const [server, stopped_server, free, attached] = await Promise.all([
    make("running"),
    make("stopped"),
    volume("free"),
    volume("attached"),
  ]);
  const reaches = (path: string, key: string, status: string): Promise<unknown> =>
    eventually(`${path} to be ${status}`, async () => {
      const { body } = await ask("member", "GET", path.startsWith("/v2.1") ? "compute" : "volume", path);
      return body[key].status === status ? body[key] : undefined;
    });
  await Promise.all([
    ...[server, stopped_server].map((id) => reaches(`/v2.1/servers/${id}`, "server", "ACTIVE")),
    ...[free, attached].map((id) => reaches(`/v3/${from.project}/volumes/${id}`, "volume", "available")),
  ]);
  await ok("member", "POST", "compute", `/v2.1/servers/${stopped_server}/action`, { "os-stop": null });
  await ok("member", "POST", "compute", `/v2.1/servers/${server}/os-volume_attachments`, {
    volumeAttachment: { volumeId: attached },
  });
  await reaches(`/v2.1/servers/${stopped_server}`, "server", "SHUTOFF");
  await reaches(`/v3/${from.project}/volumes/${attached}`, "volume", "in-use");
  const { ports } = await ok("member", "GET", "network", `/v2.0/ports?device_id=${server}`);
  const { volume: seen } = await ok("member", "GET", "volume", `/v3/${from.project}/volumes/${attached}`);
  const attachment = seen.attachments[0].attachment_id;
  return { server, stopped_server, volume: free, attached_volume: attached, server_port: ports[0].id, attachment };
}
