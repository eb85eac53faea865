/** A request for servers, read: counts, zone and host, names, user data. Pure but for the errors it throws. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import type { ServerRequest } from "#contracts/nova/server-create.ts";

export interface Counts {
  min: number;
  max: number;
}

export function countsOf(request: ServerRequest): Counts {
  const min = Number(request.min_count ?? 1);
  const max = Number(request.max_count ?? min);
  if (min > max) throw errors.minOverMax();
  return { min, max };
}

export interface Placing {
  availability_zone: string | null;
  requested_host: string | null;
  requested_node: string | null;
}

/** `zone`, `zone:host`, `zone:host:node` or `zone::node`; or the fields `host` and `hypervisor_hostname`. */
export function placingOf(request: ServerRequest): Placing {
  const [zone = "", host = "", node = "", ...rest] = (request.availability_zone ?? "").split(":");
  if (rest.length > 0) throw errors.badRequest({ reason: "Unable to parse availability_zone" });
  const asked = { requested_host: request.host ?? null, requested_node: request.hypervisor_hostname ?? null };
  if ((host || node) && (asked.requested_host || asked.requested_node)) {
    throw errors.badRequest({
      reason: "Can't specify host in availability_zone and in the fields host or hypervisor_hostname.",
    });
  }
  return {
    availability_zone: zone || null,
    requested_host: host || asked.requested_host,
    requested_node: node || asked.requested_node,
  };
}

/** Checks that user data is base 64; it is kept as it came. */
export function userDataOf(request: ServerRequest): string | null {
  const text = request.user_data;
  if (text === undefined || text === "") return null;
  const packed = text.replaceAll(/\s/g, "");
  const wellFormed = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
  if (!wellFormed) throw errors.badUserData();
  return packed;
}

/** `web`, or `web-1`, `web-2` when several are made. */
export function nameOf(name: string, index: number, count: number): string {
  return count > 1 ? `${name}-${index + 1}` : name;
}

/** A host name made out of a server's name, as Nova makes it. */
export function hostnameOf(name: string, server_id: string): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/[ _.]/g, "-")
    .replaceAll(/[^A-Za-z0-9-]+/g, "")
    .toLowerCase()
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63)
    .replaceAll(/-+$/g, "");
  return plain || `server-${server_id}`;
}

export function wantsConfigDrive(request: ServerRequest, properties: Readonly<Record<string, unknown>>): boolean {
  const asked = request.config_drive;
  return (asked !== undefined && asked !== "" && asBoolean(asked)) || properties["img_config_drive"] === "mandatory";
}
