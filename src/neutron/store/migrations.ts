/** Neutron's schema. Column types are those that SQLite and PostgreSQL share. */
import type { CreateTableBuilder, Kysely } from "kysely";
import type { Migrations } from "#platform/db/database.ts";

type Column = readonly [name: string, type: "text" | "integer" | "bigint", null?: "null"];

const standard: readonly Column[] = [
  ["project_id", "text"],
  ["name", "text"],
  ["description", "text"],
  ["tags", "text"],
  ["revision_number", "integer"],
  ["created_at", "bigint"],
  ["updated_at", "bigint"],
];

function text(...names: string[]): Column[] {
  return names.map((name) => [name, "text"]);
}
function integer(...names: string[]): Column[] {
  return names.map((name) => [name, "integer"]);
}
function nullable(...names: string[]): Column[] {
  return names.map((name) => [name, "text", "null"]);
}

const withId: Record<string, readonly Column[]> = {
  networks: [
    ...standard,
    ...integer("admin_state_up", "shared", "external", "is_default", "mtu", "port_security_enabled"),
    ...text("dns_domain", "network_type", "az_hints"),
    ...nullable("physical_network"),
    ["segmentation_id", "integer", "null"],
  ],
  subnets: [
    ...standard,
    ...text("network_id", "cidr", "allocation_pools", "dns_nameservers", "host_routes", "service_types"),
    ...nullable("gateway_ip", "ipv6_ra_mode", "ipv6_address_mode"),
    ...integer("ip_version", "enable_dhcp"),
    ["cursor", "bigint"],
  ],
  ports: [
    ...standard,
    ...text("network_id", "mac_address", "status", "device_id", "device_owner", "host_id", "vnic_type", "profile"),
    ...text("allowed_address_pairs", "extra_dhcp_opts", "dns_name"),
    ...integer("admin_state_up", "port_security_enabled", "plan_revision"),
  ],
  routers: [
    ...standard,
    ...text("status", "routes", "az_hints"),
    ...nullable("gateway_network_id", "gateway_port_id"),
    ...integer("admin_state_up", "enable_snat"),
  ],
  floatingips: [
    ...standard,
    ...text("floating_network_id", "floating_ip_address", "floating_port_id", "status", "dns_name", "dns_domain"),
    ...nullable("port_id", "fixed_ip_address", "router_id"),
  ],
  security_groups: [...standard, ...integer("stateful"), ...nullable("default_of")],
  rules: [
    ...text("project_id", "security_group_id", "direction", "ethertype", "description", "meaning"),
    ...nullable("protocol", "remote_ip_prefix", "remote_group_id"),
    ["port_range_min", "integer", "null"],
    ["port_range_max", "integer", "null"],
    ...integer("revision_number"),
    ["created_at", "bigint"],
    ["updated_at", "bigint"],
  ],
  agents: [
    ...text("host", "agent_type", "binary"),
    ...nullable("description"),
    ...integer("admin_state_up"),
    ["created_at", "bigint"],
    ["started_at", "bigint"],
    ["heartbeat_at", "bigint"],
  ],
  events: [...text("name", "server_id", "port_id"), ["created_at", "bigint"], ...integer("attempts")],
};

const indexes: readonly [table: string, columns: string[], unique?: "unique"][] = [
  ["networks", ["project_id"]],
  ["subnets", ["network_id"]],
  ["subnets", ["project_id"]],
  ["ports", ["network_id", "mac_address"], "unique"],
  ["ports", ["project_id"]],
  ["ports", ["device_id"]],
  ["ports", ["host_id"]],
  ["allocations", ["port_id"]],
  ["allocations", ["network_id"]],
  ["allocations", ["subnet_id", "offset"]],
  ["port_groups", ["group_id"]],
  ["routers", ["project_id"]],
  ["router_interfaces", ["port_id"]],
  ["router_interfaces", ["subnet_id"]],
  ["floatingips", ["project_id"]],
  ["floatingips", ["port_id", "fixed_ip_address", "floating_network_id"], "unique"],
  ["floatingips", ["floating_port_id"], "unique"],
  ["floatingips", ["router_id"]],
  ["security_groups", ["project_id"]],
  ["security_groups", ["default_of"], "unique"],
  ["rules", ["security_group_id"]],
  ["rules", ["remote_group_id"]],
  ["rules", ["project_id"]],
  ["rules", ["meaning"], "unique"],
  ["agents", ["host", "agent_type"], "unique"],
];

function columnsOf(columns: readonly Column[]) {
  return (table: CreateTableBuilder<string, string>): CreateTableBuilder<string, string> =>
    columns.reduce((built, [name, type, null_]) => {
      return built.addColumn(name, type, (column) => (null_ ? column : column.notNull()));
    }, table);
}

async function create(db: Kysely<unknown>): Promise<void> {
  for (const [table, columns] of Object.entries(withId)) {
    const start = db.schema.createTable(table).addColumn("id", "text", (column) => column.primaryKey());
    await columnsOf(columns)(start as CreateTableBuilder<string, string>).execute();
  }
  await createJoins(db);
  let number = 0;
  for (const [table, columns, unique] of indexes) {
    number += 1;
    const index = db.schema.createIndex(`${table}_${number}`).on(table).columns(columns);
    await (unique ? index.unique() : index).execute();
  }
}

/** Tables whose key is what they join. */
async function createJoins(db: Kysely<unknown>): Promise<void> {
  const joins: [string, readonly Column[], string[]][] = [
    [
      "allocations",
      [...text("subnet_id", "ip_address", "port_id", "network_id"), ["offset", "bigint"], ["position", "integer"]],
      ["subnet_id", "ip_address"],
    ],
    ["port_groups", text("port_id", "group_id"), ["port_id", "group_id"]],
    ["router_interfaces", text("router_id", "subnet_id", "port_id"), ["router_id", "subnet_id"]],
    ["quotas", [...text("project_id", "resource"), ["limit_value", "integer"]], ["project_id", "resource"]],
    ["plan", integer("id", "revision"), ["id"]],
  ];
  for (const [table, columns, key] of joins) {
    const built = columnsOf(columns)(db.schema.createTable(table) as CreateTableBuilder<string, string>);
    await built.addPrimaryKeyConstraint(`${table}_key`, key).execute();
  }
}

export const neutronMigrations: Migrations = {
  "0001-neutron": {
    async up(db: Kysely<unknown>) {
      await create(db);
      const plans = db as Kysely<{ plan: { id: number; revision: number } }>;
      await plans.insertInto("plan").values({ id: 1, revision: 1 }).execute();
    },
  },
};
