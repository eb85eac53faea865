/** Handlers of volumes' metadata. */
import { errors } from "#contracts/cinder/errors.ts";
import { volumeMetadata } from "#contracts/cinder/volume-metadata.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { getVolume, type Cinder } from "./cinder.ts";

export function metadataHandlers(cinder: Cinder): Implementation {
  const save = async (id: string, metadata: Record<string, string>) => {
    await cinder.store.volumes.setMetadata(id, metadata);
    return { metadata };
  };
  const find = async (call: Call) => {
    const { id, metadata } = await getVolume(cinder, call);
    const key = call.params["key"] ?? "";
    const { [key]: value, ...others } = metadata;
    return { id, metadata, key, value, others };
  };
  return implement(volumeMetadata, {
    list: async (call) => ({ metadata: (await getVolume(cinder, call)).metadata }),
    merge: async (call) => {
      const { id, metadata } = await getVolume(cinder, call);
      return save(id, { ...metadata, ...call.body.metadata });
    },
    replace: async (call) => save((await getVolume(cinder, call)).id, call.body.metadata),
    show: async (call) => {
      const { id, key, value } = await find(call);
      if (value === undefined) throw errors.metadataNotFound({ volume_id: id, key });
      return { meta: { [key]: value } };
    },
    set: async (call) => {
      const { id, key, metadata } = await find(call);
      const value = call.body.meta[key];
      if (value === undefined || Object.keys(call.body.meta).length !== 1) {
        throw errors.badRequest({ reason: "Request body and URI mismatch" });
      }
      await save(id, { ...metadata, [key]: value });
      return { meta: { [key]: value } };
    },
    remove: async (call) => {
      const { id, key, value, others } = await find(call);
      if (value === undefined) throw errors.metadataNotFound({ volume_id: id, key });
      await save(id, others);
      return undefined;
    },
  });
}
