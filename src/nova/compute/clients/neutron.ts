/** What compute asks of Neutron, with its own token: the ports of one server, made or bound to this host. */
import { Type } from "typebox";
import { operation } from "#contracts/kit/resource.ts";
import { floatingip } from "#contracts/neutron/floatingip.ts";
import { network } from "#contracts/neutron/network.ts";
import { port } from "#contracts/neutron/port.ts";
import { makeClient, missing, UpstreamError, type Upstream } from "#platform/http/client.ts";
import type { ReplyOf } from "#contracts/kit/resource.ts";

export type Port = ReplyOf<typeof port.operations.show>["port"];

export interface NewPort {
  network_id: string;
  project_id: string;
  device_id: string;
  device_owner: string;
  dns_name: string;
  /** Undefined: Neutron's default group. */
  security_groups: string[] | undefined;
  fixed_ip: string | null;
}

export interface NeutronClient {
  portsOf(server_id: string): Promise<Port[]>;
  findPort(port_id: string): Promise<Port | undefined>;
  createPort(wanted: NewPort): Promise<Port>;
  /** Binds a port that the user brought. */
  bindPort(port_id: string, device: { device_id: string; device_owner: string; dns_name: string }): Promise<Port>;
  /** Gives a port back that the user brought; harmless when it is gone. */
  unbindPort(port_id: string): Promise<void>;
  deletePort(port_id: string): Promise<void>;
  network(network_id: string): Promise<{ name: string; mtu: number }>;
  /** Floating addresses by the fixed address that they lead to. */
  floatingIps(port_id: string): Promise<{ fixed_ip_address: string | null; floating_ip_address: string }[]>;
  /** Ids of security groups by name or id, within a project. */
  securityGroups(project_id: string, names: readonly string[]): Promise<string[]>;
}

const listGroups = operation({
  method: "GET",
  path: "/v2.0/security-groups",
  policy: { name: "get_security_group", rule: "@" },
  status: 200,
  query: Type.Any(),
  response: Type.Object({ security_groups: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })) }),
});

export function makeNeutronClient(upstream: Upstream, token: () => Promise<string>, host: string): NeutronClient {
  const client = makeClient(upstream, "network", token);
  return {
    async portsOf(device_id) {
      return (await client.call(port.operations.list, { query: { device_id } as never })).ports;
    },
    async findPort(id) {
      return (await client.call(port.operations.show, { params: { id } }).catch(missing))?.port;
    },
    async createPort({ fixed_ip, security_groups, ...wanted }) {
      const body = {
        port: {
          ...wanted,
          admin_state_up: true,
          "binding:host_id": host,
          ...(security_groups ? { security_groups } : {}),
          ...(fixed_ip === null ? {} : { fixed_ips: [{ ip_address: fixed_ip }] }),
        },
      };
      return (await client.call(port.operations.create, { body })).port;
    },
    async bindPort(id, device) {
      const body = { port: { ...device, "binding:host_id": host } };
      return (await client.call(port.operations.update, { params: { id }, body })).port;
    },
    async unbindPort(id) {
      const body = { port: { device_id: "", device_owner: "", "binding:host_id": "" } };
      await client.call(port.operations.update, { params: { id }, body }).catch(missing);
    },
    async deletePort(id) {
      await client.call(port.operations.remove, { params: { id } }).catch(missing);
    },
    async network(id) {
      return (await client.call(network.operations.show, { params: { id } })).network;
    },
    async floatingIps(port_id) {
      return (await client.call(floatingip.operations.list, { query: { port_id } as never })).floatingips;
    },
    async securityGroups(project_id, names) {
      const { security_groups } = await client.call(listGroups, { query: { project_id } });
      return names.map((name) => {
        const found =
          security_groups.find((group) => group.id === name) ?? security_groups.find((group) => group.name === name);
        if (!found) throw new UpstreamError("network", 404, `Security group ${name} not found.`);
        return found.id;
      });
    },
  };
}
