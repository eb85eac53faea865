/** What tests do as the user `demo` (and, where only an administrator sees it, as `admin`) over the public APIs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "#platform/http/client.ts";
import { askCloud, loginTo, type Answer } from "./cloud.ts";

export interface ServerSeen {
  id: string;
  status: string;
  fault?: { message: string };
}

export interface Client {
  ask(method: string, service: ServiceName, path: string, body?: unknown): Promise<Answer>;
  /** The id that came with the 202. */
  createServer(name: string, options?: { volume?: boolean; metadata?: Record<string, string> }): Promise<string>;
  deleteServer(id: string): Promise<void>;
  /** All servers, once none is being worked on. */
  settledServers(): Promise<ServerSeen[] | undefined>;
  computePorts(): Promise<{ id: string; device_id: string }[]>;
  volumes(): Promise<{ id: string; status: string; attachments: { server_id: string }[] }[]>;
  /** Consumers of all resource providers. */
  claims(): Promise<string[]>;
}

export async function client(url: string, state_dir: string): Promise<Client> {
  const secrets = JSON.parse(readFileSync(join(state_dir, "secrets.json"), "utf8")) as {
    admin_password: string;
    demo_password: string;
  };
  const token = await loginTo(url, "demo", secrets.demo_password, "demo");
  const admin = await loginTo(url, "admin", secrets.admin_password, "admin");
  const ask: Client["ask"] = (method, service, path, body) =>
    askCloud(url, method, service, path, { token, ...(body === undefined ? {} : { body }) });
  const { body: token_body } = await askCloud(url, "GET", "identity", "/v3/auth/tokens", {
    token,
    headers: { "x-subject-token": token },
  });
  const project = token_body.token.project.id as string;
  const find = async (service: ServiceName, path: string, key: string): Promise<string> =>
    (await ask("GET", service, path)).body[key][0].id;
  const [image, network] = await Promise.all([
    find("image", "/v2/images", "images"),
    find("network", "/v2.0/networks?router:external=false", "networks"),
  ]);
  return {
    ask,
    async createServer(name, { volume = false, metadata = {} } = {}) {
      const device = {
        boot_index: 0,
        uuid: image,
        source_type: "image",
        destination_type: "volume",
        volume_size: 1,
        delete_on_termination: true,
      };
      const disk = volume ? { imageRef: "", block_device_mapping_v2: [device] } : { imageRef: image };
      const server = { name, flavorRef: "42", networks: [{ uuid: network }], metadata, ...disk };
      const { status, body } = await ask("POST", "compute", "/v2.1/servers", { server });
      if (status !== 202) throw new Error(`create: ${status} ${JSON.stringify(body)}`);
      return body.server.id;
    },
    async deleteServer(id) {
      const { status } = await ask("DELETE", "compute", `/v2.1/servers/${id}`);
      if (status !== 204 && status !== 404) throw new Error(`delete: ${status}`);
    },
    async settledServers() {
      const { body } = await ask("GET", "compute", "/v2.1/servers/detail");
      const busy = body.servers.some(
        (server: Record<string, unknown>) => server["status"] === "BUILD" || server["OS-EXT-STS:task_state"] !== null,
      );
      return busy ? undefined : body.servers;
    },
    computePorts: async () =>
      (await ask("GET", "network", "/v2.0/ports")).body.ports.filter((port: { device_owner: string }) =>
        port.device_owner.startsWith("compute:"),
      ),
    volumes: async () => (await ask("GET", "volume", `/v3/${project}/volumes/detail`)).body.volumes,
    async claims() {
      const providers = await askCloud(url, "GET", "placement", "/resource_providers", { token: admin });
      const lists = await Promise.all(
        providers.body.resource_providers.map(({ uuid }: { uuid: string }) =>
          askCloud(url, "GET", "placement", `/resource_providers/${uuid}/allocations`, { token: admin }),
        ),
      );
      return lists.flatMap((list) => Object.keys(list.body.allocations));
    },
  };
}
