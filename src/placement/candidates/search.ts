/**
 * Finds all ways to satisfy a request (pure). Tree by tree: the ways of each group, then those combinations of ways
 * that keep the rules between groups. Lazy, so that a limit saves the work.
 */
import type { CandidateRequest, Group } from "./request.ts";

export interface Stock {
  /** Class → what may still be given, and in which units. */
  free: number;
  min_unit: number;
  max_unit: number;
  step_size: number;
}

export interface ProviderFacts {
  uuid: string;
  parent_uuid: string | null;
  root_uuid: string;
  traits: ReadonlySet<string>;
  aggregates: ReadonlySet<string>;
  stocks: ReadonlyMap<string, Stock>;
}

export interface Candidate {
  root_uuid: string;
  /** Provider → class → amount. */
  allocations: Map<string, Map<string, number>>;
  /** Suffix → providers. */
  mappings: Map<string, Set<string>>;
}

/** Providers with this trait give to all trees that they share an aggregate with. */
export const sharingTrait = "MISC_SHARES_VIA_AGGREGATE";

interface Tree {
  root: ProviderFacts;
  /** The tree's own providers, then those that share with it. */
  providers: readonly ProviderFacts[];
  parents: ReadonlyMap<string, string | null>;
}

/** One way to satisfy one group. */
interface Way {
  group: Group;
  takes: readonly (readonly [provider: ProviderFacts, resource_class: string, amount: number])[];
  /** At least one, also when nothing is taken. */
  providers: readonly ProviderFacts[];
}

export function* findCandidates(request: CandidateRequest, world: readonly ProviderFacts[]): Generator<Candidate> {
  const seen = new Set<string>();
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  for (const tree of treesOf(world)) {
    if (!rootFits(request, tree.root)) continue;
    const ways = request.groups.map((group) => waysOf(group, tree, world));
    if (ways.some((list) => list.length === 0)) continue;
    for (const chosen of product(ways)) {
      if (!fitTogether(request, chosen, tree)) continue;
      const candidate = merge(chosen, tree);
      const key = keyOf(candidate);
      if (!candidate || seen.has(key)) continue;
      seen.add(key);
      yield candidate;
      left -= 1;
      if (left <= 0) return;
    }
  }
}

function treesOf(world: readonly ProviderFacts[]): Tree[] {
  const members = new Map<string, ProviderFacts[]>();
  for (const provider of world) {
    const list = members.get(provider.root_uuid);
    if (list) list.push(provider);
    else members.set(provider.root_uuid, [provider]);
  }
  const sharing = world.filter(({ traits }) => traits.has(sharingTrait));
  const trees: Tree[] = [];
  for (const [root_uuid, own] of members) {
    const root = own.find(({ uuid }) => uuid === root_uuid);
    if (!root) continue;
    const guests = sharing.filter((guest) => guest.root_uuid !== root_uuid && own.some((one) => overlap(one, guest)));
    const parents = new Map(own.map(({ uuid, parent_uuid }) => [uuid, parent_uuid]));
    trees.push({ root, providers: [...own, ...guests], parents });
  }
  return trees;
}

function overlap(a: ProviderFacts, b: ProviderFacts): boolean {
  for (const uuid of a.aggregates) if (b.aggregates.has(uuid)) return true;
  return false;
}

function rootFits({ rootRequired, rootForbidden }: CandidateRequest, { traits }: ProviderFacts): boolean {
  return rootRequired.every((name) => traits.has(name)) && !rootForbidden.some((name) => traits.has(name));
}

/** True when the provider can give this much of the class to a newcomer. */
export function canGive({ stocks }: ProviderFacts, resource_class: string, amount: number): boolean {
  const stock = stocks.get(resource_class);
  if (!stock || amount < stock.min_unit || amount > stock.max_unit || amount % stock.step_size !== 0) return false;
  return amount <= stock.free;
}

/** True when the traits of some providers together are what the group wants. */
export function traitsFit({ required }: Group, providers: readonly Pick<ProviderFacts, "traits">[]): boolean {
  return required.every((set) => set.some((name) => providers.some(({ traits }) => traits.has(name))));
}

