/** What the pages change. Each throws `ApiError`. */
import { call } from "./client.ts";
import { ApiError } from "./errors.ts";
import type * as Api from "./types.ts";

export const deleteServer = (id: string) => call<unknown>("compute", `/v2.1/servers/${id}`, { method: "DELETE" });

export const deleteVolume = (projectId: string, id: string) =>
  call<unknown>("volume", `/v3/${projectId}/volumes/${id}`, { method: "DELETE" });

export const deleteKeypair = (name: string) =>
  call<unknown>("compute", `/v2.1/os-keypairs/${encodeURIComponent(name)}`, { method: "DELETE" });

export const deleteFloatingIp = (id: string) =>
  call<unknown>("network", `/v2.0/floatingips/${id}`, { method: "DELETE" });

/** The address stays the project's. */
export const detachFloatingIp = (id: string) =>
  call<unknown>("network", `/v2.0/floatingips/${id}`, { method: "PUT", body: { floatingip: { port_id: null } } });

const actionBodies = {
  start: { "os-start": null },
  stop: { "os-stop": null },
  reboot_soft: { reboot: { type: "SOFT" } },
  reboot_hard: { reboot: { type: "HARD" } },
} as const;

export type ServerAction = keyof typeof actionBodies;

export const actOnServer = (id: string, action: ServerAction) =>
  call<unknown>("compute", `/v2.1/servers/${id}/action`, { method: "POST", body: actionBodies[action] });

export async function createServer(server: unknown): Promise<string> {
  const answer = await call<{ server: { id: string } }>("compute", "/v2.1/servers", {
    method: "POST",
    body: { server },
  });
  return answer.server.id;
}

/** Without a public key the service makes a pair and hands out the private half once. */
export async function createKeypair(name: string, publicKey?: string): Promise<Api.Keypair & { private_key?: string }> {
  const keypair = publicKey === undefined ? { name } : { name, public_key: publicKey };
  const answer = await call<{ keypair: Api.Keypair }>("compute", "/v2.1/os-keypairs", {
    method: "POST",
    body: { keypair },
  });
  return answer.keypair;
}

/** Adds the two rules; one that is already there (409) is what was wanted. */
export async function allowSshAndPing(groupId: string): Promise<void> {
  const base = { security_group_id: groupId, direction: "ingress", ethertype: "IPv4", remote_ip_prefix: "0.0.0.0/0" };
  const rules = [
    { ...base, protocol: "tcp", port_range_min: 22, port_range_max: 22 },
    { ...base, protocol: "icmp" },
  ];
  for (const security_group_rule of rules) {
    try {
      await call("network", "/v2.0/security-group-rules", { method: "POST", body: { security_group_rule } });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409 && !/quota/i.test(error.message))) throw error;
    }
  }
}

const pause = (duration_ms: number) => new Promise((resolve) => setTimeout(resolve, duration_ms));

/** Waits until the server has a port (step 25), then gives that port an outside address. Returns the address. */
export async function addFloatingIp(serverId: string, limit_ms = 120_000): Promise<string> {
  const { networks } = await call<{ networks: Api.Network[] }>("network", "/v2.0/networks?router:external=true");
  const external = networks.find((network) => network["router:external"]);
  if (!external) throw new ApiError(404, "There is no external network.");
  for (let waited_ms = 0; waited_ms < limit_ms; waited_ms += 500) {
    const { ports } = await call<{ ports: { id: string }[] }>("network", `/v2.0/ports?device_id=${serverId}`);
    const port = ports[0];
    if (port) {
      const body = { floatingip: { floating_network_id: external.id, port_id: port.id } };
      const made = await call<{ floatingip: Api.FloatingIp }>("network", "/v2.0/floatingips", { method: "POST", body });
      return made.floatingip.floating_ip_address;
    }
    await pause(500);
  }
  throw new ApiError(504, "The server has no port.");
}
