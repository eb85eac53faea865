/** Step 10 of the flow asks this: which hosts could take the server? */
import type { Call, Reply } from "#platform/http/call.ts";
import { parseCandidateQuery, type CandidateDialect } from "../candidates/parse.ts";
import { findCandidates, type Candidate } from "../candidates/search.ts";
import { capacityOf } from "../store/inventories.ts";
import { chunked } from "../store/providers.ts";
import type { Conn, ProviderRow } from "../store/tables.ts";
import { listStocks, readWorld, wantedByRequest, type StockRow } from "../store/world.ts";
import { fresh, type PlacementDeps } from "./deps.ts";
import { needKnown, understood } from "./provider-filters.ts";

interface Answer {
  allocation_requests: object[];
  provider_summaries: Record<string, unknown>;
}

export async function answerCandidates({ db, clock }: PlacementDeps, call: Call): Promise<Reply<Answer>> {
  const request = understood(() => parseCandidateQuery(call.requestUrl.searchParams, dialectOf(call)));
  await needKnown(db, request.groups, [...request.rootRequired, ...request.rootForbidden]);
  const wanted = wantedByRequest(request);
  const world = await readWorld(db, wanted);
  // Before nested providers were shown, only those that stand alone could be candidates.
  const visible = call.has("nested") ? world : world.filter(({ uuid, root_uuid }) => uuid === root_uuid);
  const candidates = [...findCandidates(request, visible)];
  const body = {
    allocation_requests: candidates.map((candidate) => requestBody(call, candidate)),
    provider_summaries: await summariesOf(db, call, candidates, wanted.classes),
  };
  return fresh(call, body, clock.now());
}

function dialectOf(call: Call): CandidateDialect {
  return {
    limit: call.has("limit"),
    required: call.has("summaryTraits"),
    memberOf: call.has("candidateAggregates"),
    forbiddenTraits: call.has("forbiddenTraits"),
    repeatedMemberOf: call.has("repeatedMemberOf"),
    numberedGroups: call.has("numberedGroups"),
    inTree: call.has("inTree"),
    forbiddenAggregates: call.has("forbiddenAggregates"),
    freeSuffixes: call.has("freeSuffixes"),
    rootRequired: call.has("rootRequired"),
    sameSubtree: call.has("sameSubtree"),
    anyTraits: call.has("anyTraits"),
  };
}

function requestBody(call: Call, { allocations, mappings }: Candidate): object {
  const entries = [...allocations].map(([uuid, amounts]) => ({ uuid, resources: Object.fromEntries(amounts) }));
  if (!call.has("allocationsByProvider")) {
    return { allocations: entries.map(({ uuid, resources }) => ({ resource_provider: { uuid }, resources })) };
  }
  const byProvider = Object.fromEntries(entries.map(({ uuid, resources }) => [uuid, { resources }]));
  if (!call.has("mappings")) return { allocations: byProvider };
  const shown = Object.fromEntries([...mappings].map(([suffix, uuids]) => [suffix, [...uuids]]));
  return { allocations: byProvider, mappings: shown };
}

/** What the providers of the candidates have and are; from the nested version on their whole trees. */
async function summariesOf(
  conn: Conn,
  call: Call,
  candidates: readonly Candidate[],
  classes: readonly string[],
): Promise<Record<string, unknown>> {
  const used = [...new Set(candidates.flatMap(({ allocations }) => [...allocations.keys()]))];
  const rows = await providersOf(conn, used, call.has("nested"));
  const uuids = rows.map(({ uuid }) => uuid);
  const stocks = new Map<string, StockRow[]>();
  for (const row of await listStocks(conn, { providers: uuids })) {
    if (!call.has("allClasses") && !classes.includes(row.resource_class)) continue;
    stocks.set(row.provider_uuid, [...(stocks.get(row.provider_uuid) ?? []), row]);
  }
  const traits = call.has("summaryTraits") ? await traitsOf(conn, uuids) : undefined;
  const summaries = rows.map(({ uuid, parent_uuid, root_uuid }) => [
    uuid,
    {
      resources: Object.fromEntries(
        (stocks.get(uuid) ?? []).map((row) => [row.resource_class, { capacity: capacityOf(row), used: row.used }]),
      ),
      ...(traits ? { traits: traits.get(uuid) ?? [] } : {}),
      ...(call.has("nested") ? { parent_provider_uuid: parent_uuid, root_provider_uuid: root_uuid } : {}),
    },
  ]);
  return Object.fromEntries(summaries) as Record<string, unknown>;
}

async function providersOf(conn: Conn, uuids: readonly string[], whole: boolean): Promise<ProviderRow[]> {
  const rows: ProviderRow[] = [];
  for (const some of chunked(uuids)) {
    const query = conn.selectFrom("providers").selectAll();
    const roots = conn.selectFrom("providers").select("root_uuid").where("uuid", "in", some);
    rows.push(...(await (whole ? query.where("root_uuid", "in", roots) : query.where("uuid", "in", some)).execute()));
  }
  return [...new Map(rows.map((row) => [row.uuid, row])).values()];
}

async function traitsOf(conn: Conn, uuids: readonly string[]): Promise<Map<string, string[]>> {
  const traits = new Map<string, string[]>();
  for (const some of chunked(uuids)) {
    const query = conn.selectFrom("provider_traits").selectAll().where("provider_uuid", "in", some).orderBy("trait");
    for (const { provider_uuid, trait } of await query.execute()) {
      const list = traits.get(provider_uuid);
      if (list) list.push(trait);
      else traits.set(provider_uuid, [trait]);
    }
  }
  return traits;
}
