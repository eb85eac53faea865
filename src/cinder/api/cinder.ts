/** What the handlers of the volume service share, and how a volume is found for a caller. */
import { errors } from "#contracts/cinder/errors.ts";
import type { Bus } from "#platform/bus/bus.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Call } from "#platform/http/call.ts";
import type { Upstream } from "#platform/http/client.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import type { CinderStore } from "../store/open.ts";
import type { VolumeRecord } from "../store/volumes.ts";

export interface Cinder {
  store: CinderStore;
  bus: Bus;
  upstream: Upstream;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Zone of volumes for which none was asked. */
  availability_zone: string;
}

/** The project that a request is about: that of its path, which is the token's own unless a service asks. */
export function projectOf(call: Call): string {
  return call.params["project_id"] ?? call.identity.project_id ?? "";
}

/** Of the path: 404 when the caller must not see it, 403 when it sees it and must not do this. */
export async function getVolume(
  cinder: Cinder,
  call: Call,
  volume_id = call.params["volume_id"] ?? "",
): Promise<VolumeRecord> {
  const volume = await cinder.store.volumes.find(volume_id);
  const target = volume && { project_id: volume.project_id, user_id: volume.user_id };
  if (!volume || !target || !call.allows("volume:get", target)) throw errors.volumeNotFound({ volume_id });
  call.enforce(target);
  return volume;
}