/** True when nothing forbids this provider by itself. `root`: its aggregates span the tree, for groups without suffix. */
export function mayServe(group: Group, provider: ProviderFacts, root?: ProviderFacts): boolean {
  if (group.forbidden.some((name) => provider.traits.has(name))) return false;
  const belongs = (uuid: string): boolean => provider.aggregates.has(uuid) || root?.aggregates.has(uuid) === true;
  return group.memberOf.every((set) => set.some(belongs)) && !group.notMemberOf.some(belongs);
}

function waysOf(group: Group, tree: Tree, world: readonly ProviderFacts[]): Way[] {
  const wanted = group.inTree === undefined ? undefined : world.find(({ uuid }) => uuid === group.inTree)?.root_uuid;
  if (group.inTree !== undefined && wanted === undefined) return [];
  const spans = (provider: ProviderFacts): ProviderFacts | undefined =>
    group.suffix === "" && provider.root_uuid === tree.root.uuid ? tree.root : undefined;
  const able = tree.providers.filter(
    (provider) => (wanted === undefined || provider.root_uuid === wanted) && mayServe(group, provider, spans(provider)),
  );
  return group.suffix === "" ? spreadWays(group, able) : singleWays(group, able);
}

/** Groups with a suffix: one provider gives all. */
function singleWays(group: Group, able: readonly ProviderFacts[]): Way[] {
  const resources = [...group.resources];
  const giving = able.filter(
    (provider) => traitsFit(group, [provider]) && resources.every(([name, amount]) => canGive(provider, name, amount)),
  );
  return giving.map((provider) => {
    const takes = resources.map(([name, amount]) => [provider, name, amount] as const);
    return { group, takes, providers: [provider] };
  });
}

/** The group without suffix: each class from any provider of the tree. */
function spreadWays(group: Group, able: readonly ProviderFacts[]): Way[] {
  const choices = [...group.resources].map(([name, amount]) =>
    able.filter((provider) => canGive(provider, name, amount)).map((provider) => [provider, name, amount] as const),
  );
  const ways: Way[] = [];
  for (const takes of product(choices)) {
    const providers = [...new Set(takes.map(([provider]) => provider))];
    if (traitsFit(group, providers)) ways.push({ group, takes, providers });
  }
  return ways;
}

/** All ways to take one item of each list. */
function* product<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = lists;
  if (!first) yield [];
  else for (const item of first) for (const tail of product(rest)) yield [item, ...tail];
}

function fitTogether(request: CandidateRequest, chosen: readonly Way[], tree: Tree): boolean {
  const granular = chosen.filter(({ group }) => group.suffix !== "" && group.resources.size > 0);
  if (request.isolate && new Set(granular.flatMap(({ providers }) => providers)).size < granular.length) return false;
  return request.sameSubtree.every((suffixes) => {
    const set = new Set(
      chosen.filter(({ group }) => suffixes.includes(group.suffix)).flatMap(({ providers }) => providers),
    );
    return [...set].some((top) => [...set].every((one) => isUnder(one.uuid, top.uuid, tree)));
  });
}

function isUnder(uuid: string, top: string, { parents }: Tree): boolean {
  for (let at: string | null | undefined = uuid; at; at = parents.get(at)) if (at === top) return true;
  return false;
}

/** The ways as one candidate; undefined when together they want more of a provider than each alone. */
function merge(chosen: readonly Way[], tree: Tree): Candidate | undefined {
  const candidate: Candidate = { root_uuid: tree.root.uuid, allocations: new Map(), mappings: new Map() };
  for (const { group, takes, providers } of chosen) {
    candidate.mappings.set(group.suffix, new Set(providers.map(({ uuid }) => uuid)));
    for (const [provider, name, amount] of takes) {
      const amounts = candidate.allocations.get(provider.uuid) ?? new Map<string, number>();
      candidate.allocations.set(provider.uuid, amounts);
      const sum = (amounts.get(name) ?? 0) + amount;
      if (!canGive(provider, name, sum)) return undefined;
      amounts.set(name, sum);
    }
  }
  return candidate;
}

function keyOf(candidate: Candidate | undefined): string {
  if (!candidate) return "";
  const takes = [...candidate.allocations].map(
    ([uuid, amounts]) =>
      `${uuid}=${[...amounts]
        .map(([name, amount]) => `${name}:${amount}`)
        .sort()
        .join()}`,
  );
  const maps = [...candidate.mappings].map(([suffix, uuids]) => `${suffix}:${[...uuids].sort().join()}`);
  return `${takes.sort().join(" ")} ${maps.sort().join(" ")}`;
}
