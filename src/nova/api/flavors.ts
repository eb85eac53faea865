/** Flavors, who may use the private ones, and their extra specs. */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import { extraSpec, flavor } from "#contracts/nova/flavor.ts";
import type { BodyOf, QueryOf } from "#contracts/kit/resource.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Flavor } from "../store/flavors.ts";
import type { ApiDeps } from "./deps.ts";
import { mayUseFlavor } from "./flavor-access.ts";
import { afterMarker, lastOf, limitOf, nextLink } from "./paging.ts";
import { isAdmin } from "./server/find.ts";
import { linksOf } from "./views/links.ts";

type ListQuery = QueryOf<typeof flavor.operations.list>;
type CreateBody = BodyOf<typeof flavor.operations.create>["flavor"];

export function flavorHandlers(deps: ApiDeps): Implementation {
  const view = (call: Call, one: Flavor) => viewFlavor(call, one, seesSpecs(call));
  return implement(flavor, {
    async list(call) {
      const { flavors, links } = await page(deps, call, call.query);
      const brief = flavors.map((one) => ({
        id: one.id,
        name: one.name,
        links: linksOf(call, "flavors", one.id),
        description: one.description,
      }));
      return { flavors: brief, ...(links ? { flavors_links: links } : {}) };
    },
    async detail(call) {
      const { flavors, links } = await page(deps, call, call.query);
      return { flavors: flavors.map((one) => view(call, one)), ...(links ? { flavors_links: links } : {}) };
    },
    show: async (call) => ({ flavor: view(call, await findFlavor(deps, call)) }),
    async create(call) {
      const made = await insert(deps, call.body.flavor);
      return { flavor: view(call, made) };
    },
    async update(call) {
      const found = await findFlavor(deps, call);
      const { description } = call.body.flavor;
      await deps.store.flavors.update(found.id, { description });
      return { flavor: view(call, { ...found, description }) };
    },
    async delete(call) {
      const found = await findFlavor(deps, call);
      await deps.store.flavors.delete(found.id);
      return undefined;
    },
    async listAccess(call) {
      const found = await findFlavor(deps, call);
      if (found.is_public) throw errors.notFound({ reason: "Access list not available for public flavors." });
      return accessOf(deps, found.id);
    },
    async addAccess(call) {
      const found = await findFlavor(deps, call);
      const project_id = call.body.addTenantAccess.tenant;
      if (found.is_public && call.has("no access to public flavors"))
        throw errors.conflict({ reason: "Can not add access to a public flavor." });
      await deps.store.flavors.addAccess(found.id, project_id).catch((error: unknown) => {
        throw isUniqueViolation(error) ? errors.accessExists({ flavor_id: found.id, project_id }) : error;
      });
      return accessOf(deps, found.id);
    },
    async removeAccess(call) {
      const found = await findFlavor(deps, call);
      const project_id = call.body.removeTenantAccess.tenant;
      if (!(await deps.store.flavors.removeAccess(found.id, project_id)))
        throw errors.accessNotFound({ flavor_id: found.id, project_id });
      return accessOf(deps, found.id);
    },
  });
}

async function accessOf(deps: ApiDeps, flavor_id: string) {
  const projects = await deps.store.flavors.listAccess(flavor_id);
  return { flavor_access: projects.map((tenant_id) => ({ flavor_id, tenant_id })) };
}

function seesSpecs(call: Call): boolean {
  return call.allows("os_compute_api:os-flavor-extra-specs:index", { project_id: call.identity.project_id });
}

async function findFlavor(deps: ApiDeps, call: Call): Promise<Flavor> {
  const flavor_id = call.params["flavor_id"] ?? "";
  const found = await deps.store.flavors.find(flavor_id);
  if (!found || !(await mayUseFlavor(deps, call, found))) throw errors.flavorNotFound({ flavor_id });
  return found;
}

function viewFlavor(call: Pick<Call, "url">, one: Flavor, withSpecs: boolean) {
  return {
    id: one.id,
    name: one.name,
    ram: one.memory_mb,
    disk: one.root_gb,
    vcpus: one.vcpus,
    "OS-FLV-EXT-DATA:ephemeral": one.ephemeral_gb,
    "OS-FLV-DISABLED:disabled": one.disabled,
    "os-flavor-access:is_public": one.is_public,
    rxtx_factor: one.rxtx_factor,
    links: linksOf(call, "flavors", one.id),
    earlySwap: one.swap === 0 ? ("" as const) : one.swap,
    swap: one.swap,
    description: one.description,
    ...(withSpecs ? { extra_specs: one.extra_specs } : {}),
  };
}

