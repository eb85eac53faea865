/** What a request for candidates asks (pure). */

/** What one provider, or for the group without suffix several of one tree, must give and be. */
export interface Group {
  /** Empty for the group without suffix. */
  suffix: string;
  /** Class → amount. */
  resources: ReadonlyMap<string, number>;
  /** Of each set at least one. */
  required: readonly (readonly string[])[];
  forbidden: readonly string[];
  /** Of each set at least one aggregate. */
  memberOf: readonly (readonly string[])[];
  notMemberOf: readonly string[];
  /** The tree of this provider. */
  inTree: string | undefined;
}

export interface CandidateRequest {
  groups: readonly Group[];
  /** Groups with suffix must have providers of their own. */
  isolate: boolean;
  limit: number | undefined;
  rootRequired: readonly string[];
  rootForbidden: readonly string[];
  /** Sets of suffixes whose providers must stand below one of them. */
  sameSubtree: readonly (readonly string[])[];
}

/** A query that cannot be understood; the message is for the user. */
export class QueryError extends Error {}

/** What the version of the request lets it say. */
export interface Dialect {
  forbiddenTraits: boolean;
  anyTraits: boolean;
  forbiddenAggregates: boolean;
}

/** `VCPU:2,MEMORY_MB:1024` */
export function parseResources(text: string): Map<string, number> {
  const resources = new Map<string, number>();
  for (const part of text.split(",")) {
    const [, name, amount] = /^\s*([A-Z0-9_]+):(\d+)\s*$/.exec(part) ?? [];
    if (name === undefined || amount === undefined) {
      throw new QueryError(
        `Badly formed resources parameter. Expected resources query string parameter in form: ?resources=VCPU:2,MEMORY_MB:1024. Got: ${text}.`,
      );
    }
    if (Number(amount) < 1)
      throw new QueryError(`Requested resource ${name} expected positive integer amount. Got: ${amount}.`);
    resources.set(name, Number(amount));
  }
  return resources;
}

export interface TraitWishes {
  required: string[][];
  forbidden: string[];
}

/** `A,!B`, or `in:A,B` for at least one of them. */
export function parseTraits(texts: readonly string[], parameter: string, dialect: Dialect): TraitWishes {
  const wishes: TraitWishes = { required: [], forbidden: [] };
  const wrong = (text: string) =>
    new QueryError(
      `Invalid query string parameters: Expected '${parameter}' parameter value of the form: HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got: ${text}`,
    );
  for (const text of texts) {
    const anyOf = dialect.anyTraits && text.startsWith("in:");
    const names = (anyOf ? text.slice(3) : text).split(",").map((name) => name.trim());
    if (names.some((name) => !/^!?[A-Z0-9_]+$/.test(name))) throw wrong(text);
    if (names.some((name) => name.startsWith("!")) && (anyOf || !dialect.forbiddenTraits)) throw wrong(text);
    if (anyOf) wishes.required.push(names);
    else for (const name of names) if (!name.startsWith("!")) wishes.required.push([name]);
    wishes.forbidden.push(...names.filter((name) => name.startsWith("!")).map((name) => name.slice(1)));
  }
  const both = wishes.forbidden.find((name) => wishes.required.some((set) => set.length === 1 && set[0] === name));
  if (both)
    throw new QueryError(
      `Conflicting required and forbidden traits found in the following traits keys: ${parameter}: (${both})`,
    );
  return wishes;
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** `u`, `in:u1,u2`, and with `!` before it the contrary; each text is one more condition. */
export function parseMemberOf(texts: readonly string[], dialect: Dialect): Pick<Group, "memberOf" | "notMemberOf"> {
  const memberOf: string[][] = [];
  const notMemberOf: string[] = [];
  for (const text of texts) {
    const forbidden = text.startsWith("!");
    const list = text.replace(/^!/, "").replace(/^in:/, "");
    const several = /^!?in:/.test(text);
    const uuids = several ? list.split(",") : [list];
    if (uuids.some((one) => !uuid.test(one)) || (forbidden && !dialect.forbiddenAggregates)) {
      throw new QueryError(
        `Invalid query string parameters: Expected 'member_of' parameter to contain valid UUID(s). Got: ${text}`,
      );
    }
    if (forbidden) notMemberOf.push(...uuids);
    else memberOf.push(uuids);
  }
  return { memberOf, notMemberOf };
}
