/** The query string of `GET /allocation_candidates`, whose parameters have suffixes (pure). */
import {
  parseMemberOf,
  parseResources,
  parseTraits,
  QueryError,
  type CandidateRequest,
  type Dialect,
  type Group,
} from "./request.ts";

/** What each version added. */
export interface CandidateDialect extends Dialect {
  limit: boolean;
  required: boolean;
  memberOf: boolean;
  repeatedMemberOf: boolean;
  numberedGroups: boolean;
  inTree: boolean;
  freeSuffixes: boolean;
  rootRequired: boolean;
  sameSubtree: boolean;
}

const grouped = ["resources", "required", "member_of", "in_tree"] as const;
type Grouped = (typeof grouped)[number];

interface Raw {
  /** Suffix → parameter → its values. */
  groups: Map<string, Map<Grouped, string[]>>;
  others: Map<string, string[]>;
}

export function parseCandidateQuery(search: URLSearchParams, dialect: CandidateDialect): CandidateRequest {
  const { groups: rawGroups, others } = sort(search, dialect);
  const groups = [...rawGroups].map(([suffix, raw]) => groupOf(suffix, raw, dialect));
  const sameSubtree = (others.get("same_subtree") ?? []).map((text) => subtreeOf(text, groups));
  refuseEmpty(groups, sameSubtree, dialect);
  const policy = others.get("group_policy")?.at(-1);
  if (policy !== undefined && !["none", "isolate"].includes(policy)) {
    throw new QueryError(`Invalid query string parameters: '${policy}' is not one of ['none', 'isolate']`);
  }
  const counted = groups.filter(({ suffix, resources }) => suffix !== "" && resources.size > 0);
  if (counted.length > 1 && policy === undefined) {
    throw new QueryError(
      'The "group_policy" parameter is required when specifying more than one "resources{N}" parameter.',
    );
  }
  const root = parseTraits(others.get("root_required") ?? [], "root_required", { ...dialect, anyTraits: false });
  return {
    groups: groups.sort((a, b) => Number(a.suffix !== "") - Number(b.suffix !== "")),
    isolate: policy === "isolate",
    limit: limitOf(others.get("limit")?.at(-1)),
    rootRequired: root.required.flat(),
    rootForbidden: root.forbidden,
    sameSubtree,
  };
}

function sort(search: URLSearchParams, dialect: CandidateDialect): Raw {
  const raw: Raw = { groups: new Map(), others: new Map() };
  const suffixShape = dialect.freeSuffixes ? /^[A-Za-z0-9_-]{1,64}$/ : /^[1-9][0-9]*$/;
  const known: Record<string, boolean> = {
    limit: dialect.limit,
    group_policy: dialect.numberedGroups,
    root_required: dialect.rootRequired,
    same_subtree: dialect.sameSubtree,
  };
  const allowed: Record<Grouped, boolean> = {
    resources: true,
    required: dialect.required,
    member_of: dialect.memberOf,
    in_tree: dialect.inTree,
  };
  for (const [key, value] of search) {
    const name = grouped.find((one) => key.startsWith(one));
    const suffix = name === undefined ? "" : key.slice(name.length);
    const fits = suffix === "" || (dialect.numberedGroups && suffixShape.test(suffix));
    if (name !== undefined && allowed[name] && fits) {
      const group = raw.groups.get(suffix) ?? new Map<Grouped, string[]>();
      raw.groups.set(suffix, group.set(name, [...(group.get(name) ?? []), value]));
    } else if (known[key]) raw.others.set(key, [...(raw.others.get(key) ?? []), value]);
    else
      throw new QueryError(
        `Invalid query string parameters: Additional properties are not allowed ('${key}' was unexpected)`,
      );
  }
  return raw;
}

function groupOf(suffix: string, raw: ReadonlyMap<Grouped, string[]>, dialect: CandidateDialect): Group {
  const memberOf = raw.get("member_of") ?? [];
  if (memberOf.length > 1 && !dialect.repeatedMemberOf)
    throw new QueryError("Query parameter 'member_of' may be given once.");
  const resources = raw.get("resources")?.at(-1);
  return {
    suffix,
    resources: resources === undefined ? new Map() : parseResources(resources),
    ...parseTraits(raw.get("required") ?? [], `required${suffix}`, dialect),
    ...parseMemberOf(memberOf, dialect),
    inTree: raw.get("in_tree")?.at(-1),
  };
}

function subtreeOf(text: string, groups: readonly Group[]): string[] {
  const suffixes = text.split(",").map((part) => part.trim());
  for (const suffix of suffixes) {
    if (suffix === "") throw new QueryError("Empty string (unsuffixed group) can not be specified in `same_subtree` ");
    if (!groups.some((group) => group.suffix === suffix)) {
      throw new QueryError(`Real suffixes should be specified in \`same_subtree\`: ${suffix} not found in query`);
    }
  }
  return suffixes;
}

/** A group may ask for no resources only to stand in a subtree with others. */
function refuseEmpty(groups: readonly Group[], sameSubtree: readonly string[][], dialect: CandidateDialect): void {
  for (const { suffix, resources } of groups) {
    const standsBy = dialect.sameSubtree && sameSubtree.some((set) => set.includes(suffix));
    if (resources.size > 0 || standsBy) continue;
    throw new QueryError(
      `All traits and aggregates need resources: group '${suffix}' has no 'resources${suffix}' parameter.`,
    );
  }
  if (groups.every(({ resources }) => resources.size === 0)) {
    throw new QueryError("At least one request group (`resources` or `resources{$S}`) is required.");
  }
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]*$/.test(text))
    throw new QueryError(`Invalid query string parameters: '${text}' does not match '^[1-9][0-9]*$'`);
  return Number(text);
}
