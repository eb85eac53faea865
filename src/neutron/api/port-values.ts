/** A port's attributes: checked, and as columns. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import type { PortCreate, PortUpdate } from "#contracts/neutron/port.ts";
import { normalIp } from "../plan/ip.ts";
import type { NetworkRow, PortRow } from "../store/tables.ts";
import { asFlag, asInteger, cidrOf, dnsNameOf, ipOf, macOf, plainText } from "./values.ts";

export type PortBody = Static<typeof PortCreate>;
export type PortPatch = Static<typeof PortUpdate>;
type Pair = { ip_address: string; mac_address: string };

/** Attributes that need no other row, as columns; only those that the body sets. */
export function plainColumns(body: PortPatch, mac: string): Partial<PortRow> {
  const patch: Partial<PortRow> = {};
  if (body.name !== undefined) patch.name = body.name;
  if (body.description !== undefined) patch.description = body.description;
  if (body.admin_state_up !== undefined) patch.admin_state_up = asFlag(body.admin_state_up);
  if (body.device_id !== undefined) patch.device_id = body.device_id ?? "";
  if (body.device_owner !== undefined) patch.device_owner = body.device_owner ?? "";
  if (body["binding:host_id"] !== undefined) patch.host_id = body["binding:host_id"] ?? "";
  if (body["binding:vnic_type"] !== undefined) patch.vnic_type = vnicOf(body["binding:vnic_type"]);
  if (body["binding:profile"] !== undefined) patch.profile = JSON.stringify(body["binding:profile"] ?? {});
  if (body.port_security_enabled !== undefined) patch.port_security_enabled = asFlag(body.port_security_enabled);
  if (body.dns_name !== undefined) patch.dns_name = dnsNameOf("dns_name", body.dns_name ?? "");
  if (body.extra_dhcp_opts !== undefined)
    patch.extra_dhcp_opts = JSON.stringify(dhcpOptions(body.extra_dhcp_opts ?? []));
  if (body.allowed_address_pairs !== undefined) {
    patch.allowed_address_pairs = JSON.stringify(addressPairs(body.allowed_address_pairs ?? [], mac));
  }
  return patch;
}

/** Other kinds need hardware that the Linux bridge cannot hand to guests. */
function vnicOf(vnic_type: string): string {
  if (vnic_type === "normal") return vnic_type;
  throw errors.invalidInput({ error_message: `vnic_type '${vnic_type}' is not available in this cloud` });
}

/** Names and values reach the configuration of DHCP: nothing but plain text passes. */
function dhcpOptions(options: NonNullable<PortPatch["extra_dhcp_opts"]>): unknown[] {
  return options.map((option) => {
    const opt_name = plainText("extra_dhcp_opts", option.opt_name.trim());
    if (!/^[a-z0-9][a-z0-9-]*(:[a-z0-9-]+)?$/i.test(opt_name)) {
      throw errors.invalidAttribute({
        attribute: "extra_dhcp_opts",
        reason: `'${opt_name}' is not a valid DHCP option`,
      });
    }
    const opt_value = option.opt_value === null ? null : plainText("extra_dhcp_opts", option.opt_value);
    return { opt_name, opt_value, ip_version: asInteger(option.ip_version ?? 4) };
  });
}

export function mergeDhcpOptions(held: string, given: string): string {
  type Option = { opt_name: string; opt_value: string | null; ip_version: number };
  const key = (option: Option): string => `${option.opt_name} ${option.ip_version}`;
  const merged = new Map((JSON.parse(held) as Option[]).map((option) => [key(option), option]));
  for (const option of JSON.parse(given) as Option[]) {
    if (option.opt_value === null) merged.delete(key(option));
    else merged.set(key(option), option);
  }
  return JSON.stringify([...merged.values()]);
}

function addressPairs(pairs: NonNullable<PortPatch["allowed_address_pairs"]>, mac: string): Pair[] {
  const seen = new Set<string>();
  if (pairs.length > 10)
    throw errors.badRequest({ message: "The number of allowed address pair exceeds the maximum 10." });
  return pairs.map((pair) => {
    const network = pair.ip_address.includes("/");
    const ip_address = network
      ? cidrOf("allowed_address_pairs", pair.ip_address).text
      : ipOf("allowed_address_pairs", pair.ip_address).text;
    const mac_address = pair.mac_address === undefined ? mac : macOf("allowed_address_pairs", pair.mac_address);
    const key = `${mac_address} ${ip_address}`;
    if (seen.has(key)) throw errors.duplicateAddressPair({ mac_address, ip_address });
    seen.add(key);
    return { ip_address, mac_address };
  });
}

/** Ports of the cloud itself (`network:…`) have no filters. */
export function securityOf(
  network: Pick<NetworkRow, "port_security_enabled">,
  device_owner: string,
  given: number | undefined,
): number {
  if (device_owner.startsWith("network:")) return 0;
  return given ?? network.port_security_enabled;
}

/** The addresses that a request asks for; undefined: choose. */
export function wantedIps(body: PortPatch): { subnet_id?: string | null; ip_address?: string | null }[] | undefined {
  if (body.fixed_ips === undefined || body.fixed_ips === null) return undefined;
  const named = body.fixed_ips.flatMap((ip) => (ip.ip_address ? [normalIp(ip.ip_address) ?? ip.ip_address] : []));
  const twice = named.find((ip, at) => named.indexOf(ip) !== at);
  if (twice !== undefined) {
    throw errors.invalidAttribute({ attribute: "fixed_ips", reason: `Duplicate IP address '${twice}'` });
  }
  for (const ip of body.fixed_ips) if (ip.ip_address) ipOf("fixed_ips", ip.ip_address);
  return body.fixed_ips;
}
