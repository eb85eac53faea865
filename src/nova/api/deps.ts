/** What the handlers of nova-api are given. */
import type { Parts } from "#platform/role/role.ts";
import type { NovaStore } from "../store/open.ts";
import type { CinderClient } from "./clients/cinder.ts";
import type { GlanceClient } from "./clients/glance.ts";
import type { NeutronClient } from "./clients/neutron.ts";

export interface ApiDeps extends Pick<Parts, "clock" | "ids" | "bus" | "tracer" | "log" | "upstream"> {
  store: NovaStore;
  glance: GlanceClient;
  neutron: NeutronClient;
  cinder: CinderClient;
}
