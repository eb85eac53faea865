/** The metadata and the tags of a server. Each change is made on what is there in one transaction. */
import { errors } from "#contracts/nova/errors.ts";
import { serverMetadata, serverTag } from "#contracts/nova/server-metadata.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import type { Server } from "../store/servers.ts";
import type { ApiDeps } from "./deps.ts";
import { refuseUnlessAllowed } from "./server/begin.ts";
import { findServer } from "./server/find.ts";

type Metadata = Record<string, string>;

export function serverMetadataHandlers(deps: ApiDeps): Implementation {
  const change = (
    call: Call,
    edit: (now: Metadata) => Metadata,
    action: "update_metadata" | "delete_metadata" = "update_metadata",
  ) => changeMetadata(deps, call, action, edit);
  return implement(serverMetadata, {
    list: async (call) => ({ metadata: (await findServer(deps, call)).metadata }),
    merge: async (call) => ({ metadata: await change(call, (now) => ({ ...now, ...call.body.metadata })) }),
    replace: async (call) => ({ metadata: await change(call, () => call.body.metadata) }),
    async show(call) {
      const key = call.params["key"] ?? "";
      const value = (await findServer(deps, call)).metadata[key];
      if (value === undefined) throw errors.metadataNotFound();
      return { meta: { [key]: value } };
    },
    async put(call) {
      const key = call.params["key"] ?? "";
      const value = call.body.meta[key];
      if (value === undefined) throw errors.badRequest({ reason: "Request body and URI mismatch" });
      if (Object.keys(call.body.meta).length > 1)
        throw errors.badRequest({ reason: "Request body contains too many items" });
      await change(call, (now) => ({ ...now, [key]: value }));
      return { meta: { [key]: value } };
    },
    async delete(call) {
      const key = call.params["key"] ?? "";
      const without = (now: Metadata): Metadata => {
        if (!(key in now)) throw errors.metadataNotFound();
        return Object.fromEntries(Object.entries(now).filter(([name]) => name !== key));
      };
      await change(call, without, "delete_metadata");
      return undefined;
    },
  });
}

async function changeMetadata(
  deps: ApiDeps,
  call: Call,
  action: "update_metadata" | "delete_metadata",
  edit: (now: Metadata) => Metadata,
): Promise<Metadata> {
  const server = await findServer(deps, call);
  refuseUnlessAllowed(call, server, action);
  const { metadata_items: allowed } = await deps.store.quotas.of(server.project_id);
  return deps.store.transaction(async (trx) => {
    const now = await deps.store.servers.find(server.id, trx);
    const metadata = edit(now?.metadata ?? {});
    if (allowed >= 0 && Object.keys(metadata).length > allowed) throw errors.tooManyMetadata({ allowed });
    await deps.store.servers.update(server.id, { metadata }, {}, trx);
    return metadata;
  });
}

const tags_max = 50;

export function serverTagHandlers(deps: ApiDeps): Implementation {
  return implement(serverTag, {
    list: async (call) => ({ tags: (await findServer(deps, call)).tags }),
    replace: async (call) => ({ tags: await changeTags(deps, call, () => call.body.tags) }),
    async clear(call) {
      await changeTags(deps, call, () => []);
      return undefined;
    },
    async show(call) {
      const server = await findServer(deps, call);
      if (!server.tags.includes(call.params["tag"] ?? "")) throw tagNotFound(server, call);
      return undefined;
    },
    async put(call) {
      const tag = call.params["tag"] ?? "";
      if (tag.length > 60 || /[,/]/.test(tag))
        throw errors.badRequest({
          reason: `Tag ${tag} is invalid. It must be a string without characters '/' and ','. Validation failure.`,
        });
      const server = await findServer(deps, call);
      if (server.tags.includes(tag)) return new Reply({}, { status: 204 });
      await changeTags(deps, call, (now) => [...now, tag]);
      return new Reply(
        {},
        { status: 201, headers: { Location: call.url(`/v2.1/servers/${server.id}/tags/${encodeURIComponent(tag)}`) } },
      );
    },
    async delete(call) {
      const tag = call.params["tag"] ?? "";
      const server = await findServer(deps, call);
      if (!server.tags.includes(tag)) throw tagNotFound(server, call);
      await changeTags(deps, call, (now) => now.filter((one) => one !== tag));
      return undefined;
    },
  });
}

function tagNotFound(server: Server, call: Call): Error {
  return errors.tagNotFound({ server_id: server.id, tag: call.params["tag"] });
}

async function changeTags(deps: ApiDeps, call: Call, edit: (now: string[]) => string[]): Promise<string[]> {
  const server = await findServer(deps, call);
  return deps.store.transaction(async (trx) => {
    const now = await deps.store.servers.find(server.id, trx);
    const tags = [...new Set(edit(now?.tags ?? []))];
    if (tags.length > tags_max)
      throw errors.badRequest({ reason: `The number of tags exceeded the per-server limit ${tags_max}` });
    await deps.store.servers.update(server.id, { tags }, {}, trx);
    return tags;
  });
}
