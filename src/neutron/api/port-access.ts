/** Which ports a caller sees, and what rules ask about them. */
import { errors } from "#contracts/neutron/errors.ts";
import type { Db, PortRow } from "../store/tables.ts";
import { targetOf, type Scope } from "./context.ts";

export type PortWithNetwork = PortRow & { network_project_id: string; network_shared: number };

/** Ports that the caller may see, with what is asked about their networks. */
export function visiblePorts(db: Db, scope: Scope) {
  const query = db
    .selectFrom("ports")
    .innerJoin("networks", "networks.id", "ports.network_id")
    .selectAll("ports")
    .select(["networks.project_id as network_project_id", "networks.shared as network_shared"]);
  if (scope.all) return query;
  return query.where((where) =>
    where.or([where("ports.project_id", "=", scope.project_id), where("networks.project_id", "=", scope.project_id)]),
  );
}

/** The port if the caller may see it: its own, or one on its own network. */
export async function getPort(db: Db, scope: Scope, id: string): Promise<PortWithNetwork> {
  const row = await visiblePorts(db, scope).where("ports.id", "=", id).executeTakeFirst();
  if (!row) throw errors.portNotFound({ id });
  return row;
}

/** What rules ask about a port. */
export function portTarget(row: PortWithNetwork, device_owner = row.device_owner): ReturnType<typeof targetOf> {
  return targetOf(row, {
    "network:project_id": row.network_project_id,
    shared: row.network_shared === 1,
    network_device: device_owner.startsWith("network:"),
  });
}
