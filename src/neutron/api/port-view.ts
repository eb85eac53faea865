/** A port as users see it. */
import type { Static } from "typebox";
import type { Port } from "#contracts/neutron/port.ts";
import { hostnameOf } from "../plan/hostname.ts";
import { partsOf, type PortParts } from "../store/ports.ts";
import type { Db, PortRow } from "../store/tables.ts";
import { parsed, standardView } from "./context.ts";
import type { Matcher } from "./listing.ts";

export type PortView = Static<typeof Port>;

export interface PortViewOptions {
  /** Without dots at its ends. */
  dns_domain: string;
  /** The caller may see `binding:*`. */
  bindings: boolean;
}

export function portView(row: PortRow, parts: PortParts, options: PortViewOptions): PortView {
  const fixed_ips = parts.fixed_ips.get(row.id) ?? [];
  return {
    ...standardView(row),
    network_id: row.network_id,
    status: row.status,
    admin_state_up: row.admin_state_up === 1,
    mac_address: row.mac_address,
    fixed_ips,
    device_id: row.device_id,
    device_owner: row.device_owner,
    security_groups: parts.groups.get(row.id) ?? [],
    allowed_address_pairs: parsed<{ ip_address: string; mac_address: string }[]>(row.allowed_address_pairs),
    port_security_enabled: row.port_security_enabled === 1,
    extra_dhcp_opts: parsed<PortView["extra_dhcp_opts"]>(row.extra_dhcp_opts),
    dns_name: row.dns_name,
    dns_assignment: fixed_ips.map(({ ip_address }) => {
      const hostname = hostnameOf(row.dns_name, ip_address);
      return {
        hostname,
        ip_address,
        fqdn: options.dns_domain === "" ? hostname : `${hostname}.${options.dns_domain}.`,
      };
    }),
    "binding:vnic_type": row.vnic_type,
    ...(options.bindings ? bindingView(row) : {}),
  };
}

function bindingView(row: PortRow): Partial<PortView> {
  const bound = row.host_id !== "";
  return {
    "binding:host_id": row.host_id,
    "binding:profile": parsed<Record<string, unknown>>(row.profile),
    "binding:vif_type": bound ? "bridge" : "unbound",
    "binding:vif_details": bound
      ? { port_filter: true, connectivity: "l2", bound_drivers: { "0": "linuxbridge" } }
      : {},
  };
}

export async function portViews(db: Db, rows: readonly PortRow[], options: PortViewOptions): Promise<PortView[]> {
  const parts = await partsOf(db, rows);
  return rows.map((row) => portView(row, parts, options));
}

/** `fixed_ips=ip_address=10.0.0.5` or `subnet_id=…` or `ip_address_substr=…`; several narrow down by kind. */
export const fixedIpsMatcher: Matcher = (view, values) => {
  const ips = view["fixed_ips"] as { subnet_id: string; ip_address: string }[]; // of a port's view
  const kinds = new Map<string, string[]>();
  for (const value of values) {
    const [kind = "", text = ""] = value.split(/=(.*)/s);
    kinds.set(kind, [...(kinds.get(kind) ?? []), text]);
  }
  const tests: Record<string, (ip: { subnet_id: string; ip_address: string }, wanted: string) => boolean> = {
    ip_address: (ip, wanted) => ip.ip_address === wanted,
    subnet_id: (ip, wanted) => ip.subnet_id === wanted,
    subnet: (ip, wanted) => ip.subnet_id === wanted,
    ip_address_substr: (ip, wanted) => ip.ip_address.includes(wanted),
  };
  return [...kinds].every(([kind, wanted]) => {
    const test = Object.hasOwn(tests, kind) ? tests[kind] : undefined;
    return test !== undefined && ips.some((ip) => wanted.some((one) => test(ip, one)));
  });
};
