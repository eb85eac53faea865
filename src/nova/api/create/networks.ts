/** The interfaces that a new server is to have: what the user asked for, checked against Neutron. */
import { isIP } from "node:net";
import { errors } from "#contracts/nova/errors.ts";
import type { RequestedNetwork } from "#contracts/nova/order.ts";
import type { NetworkRequest, ServerRequest } from "#contracts/nova/server-create.ts";
import type { NetworkFacts, NeutronClient, PortFacts } from "../clients/neutron.ts";

export interface NetworkCaller {
  token: string;
  project_id: string;
  /** True: may use external networks too. */
  admin: boolean;
}

/** `auto` (and nothing at all, below 2.37) means the one network there is; `none` means no interface. */
export async function resolveNetworks(
  neutron: NeutronClient,
  caller: NetworkCaller,
  asked: ServerRequest["networks"],
): Promise<RequestedNetwork[]> {
  if (asked === "none") return [];
  if (asked === undefined || asked === "auto" || asked.length === 0)
    return onlyNetwork(neutron, caller, asked === "auto");
  return listed(neutron, caller, asked);
}

async function onlyNetwork(
  neutron: NeutronClient,
  caller: NetworkCaller,
  required: boolean,
): Promise<RequestedNetwork[]> {
  const all = await neutron.listNetworks(caller.token);
  const own = all.filter((one) => one.project_id === caller.project_id && !one.shared);
  const usable = [...own, ...all.filter((one) => one.shared)].filter((one) => !one.external || one.shared);
  const ready = required ? usable.filter((one) => one.subnets.length > 0) : usable;
  if (ready.length > 1) throw errors.networkAmbiguous();
  const [only] = ready;
  if (!only && required) throw errors.noNetworkToAllocate({ project_id: caller.project_id });
  if (!only) return [];
  checkNetwork(only.id, only, caller);
  return [{ network_id: only.id, port_id: null, fixed_ip: null, tag: null }];
}

async function listed(
  neutron: NeutronClient,
  caller: NetworkCaller,
  asked: readonly NetworkRequest[],
): Promise<RequestedNetwork[]> {
  const networkIds = asked.flatMap((one) => (one.port ? [] : (one.uuid ?? [])));
  const portIds = asked.flatMap((one) => one.port ?? []);
  const [networks, ports] = await Promise.all([
    neutron.listNetworks(caller.token, networkIds),
    neutron.listPorts(caller.token, { id: portIds }),
  ]);
  const networkById = new Map(networks.map((one) => [one.id, one]));
  const portById = new Map(ports.map((one) => [one.id, one]));
  return asked.map((one): RequestedNetwork => {
    const tag = one.tag ?? one.earlyTag ?? null;
    if (one.port)
      return {
        network_id: checkPort(one.port, portById.get(one.port)).network_id,
        port_id: one.port,
        fixed_ip: null,
        tag,
      };
    if (!one.uuid) throw errors.badRequest({ reason: "Bad networks format: a network is asked for by uuid or port." });
    checkNetwork(one.uuid, networkById.get(one.uuid), caller);
    if (one.fixed_ip && isIP(one.fixed_ip) === 0)
      throw errors.badRequest({ reason: `Invalid fixed IP address (${one.fixed_ip})` });
    return { network_id: one.uuid, port_id: null, fixed_ip: one.fixed_ip ?? null, tag };
  });
}

export function checkPort(port_id: string, port: PortFacts | undefined): PortFacts {
  if (!port) throw errors.portNotFound({ port_id });
  if (port.device_id) throw errors.portInUse({ port_id });
  if (port.fixed_ips.length === 0) throw errors.portNeedsFixedIp({ port_id });
  return port;
}

export function checkNetwork(network_id: string, network: NetworkFacts | undefined, caller: NetworkCaller): void {
  if (!network) throw errors.networkNotFound({ network_id });
  if (network.external && !network.shared && !caller.admin) throw errors.externalNetwork({ network_id });
  if (network.subnets.length === 0) throw errors.networkNeedsSubnet({ network_id });
}

export interface Groups {
  /** Empty: Neutron's default. */
  ids: string[];
  names: string[];
}

/** Groups by name or id, in the caller's project. */
export async function resolveGroups(
  neutron: NeutronClient,
  caller: NetworkCaller,
  asked: readonly string[],
): Promise<Groups> {
  const wanted = [...new Set(asked.length === 0 ? ["default"] : asked)];
  if (wanted.every((name) => name === "default")) return { ids: [], names: wanted };
  const groups = await neutron.listGroups(caller.token, caller.project_id);
  const chosen = wanted.map((name) => {
    const byId = groups.find((group) => group.id === name);
    const byName = groups.filter((group) => group.name === name);
    if (!byId && byName.length > 1) throw errors.securityGroupAmbiguous({ name });
    const group = byId ?? byName[0];
    if (!group) throw errors.securityGroupNotFound({ name });
    return group;
  });
  return { ids: chosen.map((group) => group.id), names: chosen.map((group) => group.name) };
}
