/** The name that DHCP and DNS know an address by: the port's own name, else one made of the address. */
export function hostnameOf(dns_name: string, ip: string): string {
  return dns_name === "" ? `host-${ip.replaceAll(/[.:]/g, "-")}` : dns_name;
}
