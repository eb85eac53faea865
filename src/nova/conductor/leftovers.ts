/**
 * Finds what a lost undo would leave in other services: claims in Placement of servers that are gone, and volumes held
 * for them. A volume is reserved before its server's row is written, so a server that is missing once may be about to
 * be; one that is missing in two runs in a row is not coming any more.
 */
import type { CinderClient, HeldVolume } from "../clients/cinder.ts";
import type { PlacementClient } from "../clients/placement.ts";
import type { NovaStore } from "../store/open.ts";

export interface LeftoverParts {
  store: NovaStore;
  placement: PlacementClient;
  cinder: CinderClient;
}

/** Keeps the suspects of the run before. */
export function makeLeftoverFinder({ store, placement, cinder }: LeftoverParts): () => Promise<string[]> {
  let suspects = new Set<string>();
  const live = async (ids: readonly string[]): Promise<Set<string>> => {
    const servers = await store.servers.findMany([...new Set(ids)]);
    return new Set(servers.filter((server) => server.deleted_at === null).map((server) => server.id));
  };

  const releaseClaims = async (): Promise<string[]> => {
    const findings: string[] = [];
    for (const node of await store.hosts.listNodes()) {
      const consumers = await placement.consumersOn(node.id);
      const alive = await live(consumers);
      for (const consumer of consumers.filter((id) => !alive.has(id))) {
        await placement.release(consumer);
        findings.push(`the claim of ${consumer} on ${node.host} belonged to no server and was released`);
      }
    }
    return findings;
  };

  const releaseVolumes = async (): Promise<string[]> => {
    const held: HeldVolume[] = await cinder.listHeld();
    const alive = await live(held.map((one) => one.server_id));
    const orphans = held.filter((one) => !alive.has(one.server_id));
    const certain = orphans.filter((one) => suspects.has(one.attachment_id));
    suspects = new Set(orphans.map((one) => one.attachment_id));
    for (const one of certain) await cinder.disconnect(null, one.attachment_id);
    return certain.map(
      (one) => `volume ${one.volume_id} was held for ${one.server_id}, which is no server, and was let go`,
    );
  };

  return async () => [...(await releaseClaims()), ...(await releaseVolumes())];
}
