/** Keystone's schema, step by step. */
import type { CreateTableBuilder, Kysely } from "kysely";
import type { Migrations } from "#platform/db/database.ts";
import { tokenEpochMigration } from "./token-epoch.ts";

type Table = CreateTableBuilder<string, string>;

/** Columns written as `name type!`: `!` means not null. */
function columns(table: Table, specs: readonly string[]): Table {
  let result = table;
  for (const spec of specs) {
    const [name, type] = spec.replace("!", "").split(" ") as [string, "text" | "integer" | "bigint"];
    result = result.addColumn(name, type, (column) => (spec.endsWith("!") ? column.notNull() : column)) as Table;
  }
  return result;
}

interface TableSpec {
  columns: readonly string[];
  key: readonly string[];
  unique?: readonly string[];
  /** Columns that are searched by. */
  indices?: readonly string[];
}

const first: Record<string, TableSpec> = {
  projects: {
    columns: [
      "id text!",
      "name text!",
      "domain_id text!",
      "parent_id text",
      "is_domain integer!",
      "enabled integer!",
      "description text!",
      "tags text!",
      "options text!",
      "extra text!",
      "generation integer!",
    ],
    key: ["id"],
    unique: ["domain_id", "name"],
    indices: ["parent_id"],
  },
  users: {
    columns: [
      "id text!",
      "domain_id text!",
      "name text!",
      "enabled integer!",
      "default_project_id text",
      "password_hash text",
      "password_changed_at bigint",
      "options text!",
      "extra text!",
      "generation integer!",
    ],
    key: ["id"],
    unique: ["domain_id", "name"],
  },
  groups: {
    columns: ["id text!", "domain_id text!", "name text!", "description text!", "extra text!"],
    key: ["id"],
    unique: ["domain_id", "name"],
  },
  memberships: { columns: ["group_id text!", "user_id text!"], key: ["user_id", "group_id"], indices: ["group_id"] },
  roles: {
    columns: ["id text!", "name text!", "domain_id text!", "description text", "options text!", "extra text!"],
    key: ["id"],
    unique: ["domain_id", "name"],
  },
  implied_roles: {
    columns: ["prior_role_id text!", "implied_role_id text!"],
    key: ["prior_role_id", "implied_role_id"],
  },
  assignments: {
    columns: [
      "actor_type text!",
      "actor_id text!",
      "target_type text!",
      "target_id text!",
      "role_id text!",
      "inherited integer!",
    ],
    key: ["actor_id", "target_id", "role_id", "inherited", "actor_type", "target_type"],
    indices: ["target_id", "role_id"],
  },
  regions: { columns: ["id text!", "description text!", "parent_region_id text", "extra text!"], key: ["id"] },
  services: {
    columns: ["id text!", "type text!", "name text", "enabled integer!", "description text", "extra text!"],
    key: ["id"],
  },
  endpoints: {
    columns: [
      "id text!",
      "service_id text!",
      "interface text!",
      "region_id text",
      "url text!",
      "enabled integer!",
      "extra text!",
    ],
    key: ["id"],
    indices: ["service_id"],
  },
  revoked_tokens: { columns: ["audit_id text!", "expires_at bigint!"], key: ["audit_id"], indices: ["expires_at"] },
  counters: { columns: ["name text!", "value integer!"], key: ["name"] },
};

const credentials: Record<string, TableSpec> = {
  application_credentials: {
    columns: [
      "id text!",
      "user_id text!",
      "project_id text!",
      "name text!",
      "description text",
      "secret_hash text!",
      "expires_at text",
      "unrestricted integer!",
      "role_ids text!",
    ],
    key: ["id"],
    unique: ["user_id", "name"],
    indices: ["project_id"],
  },
};

async function create(db: Kysely<unknown>, name: string, spec: TableSpec): Promise<void> {
  let table = columns(db.schema.createTable(name) as Table, spec.columns);
  table = table.addPrimaryKeyConstraint(`${name}_key`, spec.key as never) as Table;
  if (spec.unique) table = table.addUniqueConstraint(`${name}_unique`, spec.unique as never) as Table;
  await table.execute();
  for (const column of spec.indices ?? []) {
    await db.schema.createIndex(`${name}_by_${column}`).on(name).column(column).execute();
  }
}

const secrets: Record<string, TableSpec> = {
  credentials: {
    columns: ["id text!", "user_id text!", "project_id text", "type text!", "blob text!"],
    key: ["id"],
    indices: ["user_id"],
  },
};

const limits: Record<string, TableSpec> = {
  registered_limits: {
    columns: [
      "id text!",
      "service_id text!",
      "region_id text!",
      "resource_name text!",
      "default_limit integer!",
      "description text",
    ],
    key: ["id"],
    unique: ["service_id", "region_id", "resource_name"],
  },
  limits: {
    columns: [
      "id text!",
      "service_id text!",
      "region_id text!",
      "resource_name text!",
      "resource_limit integer!",
      "holder_id text!",
      "on_domain integer!",
      "description text",
    ],
    key: ["id"],
    unique: ["holder_id", "service_id", "region_id", "resource_name"],
  },
};

function creating(tables: Readonly<Record<string, TableSpec>>): Migrations[string] {
  return {
    up: async (db: Kysely<unknown>) => {
      for (const [name, spec] of Object.entries(tables)) await create(db, name, spec);
    },
  };
}

export const migrations: Migrations = {
  "0001-identity": creating(first),
  "0002-application-credentials": creating(credentials),
  "0003-credentials": creating(secrets),
  "0004-limits": creating(limits),
  "0005-token-epoch": tokenEpochMigration,
};
