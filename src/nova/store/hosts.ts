/** Services and compute nodes: who reported, when, and what a host has. */
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { NovaDb } from "./server-row.ts";
import type { ComputeNodeRow, ServiceRow } from "./tables.ts";

export interface Service extends Omit<ServiceRow, "disabled" | "forced_down"> {
  disabled: boolean;
  forced_down: boolean;
}

export type ComputeNode = ComputeNodeRow;
/** What a host reports of itself. `id` is also its resource provider's. */
export type ComputeNodeReport = Omit<ComputeNodeRow, "created_at" | "updated_at">;

/** A service is up when it reported within this time. */
export const serviceDownAfter_ms = 60_000;

export interface ServiceStore {
  /** A service says that it lives; the first time makes its row. Returns the row. */
  heartbeat(report: { host: string; binary: string; zone: string; version: number }): Promise<Service>;
  listServices(filter?: { host?: string | undefined; binary?: string | undefined }): Promise<Service[]>;
  findService(id: string): Promise<Service | undefined>;
  findServiceOf(host: string, binary: string): Promise<Service | undefined>;
  updateService(
    id: string,
    patch: Partial<Pick<Service, "disabled" | "disabled_reason" | "forced_down">>,
  ): Promise<boolean>;
  deleteService(id: string): Promise<boolean>;
  /** True when the service reported lately and nobody forced it down. */
  isUp(service: Service): boolean;
}

export interface ComputeNodeStore {
  /** Writes what a host has; keyed by host and hypervisor name. Returns the row. */
  putNode(report: ComputeNodeReport): Promise<ComputeNode>;
  listNodes(): Promise<ComputeNode[]>;
  findNode(id: string): Promise<ComputeNode | undefined>;
}

export type HostStore = ServiceStore & ComputeNodeStore;

export function makeHostStore(db: NovaDb, parts: { clock: Clock; ids: Ids }): HostStore {
  return { ...makeServiceStore(db, parts), ...makeComputeNodeStore(db, parts.clock) };
}

function makeServiceStore(db: NovaDb, { clock, ids }: { clock: Clock; ids: Ids }): ServiceStore {
  const services = () => db.selectFrom("services").selectAll();
  return {
    async heartbeat({ host, binary, zone, version }) {
      const now = clock.now();
      const row = {
        id: ids.uuid(),
        host,
        binary,
        zone,
        version,
        disabled: 0,
        disabled_reason: null,
        forced_down: 0,
        created_at: now,
      };
      const inserted = await db
        .insertInto("services")
        .values({ ...row, last_seen_at: now, updated_at: now })
        .onConflict((conflict) =>
          conflict.columns(["host", "binary"]).doUpdateSet({ zone, version, last_seen_at: now, updated_at: now }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return serviceOf(inserted);
    },
    async listServices({ host, binary } = {}) {
      let query = services();
      if (host !== undefined) query = query.where("host", "=", host);
      if (binary !== undefined) query = query.where("binary", "=", binary);
      return (await query.orderBy("created_at").orderBy("id").execute()).map(serviceOf);
    },
    async findService(id) {
      const row = await services().where("id", "=", id).executeTakeFirst();
      return row && serviceOf(row);
    },
    async findServiceOf(host, binary) {
      const row = await services().where("host", "=", host).where("binary", "=", binary).executeTakeFirst();
      return row && serviceOf(row);
    },
    async updateService(id, { disabled, forced_down, ...rest }) {
      const flag = (name: string, value: boolean | undefined) => (value === undefined ? {} : { [name]: value ? 1 : 0 });
      const set = {
        ...rest,
        ...flag("disabled", disabled),
        ...flag("forced_down", forced_down),
        updated_at: clock.now(),
      };
      return (await db.updateTable("services").set(set).where("id", "=", id).executeTakeFirst()).numUpdatedRows > 0n;
    },
    async deleteService(id) {
      return (await db.deleteFrom("services").where("id", "=", id).executeTakeFirst()).numDeletedRows > 0n;
    },
    isUp: (service) =>
      !service.forced_down && service.last_seen_at !== null && clock.now() - service.last_seen_at < serviceDownAfter_ms,
  };
}

function makeComputeNodeStore(db: NovaDb, clock: Clock): ComputeNodeStore {
  const nodes = () => db.selectFrom("compute_nodes").selectAll();
  return {
    async putNode(report) {
      const now = clock.now();
      const { id: _id, ...change } = report;
      const row = await db
        .insertInto("compute_nodes")
        .values({ ...report, created_at: now, updated_at: now })
        .onConflict((conflict) =>
          conflict.columns(["host", "hypervisor_hostname"]).doUpdateSet({ ...change, updated_at: now }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return nodeOf(row);
    },
    async listNodes() {
      return (await nodes().orderBy("created_at").orderBy("id").execute()).map(nodeOf);
    },
    async findNode(id) {
      const row = await nodes().where("id", "=", id).executeTakeFirst();
      return row && nodeOf(row);
    },
  };
}

function serviceOf(row: ServiceRow): Service {
  return {
    ...row,
    disabled: row.disabled === 1,
    forced_down: row.forced_down === 1,
    last_seen_at: row.last_seen_at === null ? null : Number(row.last_seen_at),
    created_at: Number(row.created_at),
    updated_at: Number(row.updated_at),
  };
}

function nodeOf(row: ComputeNodeRow): ComputeNode {
  return { ...row, created_at: Number(row.created_at), updated_at: Number(row.updated_at) };
}
