/** What one host's plan is made of: the rows that concern it, read at one moment. */
import type {
  AllocationRow,
  FloatingIpRow,
  NetworkRow,
  PortGroupRow,
  PortRow,
  RouterRow,
  RuleRow,
  SubnetRow,
} from "../store/tables.ts";

export interface PlanRows {
  revision: number;
  /** Networks that a port on the host is on. */
  networks: readonly NetworkRow[];
  /** Of those networks. */
  subnets: readonly SubnetRow[];
  /** Ports on the host: guests', DHCP's and routers'. */
  ports: readonly PortRow[];
  /** Other ports of the networks whose DHCP is on the host. */
  served: readonly PortRow[];
  /** Members of remote groups that are not on the host and not served by it. */
  remote: readonly Pick<PortRow, "id" | "allowed_address_pairs">[];
  /** Of all these ports. */
  allocations: readonly Pick<AllocationRow, "port_id" | "subnet_id" | "ip_address">[];
  /** Memberships of the guests' ports and of remote groups. */
  memberships: readonly PortGroupRow[];
  /** Of the guests' groups. */
  rules: readonly RuleRow[];
  /** Routers on the host. */
  routers: readonly RouterRow[];
  /** Floating IPs of those routers. */
  floatingips: readonly FloatingIpRow[];
}

export interface PlanSettings {
  host: string;
  dns_domain: string;
  upstream_dns: readonly string[];
  metadata: boolean;
}
