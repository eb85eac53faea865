/** The role nova-api. */
import type { Parts, RunningRole } from "#platform/role/role.ts";
import type { NovaStore } from "../store/open.ts";
import { makeCinderClient } from "./clients/cinder.ts";
import { makeGlanceClient } from "./clients/glance.ts";
import { makeNeutronClient } from "./clients/neutron.ts";
import type { ApiDeps } from "./deps.ts";
import { makeNovaApi } from "./service.ts";

/** The store stays its owner's: stopping the role does not close it. */
export async function startNovaApi(parts: Parts, options: { store: NovaStore }): Promise<RunningRole> {
  const { clock, ids, bus, tracer, log, upstream } = parts;
  const deps: ApiDeps = {
    clock,
    ids,
    bus,
    tracer,
    log,
    upstream,
    store: options.store,
    glance: makeGlanceClient(upstream),
    neutron: makeNeutronClient(upstream),
    cinder: makeCinderClient(upstream),
  };
  return { mount: "/compute", fetch: makeNovaApi(deps, parts.service), stop: async () => undefined };
}
