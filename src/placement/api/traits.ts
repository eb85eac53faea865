/** Traits: the names, and those of each provider. */
import { errors } from "#contracts/placement/errors.ts";
import { standardTraits } from "#contracts/placement/standard.ts";
import { trait } from "#contracts/placement/trait.ts";
import { implement, Reply, type Handlers, type Implementation } from "#platform/http/call.ts";
import { getProvider, raiseGeneration } from "../store/providers.ts";
import type { Conn, ProviderRow } from "../store/tables.ts";
import { fresh, isStandardTrait, unknownTraits, type PlacementDeps } from "./deps.ts";

export function traitHandlers(deps: PlacementDeps): Implementation {
  return implement(trait, { ...names(deps), ...ofProviders(deps) });
}

/** `in:A,B` or `startswith:P`; anything else is refused. */
function nameFilter(text: string | undefined): (name: string) => boolean {
  if (text === undefined) return () => true;
  const [how, rest = ""] = text.split(/:(.*)/s);
  if (how === "in") return (name) => rest.split(",").includes(name);
  if (how === "startswith") return (name) => name.startsWith(rest);
  throw errors.badQuery({
    detail: `Badly formatted name parameter. Expected name query string parameter in form: ?name=[in|startswith]:[name1,name2|prefix]. Got: "${text}"`,
  });
}

function names({ db, clock }: PlacementDeps): Pick<Handlers<typeof trait>, "list" | "check" | "create" | "remove"> {
  return {
    list: async (call) => {
      const custom = (await db.selectFrom("traits").select("name").execute()).map(({ name }) => name);
      const wanted = nameFilter(call.query.name);
      let found = [...standardTraits, ...custom].filter(wanted).sort();
      const { associated } = call.query;
      if (associated !== undefined) {
        if (!/^(true|false)$/i.test(associated)) {
          throw errors.badQuery({
            detail: `The query parameter 'associated' only accepts 'true' or 'false', got: "${associated}"`,
          });
        }
        const rows = await db.selectFrom("provider_traits").select("trait").distinct().execute();
        const used = new Set(rows.map((row) => row.trait));
        found = found.filter((name) => used.has(name) === /^true$/i.test(associated));
      }
      return fresh(call, { traits: found }, clock.now());
    },
    check: async (call) => {
      const { name = "" } = call.params;
      if ((await unknownTraits(db, [name])).length > 0) throw noTrait(name);
      return fresh(call, undefined, clock.now());
    },
    create: async (call) => {
      const { name = "" } = call.params;
      if (!/^CUSTOM_[A-Z0-9_]{1,248}$/.test(name)) {
        throw errors.badRequest({
          detail:
            'The trait is invalid. A valid trait must be no longer than 255 characters, start with the prefix "CUSTOM_" and use following characters: "A"-"Z", "0"-"9" and "_"',
        });
      }
      const insert = db.insertInto("traits").values({ name });
      const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
      const made = Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
      return new Reply(undefined, { status: made ? 201 : 204, headers: { Location: call.url(`/traits/${name}`) } });
    },
    remove: async (call) => {
      const { name = "" } = call.params;
      if (isStandardTrait(name)) throw errors.badRequest({ detail: `Cannot delete standard trait ${name}.` });
      await db.transaction().execute(async (trx) => {
        if ((await unknownTraits(trx, [name])).length > 0) throw noTrait(name);
        const used = await trx
          .selectFrom("provider_traits")
          .select("trait")
          .where("trait", "=", name)
          .executeTakeFirst();
        if (used) throw errors.conflict({ detail: `The trait ${name} is in use by a resource provider.` });
        await trx.deleteFrom("traits").where("name", "=", name).execute();
      });
      return undefined;
    },
  };
}

function noTrait(name: string) {
  return errors.notFound({ detail: `No such trait(s): ${name}.` });
}

/** A provider's own traits, by name. */
export async function listTraitsOf(conn: Conn, uuid: string): Promise<string[]> {
  const query = conn.selectFrom("provider_traits").select("trait").where("provider_uuid", "=", uuid);
  return (await query.orderBy("trait").execute()).map((row) => row.trait);
}

function ofProviders(
  deps: PlacementDeps,
): Pick<Handlers<typeof trait>, "ofProvider" | "replaceOfProvider" | "removeOfProvider"> {
  const { db, clock } = deps;
  const replace = (uuid: string, wanted: readonly string[], seen: number | undefined): Promise<ProviderRow> =>
    db.transaction().execute(async (trx) => {
      const provider = await getProvider(trx, uuid);
      if (seen !== undefined && seen !== provider.generation) throw errors.providerChanged();
      const missing = await unknownTraits(trx, wanted);
      if (missing.length > 0) throw errors.badRequest({ detail: `No such trait ${missing.join(", ")}` });
      const before = await listTraitsOf(trx, uuid);
      if (before.join() === [...wanted].sort().join()) return provider;
      await trx.deleteFrom("provider_traits").where("provider_uuid", "=", uuid).execute();
      const rows = wanted.map((name) => ({ provider_uuid: uuid, trait: name }));
      if (rows.length > 0) await trx.insertInto("provider_traits").values(rows).execute();
      const now_ms = clock.now();
      return { ...provider, generation: await raiseGeneration(trx, provider, now_ms), updated_at: now_ms };
    });
  return {
    ofProvider: async (call) => {
      const provider = await getProvider(db, call.params["uuid"] ?? "");
      const body = { traits: await listTraitsOf(db, provider.uuid), resource_provider_generation: provider.generation };
      return fresh(call, body, Number(provider.updated_at));
    },
    replaceOfProvider: async (call) => {
      const { traits, resource_provider_generation: seen } = call.body;
      const provider = await replace(call.params["uuid"] ?? "", traits, seen);
      const body = { traits: [...traits].sort(), resource_provider_generation: provider.generation };
      return fresh(call, body, Number(provider.updated_at));
    },
    removeOfProvider: async (call) => {
      await replace(call.params["uuid"] ?? "", [], undefined);
      return undefined;
    },
  };
}
