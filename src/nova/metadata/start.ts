/** The metadata service as a role: reached by network agents only, over the internal listener. */
import type { Parts, RunningRole } from "#platform/role/role.ts";
import type { NovaStore } from "../store/open.ts";
import { makeMetadataService } from "./service.ts";

export async function startMetadata(parts: Parts, options: { store: NovaStore; secret: string }): Promise<RunningRole> {
  const { ids, log } = parts;
  return { mount: "/metadata", fetch: makeMetadataService({ ...options, ids, log }), stop: async () => undefined };
}
