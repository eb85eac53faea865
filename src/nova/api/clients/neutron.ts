/** What nova-api asks of Neutron, with the user's own token. */
import { network } from "#contracts/neutron/network.ts";
import { port } from "#contracts/neutron/port.ts";
import { securityGroup } from "#contracts/neutron/security-group.ts";
import { makeClient, type Upstream } from "#platform/http/client.ts";

export interface NetworkFacts {
  id: string;
  name: string;
  project_id: string;
  shared: boolean;
  external: boolean;
  subnets: string[];
  port_security: boolean;
}

export interface PortFacts {
  id: string;
  network_id: string;
  project_id: string;
  device_id: string;
  status: string;
  mac: string;
  fixed_ips: { ip_address: string; subnet_id: string }[];
  security_groups: string[];
}

export interface GroupFacts {
  id: string;
  name: string;
  project_id: string;
}

export interface NeutronClient {
  /** Those the user may use; all of them when `ids` is left out. */
  listNetworks(token: string, ids?: readonly string[]): Promise<NetworkFacts[]>;
  listPorts(token: string, filter: { id: readonly string[] } | { device_id: string }): Promise<PortFacts[]>;
  listGroups(token: string, project_id?: string): Promise<GroupFacts[]>;
  setPortGroups(token: string, port_id: string, security_groups: string[]): Promise<void>;
}

export function makeNeutronClient(upstream: Upstream): NeutronClient {
  const client = makeClient(upstream, "network");
  return {
    async listNetworks(token, ids) {
      if (ids?.length === 0) return [];
      const answer = await client.call(network.operations.list, { token, query: ids ? { id: [...ids] } : {} });
      return answer.networks.map((one) => ({
        id: one.id,
        name: one.name,
        project_id: one.project_id,
        shared: one.shared,
        external: one["router:external"],
        subnets: one.subnets,
        port_security: one.port_security_enabled,
      }));
    },
    async listPorts(token, filter) {
      const query = "id" in filter ? { id: [...filter.id] } : filter;
      if ("id" in filter && filter.id.length === 0) return [];
      const answer = await client.call(port.operations.list, { token, query });
      return answer.ports.map((one) => ({
        id: one.id,
        network_id: one.network_id,
        project_id: one.project_id,
        device_id: one.device_id,
        status: one.status,
        mac: one.mac_address,
        fixed_ips: one.fixed_ips,
        security_groups: one.security_groups,
      }));
    },
    async listGroups(token, project_id) {
      const query = { ...(project_id ? { project_id } : {}), fields: ["id", "name", "project_id"] };
      const answer = await client.call(securityGroup.operations.list, { token, query });
      return answer.security_groups.map(({ id, name, project_id: owner }) => ({ id, name, project_id: owner }));
    },
    async setPortGroups(token, port_id, security_groups) {
      const body = { port: { security_groups } };
      await client.call(port.operations.update, { token, params: { id: port_id }, body });
    },
  };
}
