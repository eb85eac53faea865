/**
 * The rows of Neutron's database. Times are milliseconds since the epoch, booleans 0 or 1; `tags`, `*_hints`, lists and
 * `profile` are JSON.
 */
import type { Kysely, Transaction } from "kysely";
import type { PortStatus } from "#contracts/neutron/port-states.ts";

export interface StandardRow {
  id: string;
  project_id: string;
  name: string;
  description: string;
  tags: string;
  /** Grows with each change that a user may see. */
  revision_number: number;
  created_at: number;
  updated_at: number;
}

export interface NetworkRow extends StandardRow {
  admin_state_up: number;
  shared: number;
  external: number;
  is_default: number;
  mtu: number;
  port_security_enabled: number;
  dns_domain: string;
  network_type: string;
  physical_network: string | null;
  segmentation_id: number | null;
  az_hints: string;
}

export interface SubnetRow extends StandardRow {
  network_id: string;
  ip_version: number;
  cidr: string;
  gateway_ip: string | null;
  enable_dhcp: number;
  /** `[{start, end}]`. */
  allocation_pools: string;
  dns_nameservers: string;
  host_routes: string;
  service_types: string;
  ipv6_ra_mode: string | null;
  ipv6_address_mode: string | null;
  /** Offset in the CIDR from which the next free address is looked for: addresses are not used again at once. */
  cursor: number;
}

export interface PortRow extends StandardRow {
  network_id: string;
  mac_address: string;
  admin_state_up: number;
  status: PortStatus;
  device_id: string;
  device_owner: string;
  /** Empty: unbound. */
  host_id: string;
  vnic_type: string;
  profile: string;
  port_security_enabled: number;
  allowed_address_pairs: string;
  extra_dhcp_opts: string;
  dns_name: string;
  /** Of the plan that first has the port as it is now: a report of an older plan says nothing about it. */
  plan_revision: number;
}

/** One address of one port. The key makes sure that no address is given twice. */
export interface AllocationRow {
  subnet_id: string;
  ip_address: string;
  port_id: string;
  network_id: string;
  /** Distance from the first address of the subnet; -1 beyond 2^53. */
  offset: number;
  /** Position among the port's addresses. */
  position: number;
}

export interface PortGroupRow {
  port_id: string;
  group_id: string;
}

export interface RouterRow extends StandardRow {
  admin_state_up: number;
  status: string;
  gateway_network_id: string | null;
  gateway_port_id: string | null;
  enable_snat: number;
  routes: string;
  az_hints: string;
}

/** A subnet that a router is on, and through which port. */
export interface RouterInterfaceRow {
  router_id: string;
  subnet_id: string;
  port_id: string;
}

export interface FloatingIpRow extends StandardRow {
  floating_network_id: string;
  floating_ip_address: string;
  /** The port that holds the address on the external network. */
  floating_port_id: string;
  port_id: string | null;
  fixed_ip_address: string | null;
  router_id: string | null;
  status: string;
  dns_name: string;
  dns_domain: string;
}

export interface SecurityGroupRow extends StandardRow {
  stateful: number;
  /** The project when this is its default group: at most one. */
  default_of: string | null;
}

export interface RuleRow {
  id: string;
  project_id: string;
  security_group_id: string;
  direction: "ingress" | "egress";
  ethertype: "IPv4" | "IPv6";
  protocol: string | null;
  port_range_min: number | null;
  port_range_max: number | null;
  remote_ip_prefix: string | null;
  remote_group_id: string | null;
  description: string;
  /** What the rule means, as text: unique, so that no rule exists twice. */
  meaning: string;
  revision_number: number;
  created_at: number;
  updated_at: number;
}

export interface QuotaRow {
  project_id: string;
  resource: string;
  limit_value: number;
}

export interface AgentRow {
  id: string;
  host: string;
  agent_type: string;
  binary: string;
  admin_state_up: number;
  description: string | null;
  created_at: number;
  started_at: number;
  heartbeat_at: number;
}

/** Words to Nova that were not heard yet. */
export interface EventRow {
  id: string;
  name: string;
  server_id: string;
  port_id: string;
  created_at: number;
  attempts: number;
}

/** One row: the revision of the plans of all hosts. */
export interface PlanRow {
  id: number;
  revision: number;
}

export interface NeutronTables {
  networks: NetworkRow;
  subnets: SubnetRow;
  ports: PortRow;
  allocations: AllocationRow;
  port_groups: PortGroupRow;
  routers: RouterRow;
  router_interfaces: RouterInterfaceRow;
  floatingips: FloatingIpRow;
  security_groups: SecurityGroupRow;
  rules: RuleRow;
  quotas: QuotaRow;
  agents: AgentRow;
  events: EventRow;
  plan: PlanRow;
}

export type Db = Kysely<NeutronTables> | Transaction<NeutronTables>;
