/** The rows of Placement's database. Times are milliseconds since the epoch. */
import type { Kysely, Transaction } from "kysely";

export interface ProviderRow {
  uuid: string;
  name: string;
  /** Raised by each change of the provider's inventory, traits, aggregates or allocations: the guard of every write. */
  generation: number;
  parent_uuid: string | null;
  root_uuid: string;
  updated_at: number;
}

export interface InventoryRow {
  provider_uuid: string;
  resource_class: string;
  total: number;
  reserved: number;
  min_unit: number;
  max_unit: number;
  step_size: number;
  allocation_ratio: number;
}

export interface AllocationRow {
  consumer_uuid: string;
  provider_uuid: string;
  resource_class: string;
  used: number;
}

export interface ConsumerRow {
  uuid: string;
  generation: number;
  project_id: string;
  user_id: string;
  consumer_type: string | null;
}

export interface ProviderTraitRow {
  provider_uuid: string;
  trait: string;
}

export interface ProviderAggregateRow {
  provider_uuid: string;
  aggregate_uuid: string;
}

/** Custom traits and classes; the standard ones stand in the contracts. */
export interface NameRow {
  name: string;
}

export interface Tables {
  providers: ProviderRow;
  inventories: InventoryRow;
  allocations: AllocationRow;
  consumers: ConsumerRow;
  provider_traits: ProviderTraitRow;
  provider_aggregates: ProviderAggregateRow;
  traits: NameRow;
  resource_classes: NameRow;
}

export type Db = Kysely<Tables>;
export type Trx = Transaction<Tables>;
/** Where a query may run: the database, or a transaction on it. */
export type Conn = Db | Trx;
