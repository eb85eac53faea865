/** The microversions that nova-api answers, and the behaviours that depend on them beyond the shape of bodies. */
import type { MicroversionSupport, VersionRange } from "#contracts/kit/versions.ts";

export const novaVersions: MicroversionSupport = {
  service: "compute",
  min: "2.1",
  max: "2.93",
  legacyHeader: "X-OpenStack-Nova-API-Version",
};

/** The names under which the API's document is found. */
export const novaVersionIds: readonly string[] = ["v2.1", novaVersions.min];

export const novaFeatures: Readonly<Record<string, VersionRange>> = {
  "no access to public flavors": { since: "2.7" },
  "actions of deleted servers": { since: "2.21" },
  tags: { since: "2.26" },
  "strict status": { since: "2.38" },
  "events for owners": { since: "2.51" },
  "paged actions": { since: "2.58" },
  "changes-before": { since: "2.66" },
  "locked filter": { since: "2.73" },
  "strict queries": { since: "2.75" },
  "more filters": { since: "2.83" },
};
