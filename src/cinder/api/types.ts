/** Handlers of volume types and their extra specs. */
import { errors } from "#contracts/cinder/errors.ts";
import { volumeType, volumeTypeSpecs } from "#contracts/cinder/volume-type.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import type { VolumeTypeRow } from "../store/tables.ts";
import { defaultTypeName } from "../store/types.ts";
import type { Cinder } from "./cinder.ts";
import { typeBody } from "./view.ts";

type Specs = Record<string, string>;

/** Private types are seen by administrators only; access for single projects is not built. */
async function getType(cinder: Cinder, call: Call): Promise<VolumeTypeRow> {
  const { types } = cinder.store;
  const id = call.params["type_id"] ?? "";
  const row = id === "default" ? await types.findByName(defaultTypeName) : await types.find(id);
  if (!row || (row.is_public === 0 && !call.allows("volume:all_projects", {}))) throw errors.typeNotFound({ type: id });
  return row;
}

export function typeHandlers(cinder: Cinder): Implementation {
  const { types } = cinder.store;
  return implement(volumeType, {
    list: async (call) => {
      const all = call.allows("volume:all_projects", {});
      const wanted = (call.query as Record<string, unknown>)["is_public"];
      const open = !all || wanted === undefined || /^(true|1)$/i.test(String(wanted));
      const rows = await types.list();
      const shown = rows.filter((row) =>
        /^(false|0)$/i.test(String(wanted)) && all ? row.is_public === 0 : row.is_public === 1 || !open,
      );
      return { volume_types: shown.map(typeBody) };
    },
    create: async (call) => {
      const { name, description, extra_specs, "os-volume-type-access:is_public": open = true } = call.body.volume_type;
      const now = cinder.clock.now();
      const specs = JSON.stringify(extra_specs ?? {});
      const row = {
        id: cinder.ids.uuid(),
        name,
        description: description ?? null,
        is_public: open ? 1 : 0,
        extra_specs: specs,
        created_at: now,
      };
      if (!(await types.insert(row))) throw errors.typeExists({ name });
      return { volume_type: typeBody(row) };
    },
    show: async (call) => ({ volume_type: typeBody(await getType(cinder, call)) }),
    update: async (call) => {
      const row = await getType(cinder, call);
      const { name = row.name, description = row.description, is_public } = call.body.volume_type;
      const set = { name, description, is_public: is_public === undefined ? row.is_public : Number(is_public) };
      if (!(await types.update(row.id, set))) throw errors.typeExists({ name });
      return { volume_type: typeBody({ ...row, ...set }) };
    },
    delete: async (call) => {
      const row = await getType(cinder, call);
      if (row.name === defaultTypeName) throw errors.lastType({ name: row.name });
      if (!(await types.delete(row.id))) throw errors.typeInUse();
      return new Reply(undefined, { status: 202 });
    },
  });
}

export function typeSpecHandlers(cinder: Cinder): Implementation {
  const specsOf = (row: VolumeTypeRow): Specs => JSON.parse(row.extra_specs) as Specs;
  const save = (row: VolumeTypeRow, specs: Specs) =>
    cinder.store.types.update(row.id, { extra_specs: JSON.stringify(specs) });
  const find = async (call: Call) => {
    const row = await getType(cinder, call);
    const key = call.params["key"] ?? "";
    const { [key]: value, ...others } = specsOf(row);
    if (value === undefined) throw errors.specNotFound({ type_id: row.id, key });
    return { row, key, value, others };
  };
  return implement(volumeTypeSpecs, {
    list: async (call) => ({ extra_specs: specsOf(await getType(cinder, call)) }),
    create: async (call) => {
      const row = await getType(cinder, call);
      await save(row, { ...specsOf(row), ...call.body.extra_specs });
      return { extra_specs: call.body.extra_specs };
    },
    show: async (call) => {
      const { key, value } = await find(call);
      return { [key]: value };
    },
    set: async (call) => {
      const row = await getType(cinder, call);
      const key = call.params["key"] ?? "";
      const value = call.body[key];
      if (value === undefined || Object.keys(call.body).length !== 1)
        throw errors.badRequest({ reason: "Request body and URI mismatch" });
      await save(row, { ...specsOf(row), [key]: value });
      return { [key]: value };
    },
    remove: async (call) => {
      const { row, others } = await find(call);
      await save(row, others);
      return new Reply(undefined, { status: 202 });
    },
  });
}