async function insert(deps: ApiDeps, asked: CreateBody): Promise<Flavor> {
  const made = {
    id: asked.id === undefined || asked.id === null ? deps.ids.uuid() : String(asked.id),
    name: asked.name,
    memory_mb: Number(asked.ram),
    vcpus: Number(asked.vcpus),
    root_gb: Number(asked.disk),
    ephemeral_gb: Number(asked["OS-FLV-EXT-DATA:ephemeral"] ?? 0),
    swap: Number(asked.swap ?? 0),
    rxtx_factor: Number(asked.rxtx_factor ?? 1),
    is_public: asked["os-flavor-access:is_public"] === undefined || asBoolean(asked["os-flavor-access:is_public"]),
    disabled: false,
    description: asked.description ?? null,
    extra_specs: {},
  };
  try {
    await deps.store.flavors.insert(made);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw (await deps.store.flavors.find(made.id))
      ? errors.flavorIdExists({ flavor_id: made.id })
      : errors.flavorExists({ name: made.name });
  }
  return { ...made, created_at: deps.clock.now() };
}

interface FlavorPage {
  flavors: Flavor[];
  links: { rel: string; href: string }[] | undefined;
}

async function page(deps: ApiDeps, call: Call, query: ListQuery): Promise<FlavorPage> {
  const shown = sorted((await visible(deps, call, query)).filter(largeEnough(query)), query);
  const rest = afterMarker(shown, query.marker, (one) => one.id);
  if (!rest) throw errors.badMarker({ marker: query.marker });
  const limit = limitOf(query.limit);
  const flavors = rest.slice(0, limit);
  return { flavors, links: nextLink(call, flavors, limit, flavors.at(-1)?.id) };
}

/** Others see public flavors and those that their project was let in to; administrators choose by `is_public`. */
async function visible(deps: ApiDeps, call: Call, query: ListQuery): Promise<Flavor[]> {
  const all = await deps.store.flavors.list();
  if (isAdmin(call)) {
    const asked = lastOf(query.is_public);
    if (asked !== undefined && /^none$/i.test(asked)) return all;
    const wanted = asked === undefined || /^(1|t|true|on|y|yes)$/i.test(asked);
    return all.filter((one) => one.is_public === wanted);
  }
  const allowed = await deps.store.flavors.listAllowed(call.identity.project_id ?? "");
  return all.filter((one) => one.is_public || allowed.has(one.id));
}

function largeEnough(query: ListQuery): (one: Flavor) => boolean {
  const least = (name: "minRam" | "minDisk"): number => {
    const text = lastOf(query[name]) ?? "0";
    if (!/^\d{1,10}$/.test(text)) throw errors.badRequest({ reason: `Invalid ${name} filter [${text}]` });
    return Number(text);
  };
  const [ram, disk] = [least("minRam"), least("minDisk")];
  return (one) => one.memory_mb >= ram && one.root_gb >= disk;
}

const sortKeys: Record<string, (one: Flavor) => string | number> = {
  flavorid: (one) => one.id,
  id: (one) => one.id,
  name: (one) => one.name,
  memory_mb: (one) => one.memory_mb,
  vcpus: (one) => one.vcpus,
  root_gb: (one) => one.root_gb,
  ephemeral_gb: (one) => one.ephemeral_gb,
  swap: (one) => one.swap,
  is_public: (one) => Number(one.is_public),
  disabled: (one) => Number(one.disabled),
  created_at: (one) => one.created_at,
  rxtx_factor: (one) => one.rxtx_factor,
};

function sorted(flavors: Flavor[], query: ListQuery): Flavor[] {
  const name = lastOf(query.sort_key) ?? "flavorid";
  const key = sortKeys[name];
  if (!key) throw errors.badRequest({ reason: `Invalid input for query parameters sort_key. Value: ${name}.` });
  const sign = lastOf(query.sort_dir) === "desc" ? -1 : 1;
  return flavors.sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

export function extraSpecHandlers(deps: ApiDeps): Implementation {
  const change = async (call: Call, edit: (now: Record<string, string>) => Record<string, string>): Promise<void> => {
    const found = await findFlavor(deps, call);
    await deps.store.flavors.update(found.id, { extra_specs: edit(found.extra_specs) });
  };
  const texts = (specs: Record<string, string>) =>
    Object.fromEntries(Object.entries(specs).map(([key, value]) => [key, String(value)]));
  return implement(extraSpec, {
    list: async (call) => ({ extra_specs: (await findFlavor(deps, call)).extra_specs }),
    async merge(call) {
      const added = texts(call.body.extra_specs);
      await change(call, (now) => ({ ...now, ...added }));
      return { extra_specs: added };
    },
    async show(call) {
      const key = call.params["key"] ?? "";
      const value = (await findFlavor(deps, call)).extra_specs[key];
      if (value === undefined) throw errors.extraSpecNotFound({ flavor_id: call.params["flavor_id"], key });
      return { [key]: value };
    },
    async put(call) {
      const key = call.params["key"] ?? "";
      const value = texts(call.body)[key];
      if (value === undefined || Object.keys(call.body).length > 1)
        throw errors.badRequest({ reason: "Request body and URI mismatch" });
      await change(call, (now) => ({ ...now, [key]: value }));
      return { [key]: value };
    },
    async delete(call) {
      const key = call.params["key"] ?? "";
      await change(call, (now) => {
        if (!(key in now)) throw errors.extraSpecNotFound({ flavor_id: call.params["flavor_id"], key });
        return Object.fromEntries(Object.entries(now).filter(([name]) => name !== key));
      });
      return undefined;
    },
  });
}
