/**
 * What an agent says it did becomes the status of ports, routers and floating IPs. Guarded: a report of a plan that is
 * older than a port's last change says nothing about that port, nor does the report of a host that it left.
 */
import type { AgentReport, ReportedItem } from "#contracts/neutron/host-plan.ts";
import { portStates } from "#contracts/neutron/port-states.ts";
import type { Change, Trx } from "./change.ts";
import type { Db, PortRow } from "./tables.ts";

type Status = ReportedItem["status"];
const actions = { ACTIVE: "report_active", DOWN: "report_down", ERROR: "report_error" } as const;

export async function applyReport(change: Change, report: AgentReport): Promise<void> {
  const ports = await change.trx.selectFrom("ports").selectAll().where("host_id", "=", report.host).execute();
  const said = saidOf(ports, report);
  for (const port of ports) {
    const status = said.get(port.id);
    if (status !== undefined && status !== port.status) await setStatus(change, report, port, status);
  }
  for (const router of report.routers) await routerStatus(change.trx, report, router);
}

/** True when the report changes something: most only repeat what is known, and cost no write. */
export async function saysNew(db: Db, report: AgentReport): Promise<boolean> {
  const ports = await db.selectFrom("ports").selectAll().where("host_id", "=", report.host).execute();
  const said = saidOf(ports, report);
  const news = ports.some((port) => {
    const status = said.get(port.id);
    return status !== undefined && status !== port.status && port.plan_revision <= report.revision;
  });
  return news || (await routersDiffer(db, report));
}

async function routersDiffer(db: Db, report: AgentReport): Promise<boolean> {
  if (report.routers.length === 0) return false;
  const words = new Map(report.routers.map((item) => [item.id, item.status]));
  const routers = await db.selectFrom("routers").select(["id", "status"]).execute();
  const differs = (id: string, status: string): boolean => {
    const word = words.get(id);
    return word !== undefined && (word === "ERROR") !== (status === "ERROR");
  };
  if (routers.some((row) => differs(row.id, row.status))) return true;
  const floating = await db
    .selectFrom("floatingips")
    .innerJoin("ports", "ports.id", "floatingips.floating_port_id")
    .select(["floatingips.router_id", "floatingips.status"])
    .where("floatingips.router_id", "is not", null)
    .where("ports.plan_revision", "<=", report.revision)
    .execute();
  return floating.some((row) => {
    const word = words.get(row.router_id ?? "");
    return word !== undefined && word !== row.status;
  });
}

/** The words about each port: its own, or those about the network or router that it serves. */
function saidOf(ports: readonly PortRow[], report: AgentReport): Map<string, Status> {
  const own = new Map(report.ports.map((item) => [item.id, item.status]));
  const networks = new Map(report.networks.map((item) => [item.id, item.status]));
  const routers = new Map(report.routers.map((item) => [item.id, item.status]));
  const said = new Map<string, Status>();
  for (const port of ports) {
    const dhcp = port.device_owner === "network:dhcp";
    const router = port.device_owner.startsWith("network:router");
    const status = dhcp ? networks.get(port.network_id) : router ? routers.get(port.device_id) : own.get(port.id);
    if (status !== undefined) said.set(port.id, status);
  }
  return said;
}

async function setStatus(change: Change, report: AgentReport, port: PortRow, status: Status): Promise<void> {
  const result = await change.trx
    .updateTable("ports")
    .set((value) => ({ status, updated_at: change.now, revision_number: value("revision_number", "+", 1) }))
    .where("id", "=", port.id)
    .where("host_id", "=", report.host)
    .where("plan_revision", "<=", report.revision)
    .where("status", "in", [...portStates.actions[actions[status]].from])
    .where("status", "!=", status)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) === 0) return;
  if (status === "ACTIVE") await change.tellNova("network-vif-plugged", port);
  else if (port.status === "ACTIVE") await change.tellNova("network-vif-unplugged", port);
}

/** A router that works carries its floating IPs. */
async function routerStatus(trx: Trx, report: AgentReport, item: ReportedItem): Promise<void> {
  const status = item.status === "ERROR" ? "ERROR" : "ACTIVE";
  await trx.updateTable("routers").set({ status }).where("id", "=", item.id).where("status", "!=", status).execute();
  await trx
    .updateTable("floatingips")
    .set({ status: item.status })
    .where("router_id", "=", item.id)
    .where("status", "!=", item.status)
    .where("floating_port_id", "in", trx.selectFrom("ports").select("id").where("plan_revision", "<=", report.revision))
    .execute();
}
