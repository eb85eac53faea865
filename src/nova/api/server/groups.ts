/** Security groups of a server are those of its ports: a change goes to Neutron, and the server remembers the names. */
import { errors } from "#contracts/nova/errors.ts";
import type { Call } from "#platform/http/call.ts";
import type { Server } from "../../store/servers.ts";
import type { GroupFacts } from "../clients/neutron.ts";
import type { ApiDeps } from "../deps.ts";

export async function changeGroups(
  deps: ApiDeps,
  call: Call,
  server: Server,
  change: { add?: string | undefined; remove?: string | undefined },
): Promise<void> {
  const { token } = call.identity;
  const name = change.add ?? change.remove ?? "";
  const [groups, ports] = await Promise.all([
    deps.neutron.listGroups(token, server.project_id),
    deps.neutron.listPorts(token, { device_id: server.id }),
  ]);
  const group = groups.find((one) => one.id === name) ?? groups.find((one) => one.name === name);
  if (!group) throw errors.notFound({ reason: `Security group ${name} not found for project ${server.project_id}.` });
  if (ports.length === 0) throw errors.badRequest({ reason: `Instance ${server.id} has no ports.` });
  const before = new Set(ports.flatMap((port) => port.security_groups));
  if (change.remove !== undefined && !before.has(group.id)) {
    throw errors.notFound({ reason: `Security group ${name} not associated with the instance ${server.id}` });
  }
  const added = change.add === undefined ? [] : [group.id];
  for (const port of ports) {
    const others = port.security_groups.filter((id) => id !== group.id);
    await deps.neutron.setPortGroups(token, port.id, [...others, ...added]);
  }
  before.delete(group.id);
  await remember(deps, server, groups, [...before, ...added]);
}

async function remember(deps: ApiDeps, server: Server, groups: readonly GroupFacts[], ids: string[]): Promise<void> {
  const names = ids.flatMap((id) => groups.find((group) => group.id === id)?.name ?? []);
  await deps.store.servers.update(server.id, { security_groups: ids, security_group_names: names });
}
