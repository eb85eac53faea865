/** The filters of the list of providers. */
import { errors } from "#contracts/placement/errors.ts";
import type { Call } from "#platform/http/call.ts";
import { parseMemberOf, parseResources, parseTraits, QueryError, type Group } from "../candidates/request.ts";
import { canGive, mayServe, traitsFit } from "../candidates/search.ts";
import { findProvider } from "../store/providers.ts";
import type { Conn, ProviderRow } from "../store/tables.ts";
import { readWorld, wantedBy } from "../store/world.ts";
import { unknownClasses, unknownTraits } from "./deps.ts";

interface ProviderFilters {
  name?: string | undefined;
  uuid?: string | undefined;
  in_tree?: string | undefined;
  resources?: string | undefined;
  required?: string | string[] | undefined;
  member_of?: string | string[] | undefined;
}

export async function listProviders(conn: Conn, call: Call, filters: ProviderFilters): Promise<ProviderRow[]> {
  let query = conn.selectFrom("providers").selectAll().orderBy("name");
  if (filters.name !== undefined) query = query.where("name", "=", filters.name);
  if (filters.uuid !== undefined) query = query.where("uuid", "=", filters.uuid);
  if (filters.in_tree !== undefined) {
    const member = await findProvider(conn, filters.in_tree);
    if (!member) return [];
    query = query.where("root_uuid", "=", member.root_uuid);
  }
  const group = understood(() => groupOf(call, filters));
  const rows = await query.execute();
  if (!group) return rows;
  await needKnown(conn, [group]);
  const world = await readWorld(conn, wantedBy([group]));
  const fit = new Set(
    world
      .filter((one) => mayServe(group, one) && traitsFit(group, [one]))
      .filter((one) => [...group.resources].every(([name, amount]) => canGive(one, name, amount)))
      .map(({ uuid }) => uuid),
  );
  return rows.filter(({ uuid }) => fit.has(uuid));
}

function groupOf(call: Call, { resources, required, member_of }: ProviderFilters): Group | undefined {
  if (resources === undefined && required === undefined && member_of === undefined) return undefined;
  const dialect = {
    forbiddenTraits: call.has("forbiddenTraits"),
    anyTraits: call.has("anyTraits"),
    forbiddenAggregates: call.has("forbiddenAggregates"),
  };
  return {
    suffix: "",
    resources: resources === undefined ? new Map() : parseResources(resources),
    ...parseTraits(listOf(required), "required", dialect),
    ...parseMemberOf(listOf(member_of), dialect),
    inTree: undefined,
  };
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Turns a query that cannot be read into 400. */
export function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof QueryError) throw errors.badQuery({ detail: error.message }, { cause: error });
    throw error;
  }
}

/** 400 unless every class and trait that is asked for exists. */
export async function needKnown(conn: Conn, groups: readonly Group[], more: readonly string[] = []): Promise<void> {
  const { classes, traits } = wantedBy(groups, more);
  const [noClass] = await unknownClasses(conn, classes);
  if (noClass !== undefined) {
    throw errors.badQuery({
      detail: `Invalid resource class in resources parameter: No such resource class ${noClass}.`,
    });
  }
  const noTraits = await unknownTraits(conn, traits);
  if (noTraits.length > 0) throw errors.badQuery({ detail: `No such trait(s): ${noTraits.join(", ")}.` });
}
