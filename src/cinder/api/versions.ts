/** Which microversions the volume API answers, and which behaviours came with one. */
import type { MicroversionSupport, VersionRange } from "#contracts/kit/versions.ts";

export const microversions: MicroversionSupport = { service: "volume", min: "3.0", max: "3.70" };

export const features: Readonly<Record<string, VersionRange>> = {
  /** `force` in a delete is heard. */
  force_delete: { since: "3.23" },
  /** Lists say how many there are. */
  with_count: { since: "3.45" },
};
