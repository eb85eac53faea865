/** Nova's database and all that is in it: opened by the API, the scheduler and the conductor; never by an agent (law 1). */
import type { Kysely, Transaction } from "kysely";
import { makeOperationStore, type OperationStore, type OperationTables } from "#platform/operations/store.ts";
import type { Parts } from "#platform/role/role.ts";
import { makeAggregateStore, type AggregateStore } from "./aggregates.ts";
import { makeBlockDeviceStore, type BlockDeviceStore } from "./block-devices.ts";
import { makeDecisionStore, type DecisionStore } from "./decisions.ts";
import { makeFlavorStore, type FlavorStore } from "./flavors.ts";
import { makeHostStore, type HostStore } from "./hosts.ts";
import { makeInstanceActionStore, type InstanceActionStore } from "./instance-actions.ts";
import { makeKeypairStore, type KeypairStore } from "./keypairs.ts";
import { novaMigrations } from "./migrations.ts";
import { makeQuotaStore, type QuotaStore } from "./quotas.ts";
import { makeServerGroupStore, type ServerGroupStore } from "./server-groups.ts";
import { makeServerStore, type ServerStore } from "./servers.ts";
import type { NovaTables } from "./tables.ts";
import { zonesOfHosts } from "./zones.ts";

export interface NovaStore {
  servers: ServerStore;
  blockDevices: BlockDeviceStore;
  flavors: FlavorStore;
  keypairs: KeypairStore;
  hosts: HostStore;
  instanceActions: InstanceActionStore;
  quotas: QuotaStore;
  serverGroups: ServerGroupStore;
  aggregates: AggregateStore;
  decisions: DecisionStore;
  operations: OperationStore;
  /** Availability zone of each compute host. */
  zonesOfHosts(): Promise<Map<string, string>>;
  /** For queries that no noun has. */
  db: Kysely<NovaTables>;
  /**
   * All or nothing. Pass `trx` to every function called in `work`: one that uses the store itself would wait for the end
   * of the transaction that waits for it. No call to another service inside.
   */
  transaction<T>(work: (trx: Transaction<NovaTables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openNovaStore(parts: Pick<Parts, "openDatabase" | "clock" | "ids">): Promise<NovaStore> {
  const db = await parts.openDatabase<NovaTables>({ name: "nova", migrations: novaMigrations });
  const { clock } = parts;
  return {
    servers: makeServerStore(db, clock),
    blockDevices: makeBlockDeviceStore(db, clock),
    flavors: makeFlavorStore(db, clock),
    keypairs: makeKeypairStore(db, clock),
    hosts: makeHostStore(db, parts),
    instanceActions: makeInstanceActionStore(db, clock),
    quotas: makeQuotaStore(db),
    serverGroups: makeServerGroupStore(db, clock),
    aggregates: makeAggregateStore(db, parts),
    decisions: makeDecisionStore(db, clock),
    operations: makeOperationStore(forOperations(db), clock),
    zonesOfHosts: () => zonesOfHosts(db),
    db,
    transaction: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
}

/** The same transaction, for the store of operations: their table is one of nova's. */
export function forOperations(trx: Kysely<NovaTables>): Kysely<OperationTables> {
  return trx as unknown as Kysely<OperationTables>; // that store asks for no other table
}
