/** Makes a port: policy, quota, addresses and groups in one change. */
import { errors } from "#contracts/neutron/errors.ts";
import type { Call } from "#platform/http/call.ts";
import type { Target } from "#platform/policy/parse.ts";
import type { Change, Trx } from "../store/change.ts";
import { ensureDefaultGroup } from "../store/default-group.ts";
import { insertPort, setGroups } from "../store/ports.ts";
import { checkQuota } from "../store/quotas.ts";
import type { PortRow } from "../store/tables.ts";
import { enforceAttributes, projectFor, scopeOf, targetOf } from "./context.ts";
import { getNetwork, networkTarget } from "./networks.ts";
import { plainColumns, securityOf, wantedIps, type PortBody, type PortPatch } from "./port-values.ts";
import { macOf } from "./values.ts";

export async function createPort(call: Call, change: Change, body: PortBody): Promise<PortRow> {
  const scope = scopeOf(call);
  const project_id = projectFor(call, body);
  // Nova has asked with the user's own token whether the network may be used: an administrator may use any.
  const network = await getNetwork(change.trx, scope, body.network_id);
  const device_owner = body.device_owner ?? "";
  const target = {
    ...networkTarget(network),
    ...targetOf({ project_id }),
    network_device: device_owner.startsWith("network:"),
  };
  enforceAttributes(call, "create_port", body, target);
  enforceFixedIps(call, "create_port", body, target);
  await checkQuota(change.trx, project_id, "port");
  const mac = body.mac_address ? macOf("mac_address", body.mac_address) : undefined;
  const columns = plainColumns(body, mac ?? "");
  const fixed_ips = wantedIps(body);
  const row = await insertPort(change, {
    project_id,
    network_id: network.id,
    device_id: "",
    device_owner,
    host_id: "",
    ...columns,
    port_security_enabled: securityOf(network, device_owner, columns.port_security_enabled),
    ...(mac === undefined ? {} : { mac_address: mac }),
    ...(fixed_ips === undefined ? {} : { fixed_ips }),
  });
  await ownMacInPairs(change.trx, row, body);
  await giveGroups(change, scope.admin, row, body);
  return row;
}

/** Naming an address needs more rights than naming a subnet. */
export function enforceFixedIps(call: Call, operation: string, body: PortPatch, target: Target): void {
  for (const ip of body.fixed_ips ?? []) {
    if (ip.ip_address) call.enforce(target, `${operation}:fixed_ips:ip_address`);
    if (ip.subnet_id) call.enforce(target, `${operation}:fixed_ips:subnet_id`);
  }
}

/** A pair without a MAC means the port's own, which is known only now. */
async function ownMacInPairs(trx: Trx, row: PortRow, body: PortBody): Promise<void> {
  if (!body.allowed_address_pairs || body.allowed_address_pairs.length === 0) return;
  if (row.port_security_enabled === 0) throw errors.addressPairNeedsPortSecurity();
  const { allowed_address_pairs } = plainColumns(
    { allowed_address_pairs: body.allowed_address_pairs },
    row.mac_address,
  );
  row.allowed_address_pairs = allowed_address_pairs ?? "[]";
  await trx
    .updateTable("ports")
    .set({ allowed_address_pairs: row.allowed_address_pairs })
    .where("id", "=", row.id)
    .execute();
}

/** The named groups, or the project's default one; none for ports without filters or addresses. */
async function giveGroups(change: Change, admin: boolean, row: PortRow, body: PortBody): Promise<void> {
  const addressed = await change.trx
    .selectFrom("allocations")
    .select("port_id")
    .where("port_id", "=", row.id)
    .executeTakeFirst();
  const secured = row.port_security_enabled === 1 && addressed !== undefined;
  const named = body.security_groups ?? undefined;
  if (!secured) {
    if (named && named.length > 0) throw errors.portSecurityAndIpRequired();
    return;
  }
  const groups = named ?? [await ensureDefaultGroup(change, row.project_id)];
  await checkGroups(change.trx, admin, row.project_id, groups);
  await setGroups(change, row.id, groups);
}

/** Groups of the port's own project (or any, for administrators). */
export async function checkGroups(trx: Trx, admin: boolean, project_id: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await trx
    .selectFrom("security_groups")
    .select(["id", "project_id"])
    .where("id", "in", [...ids])
    .execute();
  const known = new Set(rows.filter((row) => admin || row.project_id === project_id).map((row) => row.id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) throw errors.securityGroupNotFound({ id: missing });
}
