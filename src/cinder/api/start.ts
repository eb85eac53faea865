/** The role cinder-api: the volume API, the agents' way to the database, and what looks after operations. */
import { attachment } from "#contracts/cinder/attachment.ts";
import { volumeInfo } from "#contracts/cinder/info.ts";
import { volumeApiAddress } from "#contracts/cinder/messages.ts";
import { notBuiltVolume } from "#contracts/cinder/not-built.ts";
import { quotaSet, volumeLimits } from "#contracts/cinder/quota.ts";
import { extraRules } from "#contracts/cinder/rules.ts";
import { backup, snapshot } from "#contracts/cinder/snapshots-and-backups.ts";
import { userMessage } from "#contracts/cinder/user-message.ts";
import { volumeAction } from "#contracts/cinder/volume-action.ts";
import { volumeMetadata } from "#contracts/cinder/volume-metadata.ts";
import { volumeType, volumeTypeSpecs } from "#contracts/cinder/volume-type.ts";
import { volume } from "#contracts/cinder/volume.ts";
import { defaultRules } from "#contracts/kit/resource.ts";
import { notBuiltYet } from "#platform/http/call.ts";
import { makeService, type Fetcher } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import { makeReconciler, type Reconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { agentReportHandlers } from "../flows/agent-reports.ts";
import { reconcileVolumes, superviseOperations } from "../flows/supervise.ts";
import type { CinderStore } from "../store/open.ts";
import { actionHandlers } from "./actions.ts";
import { attachmentHandlers } from "./attachments.ts";
import type { Cinder } from "./cinder.ts";
import { infoHandlers } from "./info.ts";
import { metadataHandlers } from "./metadata.ts";
import { anyProjectRule, withProjectPaths } from "./project-paths.ts";
import { limitHandlers, quotaHandlers } from "./quotas.ts";
import { backupHandlers, snapshotHandlers } from "./snapshots-and-backups.ts";
import { typeHandlers, typeSpecHandlers } from "./types.ts";
import { keep_ms, messageHandlers } from "./user-messages.ts";
import { features, microversions } from "./versions.ts";
import { volumeHandlers } from "./volumes.ts";

export interface CinderApiOptions {
  store: CinderStore;
  /** Default `nova`. */
  availability_zone?: string;
  /** Rules of the operator, over the defaults. */
  rules?: Readonly<Record<string, string>>;
  supervise_period_ms?: number;
}

export interface RunningCinderApi extends RunningRole {
  mount: "/volume";
  fetch: Fetcher;
  reconcilers: readonly Reconciler[];
}

const resources = [
  volume,
  volumeAction,
  volumeMetadata,
  attachment,
  volumeType,
  volumeTypeSpecs,
  quotaSet,
  volumeLimits,
  volumeInfo,
  snapshot,
  backup,
  userMessage,
  notBuiltVolume,
];

export async function startCinderApi(parts: Parts, options: CinderApiOptions): Promise<RunningCinderApi> {
  const { store, availability_zone = "nova" } = options;
  const { bus, upstream, clock, ids, log } = parts;
  const cinder: Cinder = { store, bus, upstream, clock, ids, log, availability_zone };
  const stopServing = await bus.serve(volumeApiAddress, agentReportHandlers({ store, bus, clock, ids, log }));
  const reconcilers = startReconcilers(parts, options);
  const fetch = makeService({
    ...parts.service,
    name: "cinder-api",
    prefix: "/volume",
    errorStyle: "cinder",
    microversions,
    features,
    policy: makePolicy({
      ...defaultRules(resources),
      ...extraRules,
      [anyProjectRule]: "role:service",
      ...options.rules,
    }),
    implementations: [
      ...withProjectPaths(volumeHandlers(cinder)),
      ...withProjectPaths(actionHandlers(cinder)),
      ...withProjectPaths(metadataHandlers(cinder)),
      ...withProjectPaths(attachmentHandlers(cinder)),
      ...withProjectPaths(typeHandlers(cinder)),
      ...withProjectPaths(typeSpecHandlers(cinder)),
      ...withProjectPaths(quotaHandlers(cinder)),
      ...withProjectPaths(limitHandlers(cinder)),
      ...withProjectPaths(snapshotHandlers()),
      ...withProjectPaths(backupHandlers()),
      ...withProjectPaths(messageHandlers(cinder)),
      ...withProjectPaths(infoHandlers(cinder)),
      ...withProjectPaths(notBuiltYet(notBuiltVolume)),
    ],
  });
  return {
    mount: "/volume",
    fetch,
    reconcilers,
    async stop() {
      await Promise.all(reconcilers.map((one) => one.stop()));
      await stopServing();
    },
  };
}

function startReconcilers(parts: Parts, { store, supervise_period_ms = 5_000 }: CinderApiOptions): Reconciler[] {
  const { bus, clock, ids, log } = parts;
  const supervised = { store, bus, clock, ids };
  let first = true;
  const operations = makeReconciler({
    name: "volume operations",
    period_ms: supervise_period_ms,
    clock,
    log,
    run() {
      const all = first;
      first = false;
      return superviseOperations(supervised, all);
    },
  });
  const volumes = makeReconciler({
    name: "volumes",
    period_ms: 60_000,
    clock,
    log,
    run: async () => {
      await store.messages.deleteBefore(clock.now() - keep_ms);
      return reconcileVolumes(supervised);
    },
  });
  void operations.poke();
  void volumes.poke();
  return [operations, volumes];
}
