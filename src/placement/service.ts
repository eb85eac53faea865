/** Placement: who has how much of what, and who uses it. */
import { defaultRules, type ResourceSpec } from "#contracts/kit/resource.ts";
import { baseRules, features, microversions } from "#contracts/placement/kit.ts";
import { root } from "#contracts/placement/root.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { makeService } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { aggregateHandlers } from "./api/aggregates.ts";
import { allocationHandlers } from "./api/allocations.ts";
import type { PlacementDeps } from "./api/deps.ts";
import { inventoryHandlers } from "./api/inventories.ts";
import { providerHandlers } from "./api/providers.ts";
import { resourceClassHandlers } from "./api/resource-classes.ts";
import { traitHandlers } from "./api/traits.ts";
import { usageHandlers } from "./api/usages.ts";
import { migrations } from "./store/migrations.ts";
import type { Tables } from "./store/tables.ts";

function rootHandlers(): Implementation {
  const { min: min_version, max: max_version } = microversions;
  const links = [{ rel: "self", href: "" }];
  return implement(root, {
    show: () => ({ versions: [{ id: "v1.0", status: "CURRENT", min_version, max_version, links }] }),
  });
}

function implementations(deps: PlacementDeps): Implementation[] {
  return [
    rootHandlers(),
    providerHandlers(deps),
    inventoryHandlers(deps),
    aggregateHandlers(deps),
    usageHandlers(deps),
    traitHandlers(deps),
    resourceClassHandlers(deps),
    allocationHandlers(deps),
  ];
}

export async function startPlacement(parts: Parts): Promise<RunningRole> {
  const db = await parts.openDatabase<Tables>({ name: "placement", migrations });
  const all = implementations({ db, clock: parts.clock, ids: parts.ids });
  const resources: ResourceSpec[] = all.map(({ resource }) => resource);
  const fetch = makeService({
    ...parts.service,
    name: "placement",
    prefix: "/placement",
    errorStyle: "placement",
    microversions,
    features,
    implementations: all,
    policy: makePolicy({ ...baseRules, ...defaultRules(resources) }),
    // A host reports all its traits and classes at once: more than a small request.
    limit_bytes: 4 * 1024 * 1024,
  });
  return { mount: "/placement", fetch, stop: async () => db.destroy() };
}
