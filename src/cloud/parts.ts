/** Makes the parts that roles are given: each has its own tracer, its own user, and only an agent has no databases. */
import { join } from "node:path";
import { mkdirSync } from "node:fs";
import { followedBy } from "#contracts/flow.ts";
import { recordSpans, traceAddress } from "#contracts/trace/trace.ts";
import { keystoneVerifier } from "#platform/auth/keystone-verifier.ts";
import { makeServiceUser } from "#platform/auth/service-user.ts";
import type { Bus } from "#platform/bus/bus.ts";
import type { Clock } from "#platform/clock/clock.ts";
import { noDatabase, type DatabaseOpener } from "#platform/db/database.ts";
import type { Upstream } from "#platform/http/client.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import type { Parts } from "#platform/role/role.ts";
import { busSink } from "#platform/trace/bus-sink.ts";
import { makeTracer } from "#platform/trace/trace.ts";

export interface Shared {
  clock: Clock;
  ids: Ids;
  log: Log;
  bus: Bus;
  upstream: Upstream;
  openDatabase: DatabaseOpener;
  public_url: string;
  state_dir: string;
  simulated: boolean;
  /** Passwords of service users by name. */
  passwords: Readonly<Record<string, string>>;
}

export interface PartsFactory {
  /** `component` records the steps; `user` is its Keystone user; an agent gets no databases, and a user of its host. */
  of(component: string, user: string, kind?: "service" | "agent", host?: string): Parts;
  stop(): Promise<void>;
}

export function partsFactory(shared: Shared): PartsFactory {
  const { clock, ids, upstream, bus } = shared;
  const spans = busSink({ bus, clock, address: traceAddress, message: recordSpans });
  return {
    of(component, user, kind = "service", host = "") {
      const log = shared.log.child(host === "" ? { component } : { component, host });
      const tracer = makeTracer(component, { clock, ids, sink: spans.sink });
      const username = host === "" ? user : `${user}@${host}`;
      const serviceUser = makeServiceUser({ upstream, clock, username, password: shared.passwords[username] ?? "" });
      const verifier = keystoneVerifier(upstream, serviceUser);
      const state_dir = folderOf(shared, component, host);
      mkdirSync(state_dir, { recursive: true, mode: 0o711 });
      const { public_url } = shared;
      return {
        clock,
        ids,
        log,
        bus,
        upstream,
        tracer,
        serviceUser,
        verifier,
        state_dir,
        simulated: shared.simulated,
        openDatabase: kind === "agent" ? noDatabase(component) : shared.openDatabase,
        service: { verifier, public_url, auth_url: `${public_url}/identity`, followedBy, tracer, ids, log },
      };
    },
    stop: () => spans.stop(),
  };
}

/** Simulated hosts share a machine: each has a folder of its own. */
function folderOf(shared: Shared, component: string, host: string): string {
  return shared.simulated && host !== "" ? join(shared.state_dir, component, host) : join(shared.state_dir, component);
}
