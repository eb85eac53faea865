/** Changes a port. What the agents must know raises the plan; a new binding starts from DOWN. */
import { errors } from "#contracts/neutron/errors.ts";
import type { Call } from "#platform/http/call.ts";
import { changeIps, heldBy } from "../store/port-ips.ts";
import type { Change } from "../store/change.ts";
import { checkMac, planForPort, setGroups } from "../store/ports.ts";
import type { PortRow } from "../store/tables.ts";
import { checkRevision, enforceAttributes, scopeOf } from "./context.ts";
import { checkGroups, enforceFixedIps } from "./port-create.ts";
import { mergeDhcpOptions, plainColumns, wantedIps, type PortPatch } from "./port-values.ts";
import { getPort, portTarget, type PortWithNetwork } from "./port-access.ts";
import { macOf } from "./values.ts";

/** Columns that only users read: their change is none of the agents' business. */
const quiet = new Set(["name", "description"]);

export async function updatePort(call: Call, change: Change): Promise<PortRow> {
  const { trx } = change;
  const scope = scopeOf(call);
  const { port: body } = call.body as { port: PortPatch };
  const row = await getPort(trx, scope, call.params["id"] ?? "");
  call.enforce(portTarget(row));
  const target = portTarget(row, body.device_owner ?? row.device_owner);
  enforceAttributes(call, "update_port", changedOnly(row, body), target);
  enforceFixedIps(call, "update_port", body, target);
  checkRevision(call, row);

  const patch = plainColumns(body, row.mac_address);
  if (patch.extra_dhcp_opts !== undefined)
    patch.extra_dhcp_opts = mergeDhcpOptions(row.extra_dhcp_opts, patch.extra_dhcp_opts);
  if (body.mac_address) Object.assign(patch, await macPatch(change, row, body.mac_address));
  const addressed = await changeAddresses(change, row, patch, body);
  await changeSecurity(change, scope.admin, row, patch, body);
  const changed = await settled(change, row, patch, addressed || body.security_groups !== undefined);
  await trx.updateTable("ports").set(changed).where("id", "=", row.id).execute();
  const after = { ...row, ...changed };
  if (changed.plan_revision !== undefined) await planForPort(change, row);
  await tell(change, row, after, addressed);
  return after;
}

/** An attribute that is sent back as it is needs no right to be changed. */
function changedOnly(row: PortRow, body: PortPatch): PortPatch {
  const rest = { ...body };
  if (rest.device_owner === row.device_owner) delete rest.device_owner;
  if (rest.mac_address?.toLowerCase() === row.mac_address) delete rest.mac_address;
  if (rest["binding:host_id"] === row.host_id) delete rest["binding:host_id"];
  return rest;
}

async function macPatch(change: Change, row: PortRow, given: string): Promise<Partial<PortRow>> {
  const mac_address = macOf("mac_address", given);
  if (mac_address === row.mac_address) return {};
  if (row.host_id !== "") {
    const facts = { port_id: row.id, vif_type: "bridge", old_mac: row.mac_address, new_mac: mac_address };
    throw errors.portBound(facts);
  }
  await checkMac(change.trx, row.network_id, mac_address);
  return { mac_address };
}

async function changeAddresses(
  change: Change,
  row: PortRow,
  patch: Partial<PortRow>,
  body: PortPatch,
): Promise<boolean> {
  const wanted = wantedIps(body);
  if (wanted === undefined) return false;
  const before = await heldBy(change.trx, row.id);
  const changed = await changeIps(change.trx, { ...row, ...patch }, wanted);
  if (!changed) return false;
  const after = new Set((await heldBy(change.trx, row.id)).map((held) => held.ip_address));
  const lost = before.filter((held) => !after.has(held.ip_address)).map((held) => held.ip_address);
  if (lost.length > 0) {
    // A floating IP cannot lead to an address that is gone.
    await change.trx
      .updateTable("floatingips")
      .set({ port_id: null, fixed_ip_address: null, router_id: null, status: "DOWN", updated_at: change.now })
      .where("port_id", "=", row.id)
      .where("fixed_ip_address", "in", lost)
      .execute();
  }
  return true;
}

async function changeSecurity(
  change: Change,
  admin: boolean,
  row: PortWithNetwork,
  patch: Partial<PortRow>,
  body: PortPatch,
): Promise<void> {
  const { trx } = change;
  const secured = (patch.port_security_enabled ?? row.port_security_enabled) === 1;
  const pairs = patch.allowed_address_pairs ?? row.allowed_address_pairs;
  if (!secured && pairs !== "[]") throw errors.addressPairNeedsPortSecurity();
  if (body.security_groups !== undefined) {
    const groups = body.security_groups ?? [];
    if (groups.length > 0 && !secured) throw errors.portSecurityAndIpRequired();
    await checkGroups(trx, admin, row.project_id, groups);
    await setGroups(change, row.id, groups);
    return;
  }
  if (secured || row.port_security_enabled === 0) return;
  const held = await trx.selectFrom("port_groups").select("group_id").where("port_id", "=", row.id).executeTakeFirst();
  if (held) throw errors.portHasSecurityGroup();
}

/** The patch with what follows from it: revisions, and the status of a new binding. */
async function settled(
  change: Change,
  row: PortRow,
  patch: Partial<PortRow>,
  more: boolean,
): Promise<Partial<PortRow>> {
  const loud = more || Object.keys(patch).some((key) => !quiet.has(key));
  const rebound = patch.host_id !== undefined && patch.host_id !== row.host_id;
  return {
    ...patch,
    ...(rebound ? { status: "DOWN" as const } : {}),
    ...(loud ? { plan_revision: await planForPort(change, row) } : {}),
    revision_number: row.revision_number + 1,
    updated_at: change.now,
  };
}

async function tell(change: Change, before: PortRow, after: PortRow, addressed: boolean): Promise<void> {
  const left = before.host_id !== "" && after.host_id !== before.host_id;
  if (left && before.status === "ACTIVE") await change.tellNova("network-vif-unplugged", before);
  else if (addressed) await change.tellNova("network-changed", after);
}
