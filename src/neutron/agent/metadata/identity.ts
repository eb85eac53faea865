/**
 * Who is asking: the port behind (network or router, source address), and the headers that tell Nova so. Pure.
 * Anti-spoofing makes the source address trustworthy; the signature makes the headers so.
 */
import { createHmac } from "node:crypto";
import type { HostPlan, PlannedPort } from "#contracts/neutron/host-plan.ts";

/** The namespace a request came in by. */
export interface MetadataPlace {
  readonly kind: "network" | "router";
  readonly id: string;
}

export interface MetadataGuest {
  readonly instance_id: string;
  readonly project_id: string;
}

export type FindGuest = (place: MetadataPlace, address: string) => MetadataGuest | undefined;

/** One look-up for all namespaces of a host, made anew with each plan. */
export function guestIndex(plan: HostPlan): FindGuest {
  const networks = new Map<string, Map<string, PlannedPort>>();
  for (const port of plan.ports) {
    const known = networks.get(port.network_id) ?? new Map<string, PlannedPort>();
    for (const address of port.addresses) known.set(address, port);
    networks.set(port.network_id, known);
  }
  const routers = new Map(
    plan.routers.map((router) => [router.id, router.interfaces.map((leg) => leg.network_id)] as const),
  );
  return (place, address) => {
    const behind = place.kind === "network" ? [place.id] : (routers.get(place.id) ?? []);
    const found = new Set(behind.map((id) => networks.get(id)?.get(address)).filter((port) => port !== undefined));
    const [port] = found;
    // Two answers mean that nobody can say who asks.
    if (port === undefined || found.size > 1 || port.device_id === "") return undefined;
    return { instance_id: port.device_id, project_id: port.project_id };
  };
}

/** Only these headers of a guest go on; everything else, identity headers before all, is dropped. */
const passed = ["accept", "content-type", "user-agent"];

export function backendHeaders(
  asked: Readonly<Record<string, string | string[] | undefined>>,
  guest: MetadataGuest,
  address: string,
  secret: string,
): Record<string, string> {
  const kept = passed.flatMap((name) => (typeof asked[name] === "string" ? [[name, asked[name]] as const] : []));
  return {
    ...Object.fromEntries(kept),
    "x-forwarded-for": address,
    "x-instance-id": guest.instance_id,
    "x-tenant-id": guest.project_id,
    "x-instance-id-signature": createHmac("sha256", secret).update(guest.instance_id).digest("hex"),
  };
}
