/** Inventories. Every change names the generation it saw. */
import { errors } from "#contracts/placement/errors.ts";
import { inventory } from "#contracts/placement/inventory.ts";
import { maxInt } from "#contracts/placement/kit.ts";
import { implement, Reply, type Call, type Handlers, type Implementation } from "#platform/http/call.ts";
import { listInventories, replaceInventories, type Inventory, type InventoryByClass } from "../store/inventories.ts";
import { getProvider, raiseGeneration } from "../store/providers.ts";
import type { InventoryRow, ProviderRow, Trx } from "../store/tables.ts";
import { fresh, needClasses, retried, type PlacementDeps } from "./deps.ts";

/** What a client may say of an inventory; the rest has defaults. */
export interface InventoryGiven {
  total: number;
  reserved?: number | undefined;
  min_unit?: number | undefined;
  max_unit?: number | undefined;
  step_size?: number | undefined;
  allocation_ratio?: number | undefined;
}

/** Fills in the defaults; 400 when more is reserved than there is. */
export function inventoryOf(call: Call, given: InventoryGiven, resource_class: string, uuid: string): Inventory {
  const row: Inventory = {
    total: given.total,
    reserved: given.reserved ?? 0,
    min_unit: given.min_unit ?? 1,
    max_unit: given.max_unit ?? maxInt,
    step_size: given.step_size ?? 1,
    allocation_ratio: given.allocation_ratio ?? 1,
  };
  const most = call.has("reserveAll") ? row.total : row.total - 1;
  if (row.reserved > most) {
    const than = call.has("reserveAll") ? "greater than" : "greater than or equal to";
    const detail = `Unable to create inventory: Invalid inventory for '${resource_class}' on resource provider '${uuid}'. The reserved value is ${than} total.`;
    throw errors.badRequest({ detail });
  }
  return row;
}

/** Fills in all inventories of a body. */
export function inventoriesOf(
  call: Call,
  given: Readonly<Record<string, InventoryGiven>>,
  uuid: string,
): InventoryByClass {
  const rows = Object.entries(given).map(([name, one]) => [name, inventoryOf(call, one, name, uuid)] as const);
  return Object.fromEntries(rows);
}

function bodyOf({ total, reserved, min_unit, max_unit, step_size, allocation_ratio }: Inventory): Inventory {
  return { total, reserved, min_unit, max_unit, step_size, allocation_ratio };
}

function byClass(rows: readonly InventoryRow[]): Record<string, Inventory> {
  return Object.fromEntries(rows.map((row) => [row.resource_class, bodyOf(row)]));
}

export function inventoryHandlers(deps: PlacementDeps): Implementation {
  return implement(inventory, { ...reading(deps), ...writing(deps), ...removing(deps) });
}

function reading({ db }: PlacementDeps): Pick<Handlers<typeof inventory>, "list" | "show"> {
  return {
    list: async (call) => {
      const provider = await getProvider(db, call.params["uuid"] ?? "");
      const inventories = byClass(await listInventories(db, provider.uuid));
      return fresh(
        call,
        { resource_provider_generation: provider.generation, inventories },
        Number(provider.updated_at),
      );
    },
    show: async (call) => {
      const { uuid = "", resource_class = "" } = call.params;
      const provider = await getProvider(db, uuid);
      const row = byClass(await listInventories(db, uuid))[resource_class];
      if (!row) throw missing(uuid, resource_class);
      return fresh(call, { resource_provider_generation: provider.generation, ...row }, Number(provider.updated_at));
    },
  };
}

function missing(uuid: string, resource_class: string) {
  return errors.notFound({ detail: `No inventory of class ${resource_class} for ${uuid}` });
}

type Next = (before: Record<string, Inventory>) => InventoryByClass;

/** Changes the inventories of a provider from what they are to what they shall be; gives the new generation. */
async function change(deps: PlacementDeps, uuid: string, seen: number | undefined, next: Next): Promise<ProviderRow> {
  const work = async (trx: Trx): Promise<ProviderRow> => {
    const provider = await getProvider(trx, uuid);
    if (seen !== undefined && seen !== provider.generation) throw errors.providerChanged();
    const wanted = next(byClass(await listInventories(trx, uuid)));
    await needClasses(trx, Object.keys(wanted));
    await replaceInventories(trx, uuid, wanted);
    const now_ms = deps.clock.now();
    return { ...provider, generation: await raiseGeneration(trx, provider, now_ms), updated_at: now_ms };
  };
  // Whoever names no generation only wants the result.
  return seen === undefined ? retried(deps.db, work) : deps.db.transaction().execute(work);
}

function writing(deps: PlacementDeps): Pick<Handlers<typeof inventory>, "create" | "replaceAll" | "replace"> {
  return {
    create: async (call) => {
      const { uuid = "" } = call.params;
      const { resource_class, resource_provider_generation, ...given } = call.body;
      const row = inventoryOf(call, given, resource_class, uuid);
      const provider = await change(deps, uuid, resource_provider_generation, (before) => {
        if (!(resource_class in before)) return { ...before, [resource_class]: row };
        throw errors.conflict({
          detail: `Update conflict: Inventory of class ${resource_class} already exists for ${uuid}.`,
        });
      });
      const { body, headers } = fresh(
        call,
        { resource_provider_generation: provider.generation, ...row },
        Number(provider.updated_at),
      );
      const Location = call.url(`/resource_providers/${uuid}/inventories/${resource_class}`);
      return new Reply(body, { headers: { ...headers, Location } });
    },
    replaceAll: async (call) => {
      const { uuid = "" } = call.params;
      const given = call.body.inventories as Record<string, InventoryGiven>; // the schema has checked each entry
      const wanted = inventoriesOf(call, given, uuid);
      const provider = await change(deps, uuid, call.body.resource_provider_generation, () => wanted);
      return fresh(
        call,
        { resource_provider_generation: provider.generation, inventories: wanted },
        Number(provider.updated_at),
      );
    },
    replace: async (call) => {
      const { uuid = "", resource_class = "" } = call.params;
      const { resource_provider_generation, ...given } = call.body;
      const row = inventoryOf(call, given, resource_class, uuid);
      const provider = await change(deps, uuid, resource_provider_generation, (before) => {
        if (resource_class in before) return { ...before, [resource_class]: row };
        throw errors.badRequest({
          detail: `No inventory record with resource class for resource provider ${uuid} (${resource_class})`,
        });
      });
      return fresh(call, { resource_provider_generation: provider.generation, ...row }, Number(provider.updated_at));
    },
  };
}

function removing(deps: PlacementDeps): Pick<Handlers<typeof inventory>, "removeAll" | "remove"> {
  return {
    removeAll: async (call) => {
      if (!call.has("deleteInventories")) throw errors.methodNotAllowed();
      await change(deps, call.params["uuid"] ?? "", undefined, () => ({}));
      return undefined;
    },
    remove: async (call) => {
      const { uuid = "", resource_class = "" } = call.params;
      await change(deps, uuid, undefined, ({ [resource_class]: gone, ...rest }) => {
        if (!gone) throw missing(uuid, resource_class);
        return rest;
      });
      return undefined;
    },
  };
}
