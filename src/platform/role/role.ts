/** What a role (a service or an agent) is given, and what it gives back. Only `cloud/` makes the parts. */
import type { TokenVerifier } from "../auth/identity.ts";
import type { ServiceUser } from "../auth/service-user.ts";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock/clock.ts";
import type { DatabaseOpener } from "../db/database.ts";
import type { Upstream } from "../http/client.ts";
import type { Fetcher, ServiceOptions } from "../http/service.ts";
import type { Ids } from "../ids/ids.ts";
import type { Log } from "../log/log.ts";
import type { Tracer } from "../trace/trace.ts";

export interface Parts {
  clock: Clock;
  ids: Ids;
  log: Log;
  bus: Bus;
  /** The other services, by their HTTP contracts. */
  upstream: Upstream;
  /** Throws in an agent role (law 1). */
  openDatabase: DatabaseOpener;
  /** Records this role's steps of the flow. */
  tracer: Tracer;
  /** The role's own user in Keystone. */
  serviceUser: ServiceUser;
  /** Asks Keystone about a user's token. */
  verifier: TokenVerifier;
  /** What every API needs alike: spread into `makeService`. */
  service: Pick<ServiceOptions, "verifier" | "public_url" | "auth_url" | "followedBy" | "tracer" | "ids" | "log">;
  /** Folder of the role's own files; it exists. */
  state_dir: string;
  /** True when drivers are fakes: said wherever users look. */
  simulated: boolean;
}

export interface RunningRole {
  /** Mount and entry of the role's API, when it has one. */
  mount?: string;
  fetch?: Fetcher;
  stop(): Promise<void>;
}
