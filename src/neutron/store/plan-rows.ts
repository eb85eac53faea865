/** Reads what one host's plan is made of, at one moment. */
import type { Transaction } from "kysely";
import { dhcpOwner } from "../plan/plan.ts";
import type { PlanRows } from "../plan/rows.ts";
import type { Store } from "./change.ts";
import type { NeutronTables } from "./tables.ts";

type Trx = Transaction<NeutronTables>;

export async function readPlanRows(store: Store, host: string): Promise<PlanRows> {
  return store.db
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (trx) => {
      const { revision } = await trx
        .selectFrom("plan")
        .select("revision")
        .where("id", "=", 1)
        .executeTakeFirstOrThrow();
      const ports = await trx
        .selectFrom("ports")
        .selectAll()
        .where("host_id", "=", host)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return {
        revision,
        ports,
        ...(await networkRows(trx, host)),
        ...(await groupRows(trx, host)),
        ...(await routerRows(trx, host)),
      };
    });
}

async function networkRows(trx: Trx, host: string) {
  const onHost = trx.selectFrom("ports").select("network_id").where("host_id", "=", host);
  const withDhcp = onHost.where("device_owner", "=", dhcpOwner);
  const networks = await trx
    .selectFrom("networks")
    .selectAll()
    .where("id", "in", onHost)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const subnets = await trx
    .selectFrom("subnets")
    .selectAll()
    .where("network_id", "in", onHost)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const served = await trx
    .selectFrom("ports")
    .selectAll()
    .where("network_id", "in", withDhcp)
    .where("host_id", "!=", host)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const ids = trx
    .selectFrom("ports")
    .select("id")
    .where((where) =>
      where.or([
        where("host_id", "=", host),
        where("network_id", "in", withDhcp),
        where("id", "in", remoteMembers(trx, host)),
      ]),
    );
  const allocations = await trx
    .selectFrom("allocations")
    .select(["port_id", "subnet_id", "ip_address"])
    .where("port_id", "in", ids)
    .orderBy("port_id")
    .orderBy("position")
    .execute();
  return { networks, subnets, served, allocations };
}

/** Groups of the guests on the host. */
function ownGroups(trx: Trx, host: string) {
  return trx
    .selectFrom("port_groups")
    .innerJoin("ports", "ports.id", "port_groups.port_id")
    .select("port_groups.group_id")
    .where("ports.host_id", "=", host);
}

/** Groups that their rules name. */
function remoteGroups(trx: Trx, host: string) {
  return trx
    .selectFrom("rules")
    .select("remote_group_id")
    .where("remote_group_id", "is not", null)
    .where("security_group_id", "in", ownGroups(trx, host))
    .$narrowType<{ remote_group_id: string }>();
}

function remoteMembers(trx: Trx, host: string) {
  return trx.selectFrom("port_groups").select("port_id").where("group_id", "in", remoteGroups(trx, host));
}

async function groupRows(trx: Trx, host: string) {
  const rules = await trx
    .selectFrom("rules")
    .selectAll()
    .where("security_group_id", "in", ownGroups(trx, host))
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const memberships = await trx
    .selectFrom("port_groups")
    .selectAll()
    .where((where) =>
      where.or([
        where("port_id", "in", trx.selectFrom("ports").select("id").where("host_id", "=", host)),
        where("group_id", "in", remoteGroups(trx, host)),
      ]),
    )
    .orderBy("group_id")
    .orderBy("port_id")
    .execute();
  const remote = await trx
    .selectFrom("ports")
    .select(["id", "allowed_address_pairs"])
    .where("id", "in", remoteMembers(trx, host))
    .where("host_id", "!=", host)
    .execute();
  return { rules, memberships, remote };
}

async function routerRows(trx: Trx, host: string) {
  const ids = trx
    .selectFrom("ports")
    .select("device_id")
    .where("host_id", "=", host)
    .where("device_owner", "like", "network:router%");
  const routers = await trx
    .selectFrom("routers")
    .selectAll()
    .where("id", "in", ids)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const floatingips = await trx
    .selectFrom("floatingips")
    .selectAll()
    .where("router_id", "in", ids)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return { routers, floatingips };
}
