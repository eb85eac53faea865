/** What Placement's contracts share: policies, versions and the smallest schemas. */
import { Type } from "typebox";
import type { PolicySpec } from "../kit/resource.ts";
import type { MicroversionSupport, VersionRange } from "../kit/versions.ts";

export const microversions: MicroversionSupport = { service: "placement", min: "1.0", max: "1.39" };

/** Behaviours that depend on the microversion and are no mere field of a body. */
export const features = {
  aggregateLinks: { since: "1.1" },
  deleteInventories: { since: "1.5" },
  traitLinks: { since: "1.6" },
  allocationLinks: { since: "1.11" },
  allocationsByProvider: { since: "1.12" },
  cacheHeaders: { since: "1.15" },
  limit: { since: "1.16" },
  summaryTraits: { since: "1.17" },
  providerBody: { since: "1.20" },
  candidateAggregates: { since: "1.21" },
  forbiddenTraits: { since: "1.22" },
  repeatedMemberOf: { since: "1.24" },
  numberedGroups: { since: "1.25" },
  reserveAll: { since: "1.26" },
  allClasses: { since: "1.27" },
  consumerGeneration: { since: "1.28" },
  nested: { since: "1.29" },
  inTree: { since: "1.31" },
  forbiddenAggregates: { since: "1.32" },
  freeSuffixes: { since: "1.33" },
  mappings: { since: "1.34" },
  rootRequired: { since: "1.35" },
  sameSubtree: { since: "1.36" },
  reparent: { since: "1.37" },
  consumerType: { since: "1.38" },
  anyTraits: { since: "1.39" },
} satisfies Record<string, VersionRange>;

export const baseRules: Readonly<Record<string, string>> = {
  admin_api: "role:admin or role:service",
  reader_api: "rule:admin_api or (role:reader and system_scope:all)",
  project_reader: "rule:reader_api or (role:reader and project_id:%(project_id)s)",
};

export function reads(name: string): PolicySpec {
  return { name: `placement:${name}`, rule: "rule:reader_api" };
}

export function writes(name: string): PolicySpec {
  return { name: `placement:${name}`, rule: "rule:admin_api" };
}

export const Uuid = Type.String({ format: "uuid" });
export const Generation = Type.Integer();
/** The largest number a database column of Placement holds. */
export const maxInt = 2_147_483_647;
export const ClassName = "^[A-Z0-9_]+$";
export const TraitName = Type.String({ pattern: "^[A-Z0-9_]+$", minLength: 1, maxLength: 255 });
export const Resources = Type.Object(
  {},
  {
    additionalProperties: Type.Integer({ minimum: 1, maximum: maxInt }),
    minProperties: 1,
    propertyNames: { pattern: ClassName },
  },
);
export type Amounts = Readonly<Record<string, number>>;
export const Filter = Type.Optional(Type.String());
/** No field but those named. */
export const strict = { additionalProperties: false } as const;
