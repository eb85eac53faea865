/** Availability zones: those of the compute services, and those that aggregates name. */
import { parsed } from "./json.ts";
import type { NovaDb } from "./server-row.ts";

/** The zone of hosts that no aggregate puts elsewhere. */
export const defaultZone = "nova";

/** Zone of each compute host. */
export async function zonesOfHosts(db: NovaDb): Promise<Map<string, string>> {
  const [services, aggregates] = await Promise.all([
    db.selectFrom("services").select(["host", "zone"]).where("binary", "=", "nova-compute").execute(),
    db.selectFrom("aggregates").select(["hosts", "metadata"]).execute(),
  ]);
  const zones = new Map(services.map(({ host, zone }) => [host, zone]));
  for (const { hosts, metadata } of aggregates) {
    const zone = parsed<Record<string, string>>(metadata)["availability_zone"];
    if (zone) for (const host of parsed<string[]>(hosts)) if (zones.has(host)) zones.set(host, zone);
  }
  return zones;
}
