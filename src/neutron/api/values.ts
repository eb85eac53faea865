/** Values as Neutron takes them: lenient spellings in, one form out. */
import { errors } from "#contracts/neutron/errors.ts";
import { formatCidr, formatIp, parseCidr, parseIp, type Cidr, type IpNumber } from "../plan/ip.ts";

const truths = new Set(["true", "1", "yes", "on"]);

/** True and false in every spelling the contract lets through. */
export function asBoolean(value: unknown): boolean {
  return truths.has(String(value).toLowerCase());
}

/** 1 or 0 for a column. */
export function asFlag(value: unknown): number {
  return asBoolean(value) ? 1 : 0;
}

/** Number of a text or number that the contract let through. */
export function asInteger(value: unknown): number {
  return Number(value);
}

export function ipOf(attribute: string, text: string): IpNumber & { text: string } {
  const ip = parseIp(text);
  if (!ip) throw errors.invalidAttribute({ attribute, reason: `'${text}' is not a valid IP address` });
  return { ...ip, text: formatIp(ip) };
}

/** A network, or an address as a network of one; `exact` refuses host bits. */
export function cidrOf(attribute: string, text: string, exact = false): Cidr & { text: string } {
  const cidr = parseCidr(text);
  if (!cidr || !text.includes("/")) {
    throw errors.invalidAttribute({ attribute, reason: `'${text}' is not a valid IP subnet` });
  }
  if (exact && !cidr.exact) {
    const reason = `'${text}' isn't a recognized IP subnet cidr, '${formatCidr(cidr)}' is recommended`;
    throw errors.invalidAttribute({ attribute, reason });
  }
  return { ...cidr, text: formatCidr(cidr) };
}

const macShape = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;

/** Lower case with colons. A group address is no device's. */
export function macOf(attribute: string, text: string): string {
  const mac = text.toLowerCase().replaceAll("-", ":");
  const group = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  if (macShape.test(text) && !group && mac !== "00:00:00:00:00:00") return mac;
  throw errors.invalidAttribute({ attribute, reason: `'${text}' is not a valid MAC address` });
}

/** Letters, digits and inner hyphens; several labels with dots. */
const dnsName = /^(?=.{1,253}\.?$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i;

export function dnsNameOf(attribute: string, text: string): string {
  if (text === "" || dnsName.test(text)) return text.toLowerCase();
  throw errors.invalidAttribute({ attribute, reason: `'${text}' not a valid PQDN or FQDN` });
}

/** Text without control characters: it may reach a file of an agent. */
export function plainText(attribute: string, text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text;
  throw errors.invalidAttribute({ attribute, reason: `'${text}' contains illegal characters` });
}
