/** Placement's schema, step by step. */
import type { Kysely } from "kysely";
import type { Migrations } from "#platform/db/database.ts";

type ColumnType = "text" | "integer" | "bigint" | "double precision";

interface TableSpec {
  /** `name: type`; all but those that end in `?` are not null. */
  columns: Readonly<Record<string, ColumnType>>;
  key: readonly string[];
  /** Columns that are searched by. */
  indices?: readonly string[];
}

const first: Readonly<Record<string, TableSpec>> = {
  providers: {
    columns: {
      uuid: "text",
      name: "text",
      generation: "integer",
      "parent_uuid?": "text",
      root_uuid: "text",
      updated_at: "bigint",
    },
    key: ["uuid"],
    indices: ["root_uuid", "parent_uuid"],
  },
  inventories: {
    columns: {
      provider_uuid: "text",
      resource_class: "text",
      total: "integer",
      reserved: "integer",
      min_unit: "integer",
      max_unit: "integer",
      step_size: "integer",
      allocation_ratio: "double precision",
    },
    key: ["provider_uuid", "resource_class"],
    indices: ["resource_class"],
  },
  allocations: {
    columns: { consumer_uuid: "text", provider_uuid: "text", resource_class: "text", used: "integer" },
    key: ["consumer_uuid", "provider_uuid", "resource_class"],
    indices: ["provider_uuid"],
  },
  consumers: {
    columns: { uuid: "text", generation: "integer", project_id: "text", user_id: "text", "consumer_type?": "text" },
    key: ["uuid"],
    indices: ["project_id"],
  },
  provider_traits: {
    columns: { provider_uuid: "text", trait: "text" },
    key: ["provider_uuid", "trait"],
    indices: ["trait"],
  },
  provider_aggregates: {
    columns: { provider_uuid: "text", aggregate_uuid: "text" },
    key: ["provider_uuid", "aggregate_uuid"],
    indices: ["aggregate_uuid"],
  },
  traits: { columns: { name: "text" }, key: ["name"] },
  resource_classes: { columns: { name: "text" }, key: ["name"] },
};

async function create(db: Kysely<unknown>, table: string, spec: TableSpec): Promise<void> {
  let builder = db.schema.createTable(table);
  for (const [name, type] of Object.entries(spec.columns)) {
    const optional = name.endsWith("?");
    builder = builder.addColumn(name.replace("?", ""), type, (column) => (optional ? column : column.notNull()));
  }
  await builder.addPrimaryKeyConstraint(`${table}_key`, spec.key as never).execute();
  for (const column of spec.indices ?? []) {
    await db.schema.createIndex(`${table}_by_${column}`).on(table).column(column).execute();
  }
}

export const migrations: Migrations = {
  "0001-placement": {
    up: async (db: Kysely<unknown>) => {
      for (const [table, spec] of Object.entries(first)) await create(db, table, spec);
      await db.schema.createIndex("providers_name").on("providers").column("name").unique().execute();
    },
  },
};
